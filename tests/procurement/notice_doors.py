from tests.doors import shown

DOORS = [
    shown("procurement:hub"),
    shown("procurement:periods"),
]
