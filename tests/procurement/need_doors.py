from core import clock
from procurement import need_drafts, needs
from procurement.models import RequirementRule
from procurement.rulebook import load
from tests.doors import Door, shown
from tests.procurement import writing


def draft(cast):
    return [writing.draft(cast.owner).code]


def section(cast):
    return [*draft(cast), "content"]


def own_section(cast):
    need = writing.draft(cast.owner)
    need, key = need_drafts.add_section(need, "运维要求", by=cast.owner, at=clock.now())
    return [need.code, key]


def submitted(cast):
    return [writing.submitted(cast).code]


def published(cast):
    return [writing.published(cast).code]


def corrected(cast):
    return [writing.corrected(cast).code]


def number(cast):
    return [writing.published(cast).number]


def versions(cast):
    need = writing.corrected(cast)
    at = clock.now()
    need = needs.submit(need, writing.basics(title="受理平台二期"), by=cast.owner, at=at)
    return [needs.publish(need, by=cast.approver, at=at).number, 1, 2]


def rule(cast):
    load()
    return [RequirementRule.objects.all()[0].name]


def reason(cast):
    return {"reason": "预算文件有变化，本项目不再进行。"}


def own(name, *, method="get", args=draft, right="owner", stranger=403, **more):
    """A door of the owner's alone: another unit finds nothing there."""
    return Door(
        f"procurement:{name}",
        method,
        args=args,
        right=right,
        wrong=("agency", 404),
        stranger=stranger,
        **more,
    )


DOORS = [
    shown("procurement:need-list"),
    shown("procurement:need-detail", args=number),
    shown("procurement:need-compare", args=versions),
    shown("procurement:standard-list"),
    shown("procurement:rule-list"),
    Door("procurement:standard-new", right="operator", wrong="agency"),
    Door("procurement:rule-revise", args=rule, right="operator", wrong="agency"),
    Door("procurement:splittings", right="regulator", wrong="agency"),
    Door("procurement:desk-needs", right="owner"),
    Door("procurement:need-new", right="owner", wrong="regulator"),
    Door("procurement:need-new", "post", right="owner", wrong="regulator"),
    own("desk-need"),
    own("need-edit", right=("owner", "done")),
    own("need-basics"),
    own("need-basics-autosave", method="post", right=("owner", "shown")),
    own("need-outlook", method="post", right=("owner", "shown")),
    own("need-section-add", method="post", data=lambda cast: {"title": "运维要求"}),
    own("need-section", args=section),
    own("need-section-autosave", method="post", args=section, right=("owner", "shown")),
    own("need-findings", method="post", args=section, right=("owner", "shown")),
    own("need-section-drop", method="post", args=own_section),
    own("need-import"),
    own("need-submit"),
    own("need-submit", method="post"),
    own("need-discard", method="post"),
    own("need-publish", method="post", args=submitted, right="approver"),
    own("need-return", method="post", args=submitted, right="approver", data=reason),
    own("need-correct", method="post", args=published, data=reason),
    own("need-correct-drop", method="post", args=corrected),
    own("need-withdraw", method="post", args=published, right="approver", data=reason),
    own("need-settle", method="post", args=published, right="approver", data=reason),
]
