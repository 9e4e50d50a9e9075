from tests.doors import shown

DOORS = [
    shown("core:clock"),
    shown("core:healthz"),
    shown("core:readyz"),
]
