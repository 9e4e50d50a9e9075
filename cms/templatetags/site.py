"""What templates of the editors' pages need beside Wagtail's tags."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from django import template

from cms.blocks.live import looked_up

register = template.Library()
LIVE = {name for name, _block in looked_up()}


@register.filter
def grouped(body: Iterable[Any]) -> Iterator[tuple[bool, list[Any]]]:
    """Blocks that follow each other and are alike: live ones, or what editors wrote."""
    for live, blocks in groupby(body or (), key=lambda block: block.block_type in LIVE):
        yield live, list(blocks)


@register.filter
def at(rows: Sequence[Any], place: int) -> Any:
    return rows[place]
