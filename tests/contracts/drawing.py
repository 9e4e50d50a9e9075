"""Agreements as most tests of contracts want them. The order that they are about is any row."""

from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from contracts import agreements, changes, deliveries
from contracts.drafting import Stage
from contracts.forms import PURPOSE
from contracts.models import AgreementTemplate
from core import clock, uploads
from core.calendar import day_of
from tests import files

STAGES = (
    Stage("初稿", 20, Decimal("24000.00"), "结算审核初稿及问题清单"),
    Stage("审核报告", 10, Decimal("56000.00"), "结算审核报告 6 份", in_working_days=True),
)
VALUES = {
    "order_number": "GXDD-2026-00001",
    "project": "云江市第三中学教学综合楼",
    "service": "工程造价咨询（结算审核）",
    "content": "对教学综合楼竣工结算进行审核，出具结算审核报告。",
    "selection": "公开抽取",
}


@transaction.atomic(durable=True)
def drawn_up(cast, **changes):
    """To be signed by the cast's owner and agency; a rule of its own, as awarding an order is."""
    given = {
        "template": AgreementTemplate.objects.in_force("service-agreement", clock.now().date()),
        "about": cast.owner.organisation,
        "title": "云江市第三中学教学综合楼结算审核服务合同",
        "parties": {"owner": cast.owner.organisation, "agency": cast.agency.organisation},
        "amount": Decimal("80000.00"),
        "milestones": STAGES,
        "values": VALUES,
        "by": cast.approver,
        "at": clock.now(),
    }
    return agreements.draw_up(**given | changes)


def sign(agreement, seat, typed="同意签署", at=None):
    digest = agreement.digest
    return agreements.sign(agreement, typed=typed, digest=digest, by=seat, at=at or clock.now())


def concluded(cast, **changes):
    agreement = drawn_up(cast, **changes)
    sign(agreement, cast.approver)
    return sign(agreement, cast.agency)


def upload(seat, name="审核报告.pdf"):
    """A received file that a deliverable may take."""
    file = files.upload(name, files.pdf(name))
    return uploads.receive(file, purpose=PURPOSE, by=seat, at=clock.now())


def handed_in(cast, place=1, agreement=None, **changes):
    agreement = agreement or concluded(cast)
    if "uploads" not in changes:
        changes["uploads"] = [upload(cast.agency)]
    given = {"note": "请审阅", "by": cast.agency, "at": clock.now()}
    return deliveries.hand_in(agreement.milestones.get(place=place), **given | changes)


def accepted(cast, place=1, agreement=None, **changes):
    deliverable = handed_in(cast, place, agreement, **changes)
    return deliveries.accept(deliverable, opinion="", by=cast.owner, at=clock.now())


def extension_asked(cast):
    milestone = concluded(cast).milestones.get(place=1)
    until = day_of(milestone.due_at) + timedelta(days=10)
    return changes.ask_extension(
        milestone, until=until, reason="资料补充", by=cast.agency, at=clock.now()
    )
