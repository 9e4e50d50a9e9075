"""How a model contract becomes a paper. Pure: text, values and stages in, a paper out.

A template's body is a list of a paper's blocks, as JSON, with {names} in their texts; the block
`{"kind": "stages"}` is where the table of milestones stands, `{"kind": "partners"}` the partners'.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.money import split
from core.paper import Block, Paper, Table
from core.phrases import yuan

NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Stage:
    """A milestone to be agreed: due so many days (or working days) after the last signature."""

    title: str
    days: int
    amount: Decimal
    content: str = ""
    in_working_days: bool = False


def priced(stages: Sequence[Mapping[str, Any]], amount: Decimal) -> list[Stage]:
    """The milestones of a price: each of `stages` has a title, its days, and its percent of it."""
    shares = split(amount, [Decimal(one["percent"]) for one in stages])
    return [
        Stage(title=one["title"], days=int(one["days"]), amount=share)
        for one, share in zip(stages, shares, strict=True)
    ]


def draft(
    body: Sequence[Mapping[str, Any]],
    *,
    title: str,
    values: Mapping[str, str],
    stages: Sequence[Stage] = (),
    partners: Sequence[tuple[str, str]] = (),
) -> Paper:
    """The paper that a template gives with these values. KeyError for a name without a value.

    `partners`: the name and the unified social credit code of each. What a value says is never
    read as a name: braces within it stay braces.
    """
    blocks: list[Block] = []
    for block in body:
        if block["kind"] == "stages":
            blocks.append(_table(stages))
        elif block["kind"] == "partners":
            blocks.append(_list(partners))
        else:
            filled = {"title": "", "subtitle": "", "blocks": [_filled(block, values)]}
            blocks += Paper.from_json(filled).blocks
    return Paper(title, tuple(blocks))


def names(body: Any) -> set[str]:
    """Every name whose value a template's text wants."""
    if isinstance(body, str):
        return set(NAME.findall(body))
    if isinstance(body, Mapping):
        body = [item for key, item in body.items() if key != "kind"]
    return set().union(*map(names, body)) if isinstance(body, list | tuple) else set()


def period(days: int, *, in_working_days: bool) -> str:
    """A period in the words of a contract."""
    return f"合同生效后 {days} 个工作日" if in_working_days else f"合同生效后 {days} 日"


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return NAME.sub(lambda found: values[found[1]], value)
    if isinstance(value, Mapping):
        return {key: _filled(item, values) for key, item in value.items()}
    return [_filled(item, values) for item in value] if isinstance(value, list) else value


def _list(partners: Sequence[tuple[str, str]]) -> Table:
    rows = tuple((str(place), *partner) for place, partner in enumerate(partners, 1))
    return Table(("序号", "缔约单位", "统一社会信用代码"), rows, ("center", "left", "left"))


def _table(stages: Sequence[Stage]) -> Table:
    rows = tuple(
        (
            str(place),
            f"{stage.title}\n{stage.content}" if stage.content else stage.title,
            period(stage.days, in_working_days=stage.in_working_days),
            yuan(stage.amount),
        )
        for place, stage in enumerate(stages, 1)
    )
    return Table(
        ("序号", "节点与成果", "时限", "对应价款"), rows, ("center", "left", "left", "right")
    )
