"""When an inquiry may buy a need on this site: only below the standards of the region.

The site is no statutory trading platform (电子招标投标办法 第十条), so what 政府采购法 governs is
refused here with the reasons that were proposed, and kept, when the need was published.
"""

from core.lifecycle import RuleBroken
from procurement.models import Form, Need, ProcedureMethod


def check(need: Need) -> None:
    """Refuse an inquiry that the standards, or the method's own conditions, forbid."""
    reasons = reasons_against(need)
    if reasons:
        raise RuleBroken("An inquiry cannot buy this need here. %(reasons)s", reasons=reasons)


def reasons_against(need: Need) -> str:
    """Why not, with the articles, in Chinese; empty where an inquiry may buy the need."""
    proposal = need.proposal
    form = proposal.get("form", "")
    if form == Form.OUTSIDE and ProcedureMethod.INQUIRY in proposal.get("open_methods", []):
        return ""
    told = [
        f"{one['text']}（{one['source']}）" if one.get("source") else one["text"]
        for one in proposal.get("reasons", [])
    ]
    return "".join(told) or "需求未载明采购组织形式和采购方式的判断依据，不能确认其在限额标准以下。"
