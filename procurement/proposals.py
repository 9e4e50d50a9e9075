"""Which organisation form and which method a need may take, by catalogue, budget and standards.

Pure. Limits are inclusive: 以上 holds the number itself (财政部令第87号 article 85). Where no
figure of the region is known, that is said, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

LAW = "《政府采购法》"
FORMS = {
    "central": "集中采购（委托集中采购机构）",
    "department": "部门集中采购",
    "dispersed": "分散采购",
    "outside": "限额标准以下，由单位按内控制度自行采购",
    "": "尚不能判断",
}
METHODS = {
    "open-tender": "公开招标",
    "inquiry": "询价",
    "consultation": "竞争性磋商",
    "negotiation": "竞争性谈判",
    "invited-tender": "邀请招标",
    "own": "单位内控制度规定的方式",
    "": "尚不能判断",
}


@dataclass(frozen=True)
class Entry:
    """An item of the catalogue: `form` central or department, from an amount on."""

    item: str
    name: str
    form: str
    from_amount: Decimal | None = None


@dataclass(frozen=True)
class Standards:
    """A region's figures for one kind, yuan; None where its paper names none."""

    title: str
    source: str
    limit: Decimal | None
    tender: Decimal | None
    is_example: bool = False


@dataclass(frozen=True)
class Reason:
    """One step of the reasoning, and what it rests upon."""

    text: str
    source: str


