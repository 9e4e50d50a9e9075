from tests.doors import shown

DOORS = [
    shown("core:healthz"),
    shown("core:readyz"),
]
