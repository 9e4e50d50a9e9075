"""What the frame of every page shows: the menu."""

from typing import Any


def frame(request: Any) -> dict[str, Any]:
    return {}