@dataclass(frozen=True)
class Proposal:
    """What is proposed, the methods that are open beside it, and why."""

    form: str
    method: str
    open_methods: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def form_words(self) -> str:
        return FORMS[self.form]

    @property
    def method_words(self) -> str:
        return METHODS[self.method]

    @property
    def others_words(self) -> str:
        return "、".join(METHODS[one] for one in self.open_methods if one != self.method)

    def to_json(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "method": self.method,
            "open_methods": list(self.open_methods),
            "reasons": [asdict(reason) for reason in self.reasons],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Proposal:
        reasons = tuple(Reason(**one) for one in value["reasons"])
        return cls(value["form"], value["method"], tuple(value["open_methods"]), reasons)


def propose(
    kind: str,
    budget: Decimal,
    standards: Standards | None,
    entry: Entry | None,
    *,
    with_others: Decimal = Decimal(0),
) -> Proposal:
    """The form and method for a need of `kind` (goods, works, services) and budget in yuan.

    `with_others`: what the same owner needs of the same item in the same year beside it; the sum
    is judged, for splitting evades nothing (《政府采购法实施条例》 article 28).
    """
    reasons: list[Reason] = []
    if standards is None:
        reasons.append(
            Reason("所在区划的采购目录和标准尚未录入，无法判断：请运营机构录入后再看。", "")
        )
        return Proposal("", "", (), tuple(reasons))
    whole = budget + with_others
    if with_others:
        reasons.append(
            Reason(
                f"同一预算年度同一品目另有 {_yuan(with_others)}，合计 {_yuan(whole)}，按合计判断。",
                "《政府采购法实施条例》第二十八条",
            )
        )
    form = _form(whole, standards, entry, reasons)
    method, choices = _method(kind, form, whole, standards, reasons)
    if standards.is_example:
        reasons.append(
            Reason("以上数额是演示城市的示例，不是任何真实地区的标准。", standards.source)
        )
    return Proposal(form, method, choices, tuple(reasons))


def _form(whole: Decimal, standards: Standards, entry: Entry | None, reasons: list[Reason]) -> str:
    if entry is not None and (entry.from_amount is None or whole >= entry.from_amount):
        start = f"，起点金额 {_yuan(entry.from_amount)}" if entry.from_amount else ""
        who = "委托集中采购机构代理采购" if entry.form == "central" else "实行部门集中采购"
        reasons.append(
            Reason(
                f"品目“{entry.item} {entry.name}”纳入集中采购目录{start}，应当{who}。",
                f"{LAW}第十八条；{standards.title}",
            )
        )
        return entry.form
    if entry is not None:
        reasons.append(
            Reason(
                f"品目“{entry.item} {entry.name}”在目录内，但未达到起点金额 "
                f"{_yuan(entry.from_amount or Decimal(0))}。",
                standards.title,
            )
        )
    else:
        reasons.append(Reason("所选品目不在集中采购目录内。", standards.title))
    if standards.limit is None:
        reasons.append(
            Reason(
                "该区划的文件没有给出分散采购限额标准，不能判断是否实行分散采购。", standards.source
            )
        )
        return ""
    if whole >= standards.limit:
        reasons.append(
            Reason(
                f"{_yuan(whole)} 达到分散采购限额标准 {_yuan(standards.limit)}，实行分散采购。",
                f"{LAW}第二条、第十八条；{standards.title}",
            )
        )
        return "dispersed"
    reasons.append(
        Reason(
            f"{_yuan(whole)} 不足分散采购限额标准 {_yuan(standards.limit)}，不属于政府采购法规定的"
            "政府采购，由单位按内控制度采购，可以在本平台询价。",
            f"{LAW}第二条；{standards.title}",
        )
    )
    return "outside"


def _method(
    kind: str, form: str, whole: Decimal, standards: Standards, reasons: list[Reason]
) -> tuple[str, tuple[str, ...]]:
    if form == "outside":
        reasons.append(Reason("标的规格明确、货源充足的，询价最简便。", f"{LAW}第三十二条（参照）"))
        return ("inquiry" if kind == "goods" else "own"), ("inquiry", "own")
    if standards.tender is None:
        reasons.append(
            Reason("该区划的文件没有给出公开招标数额标准，不能判断采购方式。", standards.source)
        )
        return "", ()
    if whole >= standards.tender:
        reasons.append(
            Reason(
                f"{_yuan(whole)} 达到公开招标数额标准 {_yuan(standards.tender)}，应当采用公开招标；"
                "采用其他方式须在采购活动开始前报财政部门批准。",
                f"{LAW}第二十七条；{standards.title}",
            )
        )
        return "open-tender", ("open-tender",)
    reasons.append(
        Reason(
            f"{_yuan(whole)} 不足公开招标数额标准 {_yuan(standards.tender)}，依法选择采购方式。",
            f"{LAW}第二十六条；{standards.title}",
        )
    )
    if kind == "goods":
        reasons.append(
            Reason(
                "货物规格、标准统一，现货货源充足且价格变化幅度小的，可以采用询价。",
                f"{LAW}第三十二条",
            )
        )
        return "inquiry", ("inquiry", "negotiation", "consultation", "open-tender")
    reasons.append(
        Reason("服务和非必须招标的工程不适用询价，可以采用竞争性磋商等方式。", "财库〔2014〕214号")
    )
    return "consultation", ("consultation", "negotiation", "open-tender")


@dataclass(frozen=True)
class Part:
    """One need of an owner, for the warning of splitting."""

    code: str
    title: str
    budget: Decimal


@dataclass(frozen=True)
class Splitting:
    """Needs that each stay below a limit and together reach it."""

    limit_name: str
    limit: Decimal
    parts: tuple[Part, ...]

    @property
    def whole(self) -> Decimal:
        return sum((part.budget for part in self.parts), Decimal(0))


def splitting(parts: Iterable[Part], standards: Standards | None) -> Splitting | None:
    """The higher limit that parts of one owner, item and year evade; None where they evade none.

    《政府采购法》 article 28, 实施条例 article 28. It points a person to them and proves nothing.
    """
    parts = tuple(parts)
    if standards is None or len(parts) < 2:
        return None
    whole = sum((part.budget for part in parts), Decimal(0))
    for name, limit in (
        ("公开招标数额标准", standards.tender),
        ("分散采购限额标准", standards.limit),
    ):
        if limit is not None and whole >= limit and all(one.budget < limit for one in parts):
            return Splitting(name, limit, parts)
    return None


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f} 元"
