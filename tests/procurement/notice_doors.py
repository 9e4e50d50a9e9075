from core.numbering import new_code
from tests.doors import Door, shown
from tests.procurement import noticing, writing


def need(cast):
    return [writing.published(cast).code]


def draft(cast):
    return [noticing.draft(cast).code]


def submitted(cast):
    return [noticing.submitted(cast).code]


def followed(cast):
    made = noticing.published(cast)
    return [made.need.code, made.notice.number]


def kind(cast):
    return {"kind": "procurement-tender", "once": new_code()}


def content(cast):
    return noticing.typed("procurement-tender")


def reason(cast):
    return {"reason": "最高限价写错。"}


def own(name, method="get", *, args=draft, right="owner", **more):
    """A door of the issuer's alone: another unit finds nothing there."""
    return Door(
        f"procurement:{name}", method, args=args, right=right, wrong=("agency", 404), **more
    )


DOORS = [
    shown("procurement:hub"),
    shown("procurement:periods"),
    shown("procurement:periods", query="?start=2026-09-28"),
    Door("procurement:desk-notices", right="owner", wrong=("agency", "shown")),
    own("notice-new", args=need),
    own("notice-new", args=need, right="regulator"),
    own("notice-new", "post", args=need, data=kind),
    own("notice-follow", "post", args=followed, data=lambda cast: {"do": "correct"}),
    own("notice-follow", "post", args=followed, data=lambda cast: {"do": "end"}),
    own("desk-notice"),
    own("desk-notice", right=("regulator", 404)),
    own("notice-edit"),
    own("notice-edit", "post", data=content),
    own("notice-autosave", "post", data=content, right=("owner", "shown")),
    own("notice-submit", "post"),
    own("notice-publish", args=submitted, right="approver"),
    own("notice-publish", "post", args=submitted, right="approver"),
    own("notice-publish", "post", args=submitted, right=("owner", 403)),
    own("notice-return", args=submitted, right="approver"),
    own("notice-return", "post", args=submitted, right="approver", data=reason),
    own("notice-discard"),
    own("notice-discard", "post"),
]
