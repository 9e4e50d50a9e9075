from tests.doors import shown
from tests.factories import AllianceFactory


def registered(cast):
    return (AllianceFactory().number,)


DOORS = [
    shown("alliance:alliances"),
    shown("alliance:detail", args=registered),
]
