from tests.doors import shown

DOORS = [
    shown("search:results"),
    shown("search:suggest"),
]
