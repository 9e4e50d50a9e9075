"""The course of a thing: its stages done, now and to come. Pure."""

from collections.abc import Sequence
from typing import Any


def shown(stages: Sequence[tuple[Any, str, bool]], *, ended: Any = "") -> list[dict[str, Any]]:
    """What `components/course.html` shows of stages: each a label, a text, and whether it is done.

    The first that is not done is under way. `ended` says how it all ended before its last stage:
    then what was done is shown, and these words.
    """
    if ended:
        done = [(label, text) for label, text, is_done in stages if is_done]
        return [
            *({"label": label, "text": text, "state": "done"} for label, text in done),
            {"label": ended, "text": "", "state": "now"},
        ]
    now = next((n for n, stage in enumerate(stages) if not stage[2]), len(stages))
    return [
        {
            "label": label,
            "text": text,
            "state": "done" if is_done else "now" if place == now else "todo",
        }
        for place, (label, text, is_done) in enumerate(stages)
    ]
