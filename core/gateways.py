"""How every gateway tells a failure: try again, or never."""


class GatewayUnavailable(Exception):
    """Nothing was decided: the same call may succeed later."""


class GatewayRefused(Exception):
    """The other side has decided against it: the same call will not succeed."""
