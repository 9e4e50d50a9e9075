from datetime import timedelta

from django.conf import settings

from contracts.models import Agreement
from core.calendar import day_of
from tests.contracts import drawing
from tests.doors import Door
from tests.files import pdf, upload
from tests.programs import REQUIRED


def unsigned(cast):
    return [drawing.drawn_up(cast).number]


def performed(cast):
    return [drawing.concluded(cast).number]


def milestone(cast):
    return [f"{drawing.concluded(cast).number}-1"]


def handed_in(cast):
    return [drawing.handed_in(cast).code]


def accepted(cast):
    return [drawing.accepted(cast).code]


def extension(cast):
    return [drawing.extension_asked(cast).code]


def a_later_day(cast):
    return {"until": f"{day_of(cast.agency.held_from) + timedelta(days=90)}", "reason": "补充资料"}


def signature(cast):
    # The URL's row is made first, so it is the newest agreement that is signed.
    agreement = Agreement.objects.latest("pk")
    return {"typed": "同意签署", "digest": agreement.digest}


def reason(cast):
    return {"reason": "双方协商一致"}


# A PDF is drawn only where the assets, fonts among them, are built.
has_fonts = REQUIRED or (settings.PAPER_FONTS / "NotoSansSC-Regular.ttf").exists()
reader = "agency" if has_fonts else None

DOORS = [
    Door("contracts:agreement-list", right="agency", wrong=("rival", "shown")),
    Door("contracts:agreement-detail", args=unsigned, right="owner", wrong=("rival", 404)),
    Door("contracts:agreement-detail", args=performed, right="regulator", wrong=("operator", 404)),
    Door("contracts:agreement-pdf", args=performed, right=reader, wrong=("rival", 404)),
    Door("contracts:agreement-sign", args=unsigned, right="approver", wrong="owner"),
    Door(
        "contracts:agreement-sign",
        "post",
        args=unsigned,
        data=signature,
        right="agency",
        wrong=("rival", 404),
    ),
    Door("contracts:agreement-decline", args=unsigned, right="agency", wrong=("rival", 404)),
    Door(
        "contracts:agreement-decline",
        "post",
        args=unsigned,
        data=reason,
        right="agency",
        wrong="owner",
    ),
    Door("contracts:agreement-terminate", args=performed, right="approver", wrong=("rival", 404)),
    Door(
        "contracts:agreement-terminate",
        "post",
        args=performed,
        data=reason,
        right="approver",
        wrong="owner",
    ),
    Door("contracts:milestone-hand-in", args=milestone, right="agency", wrong="owner"),
    Door(
        "contracts:milestone-hand-in",
        "post",
        args=milestone,
        data=lambda cast: {"uploads": upload("审核报告.pdf", pdf()), "note": ""},
        right="agency",
        wrong=("rival", 404),
    ),
    Door(
        "contracts:milestone-hand-in",
        args=lambda cast: ["GXHT-2026-00001"],
        right=("agency", 404),
    ),
    Door("contracts:milestone-extend", args=milestone, right="agency", wrong=("approver", 404)),
    Door(
        "contracts:milestone-extend",
        "post",
        args=milestone,
        data=a_later_day,
        right="agency",
        wrong=("rival", 404),
    ),
    Door("contracts:deliverable-detail", args=handed_in, right="owner", wrong=("rival", 404)),
    Door("contracts:deliverable-accept", args=handed_in, right="owner", wrong=("agency", 404)),
    Door(
        "contracts:deliverable-accept",
        "post",
        args=handed_in,
        data=lambda cast: {"opinion": ""},
        right="owner",
        wrong=("rival", 404),
    ),
    Door("contracts:deliverable-return", args=handed_in, right="owner", wrong=("agency", 404)),
    Door(
        "contracts:deliverable-return",
        "post",
        args=handed_in,
        data=lambda cast: {"reason": "缺少附表", "days": 5},
        right="owner",
        wrong=("rival", 404),
    ),
    Door("contracts:deliverable-certificate", args=accepted, right=reader, wrong=("rival", 404)),
    Door("contracts:deliverable-certificate", args=handed_in, right=("agency", 404)),
    Door("contracts:change-grant", args=extension, right="owner", wrong=("agency", 404)),
    Door("contracts:change-grant", "post", args=extension, right="owner", wrong=("rival", 404)),
    Door("contracts:change-refuse", args=extension, right="owner", wrong=("agency", 404)),
    Door(
        "contracts:change-refuse",
        "post",
        args=extension,
        data=reason,
        right="owner",
        wrong=("rival", 404),
    ),
    Door("contracts:change-withdraw", args=extension, right="agency", wrong="owner"),
    Door("contracts:change-withdraw", "post", args=extension, right="agency", wrong=("rival", 404)),
]
