from tests.doors import shown

DOORS = [
    shown("core:healthz"),
    shown("core:readyz"),
    shown("core:upload", args=lambda cast: ["NOSUCHCODE"], becomes=404),
]
