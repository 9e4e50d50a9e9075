"""Where an alliance has a site of its own: an upper package says so from its `apps.py`."""

from collections.abc import Callable


def nowhere(number: str) -> str:
    return ""


# By the alliance's number: the address of its site, empty where it has none.
address: Callable[[str], str] = nowhere
