"""What becomes of each kind of visitor at the doors of inquiries."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.test import override_settings

from core import clock
from core.numbering import new_code
from procurement import archive_pack, archives, corrections, opening
from procurement.models import ArchiveState
from selection.models import Witness
from tests.doors import Door, shown
from tests.procurement import buying


def at(instant):
    """The clock, turned on for the moment to just after an instant."""
    left = instant - clock.now() + timedelta(seconds=1)
    return override_settings(CLOCK_OFFSET=settings.CLOCK_OFFSET + left)


def number(cast):
    return [buying.published(cast).number]


def code(cast):
    return [buying.published(cast).code]


def correction(cast):
    return [buying.correction(buying.published(cast), cast.owner).code]


def ready(cast):
    """A draft that may be submitted."""
    procedure = buying.published(cast)
    row = buying.correction(procedure, cast.owner)
    typed = {**row.typed, "reason": "电话更换", "contact_phone": "0000-8632999"}
    corrections.save(row, typed, by=cast.owner, at=clock.now())
    return [row.code]


def proposed(cast):
    return [buying.proposed(cast, buying.published(cast)).code]


def private(cast):
    return [buying.published(cast, buying.terms(public_funds=Decimal(0))).code]


def newcomer(cast):
    return {"name-0": "孟青", "phone-0": "13800000009", "reason": "应当回避"}


def key(cast):
    return {"key": new_code()}


def settled(cast):
    return [buying.need(cast, state="settled").code]


def published_need(cast):
    return [buying.need(cast).code]


def draft(cast):
    return [buying.draft(cast).code]


def submitted(cast):
    return [buying.submitted(cast).code]


def quoted(cast):
    return [buying.quote(buying.published(cast), cast.agency).code]


def _failed(cast):
    procedure = buying.published(cast)
    with at(procedure.open_until):
        return opening.close(procedure, by=cast.owner, at=clock.now())


def _opened(cast):
    procedure = buying.published(cast)
    for seat, price in ((cast.agency, "1500"), (cast.rival, "1400"), (buying.third(), "1600")):
        buying.quote(procedure, seat, price)
    with at(procedure.open_until):
        return opening.close(procedure, by=cast.owner, at=clock.now())


def _awarded(cast):
    procedure = _opened(cast)
    with at(procedure.open_until):
        return buying.examine(procedure, cast.owner)


def opened(cast):
    return [_opened(cast).code]


def awarded(cast):
    return [_awarded(cast).number]


def completed(cast):
    procedure = _awarded(cast)
    with at(procedure.open_until):
        return [buying.completed(procedure, cast, cast.rival).code]


def failed(cast):
    return [_failed(cast).code]


def archived(cast):
    """A failed inquiry whose archive is drawn, and not being drawn anew."""
    procedure = _failed(cast)
    archive = procedure.archives.get()
    archive_pack.store(archive, b"zip")
    archives.note_drawn(
        archive,
        files=1,
        size=3,
        digest="1" * 64,
        manifest_digest="2" * 64,
        by=cast.owner,
        at=clock.now(),
    )
    return procedure


def drawn(cast):
    return [archived(cast).archives.get(state=ArchiveState.DRAWN).code]


def invited(cast):
    procedure = buying.published(cast)
    row = Witness.objects.get(draw__number=procedure.number)
    return [procedure.number, opening.invite(procedure, row, by=cast.owner, at=clock.now())]


def named(cast):
    procedure = buying.published(cast)
    return [procedure.code, Witness.objects.get(draw__number=procedure.number).code]


def once(cast):
    return {"once": new_code()}


def reason(cast):
    return {"reason": "预算较小，不需要论证"}


def quote(cast):
    return {
        "price": "1500",
        "offer": "自助终端",
        "days": "9",
        "typed": cast.agency.organisation.name,
        "once": new_code(),
    }


def marks(cast):
    return dict.fromkeys(("professional", "output", "quality", "management"), "88")


foreign = ("agency", 404)
DOORS = [
    shown("procurement:inquiries"),
    shown("procurement:inquiries", query="?q=终端&phase=open&order=budget"),
    shown("procurement:inquiry-detail", args=number),
    shown("procurement:inquiry-detail", args=awarded),
    shown("procurement:inquiry-detail", args=lambda cast: ["GXXJ-2026-99999"], becomes=404),
    shown("procurement:inquiry-bundle", args=awarded),
    shown("procurement:inquiry-bundle", args=number, becomes=404),
    Door("procurement:inquiry-quote", args=number, right="agency", wrong="owner"),
    Door(
        "procurement:inquiry-quote", "post", args=number, data=quote, right="agency", wrong="owner"
    ),
    Door("procurement:inquiry-witness", args=invited, stranger="shown"),
    Door("procurement:inquiry-witness", "post", args=invited, stranger="done"),
    Door("procurement:inquiry-dice", args=code, stranger=404, wrong=foreign, right="regulator"),
    Door("procurement:quote-detail", args=quoted, right="agency", wrong=("rival", 404)),
    Door("procurement:quote-detail", args=quoted, right=("owner", 404), wrong=("operator", 404)),
    Door("procurement:quote-withdraw", args=quoted, right="agency", wrong=("rival", 404)),
    Door("procurement:quote-withdraw", "post", args=quoted, right="agency", wrong=("rival", 404)),
    Door("procurement:desk-inquiries", right="owner", wrong=("agency", "shown")),
    Door("procurement:inquiry-new", args=settled, right="owner", wrong=foreign),
    Door("procurement:inquiry-new", "post", args=settled, data=once, right="owner", wrong=foreign),
    Door("procurement:desk-inquiry", args=submitted, right="approver", wrong=foreign),
    Door("procurement:desk-inquiry", args=submitted, right=("operator", 404)),
    Door("procurement:desk-inquiry", args=code, right="regulator", wrong=foreign),
    Door("procurement:inquiry-edit", args=draft, right="owner", wrong=foreign),
    Door("procurement:inquiry-edit", "post", args=draft, right=("owner", "shown"), wrong=foreign),
    Door(
        "procurement:inquiry-autosave", "post", args=draft, right=("owner", "shown"), wrong=foreign
    ),
    Door("procurement:inquiry-submit", args=draft, right=("owner", "done"), wrong=foreign),
    Door("procurement:inquiry-submit", "post", args=draft, right="owner", wrong=foreign),
    Door("procurement:inquiry-discard", args=draft, right="owner", wrong=foreign),
    Door("procurement:inquiry-discard", "post", args=draft, right="owner", wrong=foreign),
    Door("procurement:inquiry-publish", args=submitted, right="approver", wrong="owner"),
    Door("procurement:inquiry-publish", "post", args=submitted, right="approver", wrong="owner"),
    Door("procurement:inquiry-publish", "post", args=submitted, right=("operator", 404)),
    Door("procurement:inquiry-return", args=submitted, right="approver", wrong=foreign),
    Door(
        "procurement:inquiry-return",
        "post",
        args=submitted,
        data=reason,
        right="approver",
        wrong="owner",
    ),
    Door("procurement:inquiry-withdraw", args=code, right="approver", wrong="owner"),
    Door(
        "procurement:inquiry-withdraw",
        "post",
        args=code,
        data=reason,
        right="approver",
        wrong=foreign,
    ),
    Door("procurement:correction-new", args=code, right="owner", wrong=foreign),
    Door("procurement:correction-new", "post", args=code, data=key, right="owner", wrong=foreign),
    Door("procurement:correction-new", args=draft, right=("owner", 404)),
    Door("procurement:desk-correction", args=proposed, right="approver", wrong=foreign),
    Door("procurement:desk-correction", args=proposed, right=("operator", 404)),
    Door("procurement:desk-correction", args=correction, right="owner", wrong=("regulator", 404)),
    Door("procurement:correction-edit", args=correction, right="owner", wrong=foreign),
    Door(
        "procurement:correction-edit",
        "post",
        args=correction,
        right=("owner", "shown"),
        wrong=foreign,
    ),
    Door("procurement:correction-edit", args=proposed, right=("owner", 404)),
    Door(
        "procurement:correction-autosave",
        "post",
        args=correction,
        right=("owner", "shown"),
        wrong=foreign,
    ),
    Door("procurement:correction-submit", args=correction, right=("owner", "done"), wrong=foreign),
    Door("procurement:correction-submit", args=ready, right="owner", wrong=foreign),
    Door("procurement:correction-submit", "post", args=ready, right="owner", wrong=foreign),
    Door("procurement:correction-publish", args=proposed, right="approver", wrong="owner"),
    Door("procurement:correction-publish", "post", args=proposed, right="approver", wrong="owner"),
    Door("procurement:correction-publish", "post", args=proposed, right=("operator", 404)),
    Door("procurement:correction-return", args=proposed, right="approver", wrong=foreign),
    Door(
        "procurement:correction-return",
        "post",
        args=proposed,
        data=reason,
        right="approver",
        wrong="owner",
    ),
    Door("procurement:correction-discard", args=correction, right="owner", wrong=foreign),
    Door("procurement:correction-discard", "post", args=correction, right="owner", wrong=foreign),
    Door("procurement:inquiry-witnesses", args=code, right="regulator", wrong="owner"),
    Door(
        "procurement:inquiry-witnesses",
        "post",
        args=code,
        data=newcomer,
        right=("regulator", "shown"),
        wrong="operator",
    ),
    Door("procurement:inquiry-witnesses", args=private, right=("regulator", 404)),
    Door("procurement:inquiry-close", "post", args=code, right="owner", wrong=foreign),
    Door("procurement:inquiry-examine", args=opened, right="owner", wrong=foreign),
    Door(
        "procurement:inquiry-examine",
        "post",
        args=opened,
        right=("owner", "shown"),  # nothing is judged yet: shown again
        wrong=foreign,
    ),
    Door(
        "procurement:inquiry-invite",
        "post",
        args=named,
        right=("owner", "shown"),
        wrong=foreign,
    ),
    Door("procurement:inquiry-assess", args=completed, right="owner", wrong=foreign),
    Door(
        "procurement:inquiry-assess",
        "post",
        args=completed,
        data=marks,
        right="owner",
        wrong=foreign,
    ),
    Door("procurement:inquiry-archive", "post", args=failed, right="owner", wrong=foreign),
    Door("procurement:archive-rows", args=failed, right="owner", wrong=foreign),
    Door("procurement:archive-download", args=drawn, right="owner", wrong=foreign),
    Door("procurement:archive-download", args=drawn, right="regulator", wrong=("operator", 404)),
]
