"""What agencies hand in, for tests."""

from datetime import date
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core import clock, uploads
from marketplace import agencies
from marketplace.entry import Entry, Individual, Paper, Terms, Unit
from tests.factories import QualificationCategoryFactory, ServiceItemFactory

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(place: int) -> str:
    """A number that fits its check digit, of nobody; the same for the same place."""
    body = f"36070219900101{place:03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def picture(name: str = "scan.png") -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (8, 8), "white").save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue(), "image/png")


def scan(seat, purpose: str = "marketplace.qualification-scan"):
    return uploads.receive(picture(), purpose=purpose, by=seat, at=clock.now())


def unit(seat=None, **changes) -> Unit:
    files = {"licence": (scan(seat, "marketplace.entry-file"),)} if seat else {}
    facts = {
        "introduction": "专业从事工程测量与不动产测绘。",
        "established_on": date(2015, 6, 1),
        "registered_capital": None,
        "staff_count": 42,
        "website": "",
        "quality_measures": "",
        "honours": "",
        "legal_representative_id": id_number(1),
        "authorised_name": "许文",
        "authorised_phone": "13900000721",
        "authorised_id": id_number(2),
        "files": files,
    }
    return Unit(**{**facts, **changes})


def terms(item=None, **changes) -> Terms:
    facts = {
        "item": item or ServiceItemFactory(),
        "process": "接受委托、踏勘现场、出具成果。",
        "time_limit_days": 10,
        "fee_basis": "market",
        "fee": "按合同约定。",
    }
    return Terms(**{**facts, **changes})


def paper(seat=None, **changes) -> Paper:
    facts = {
        "category": changes.get("category") or QualificationCategoryFactory(),
        "number": "ZZ-1",
        "issued_on": date(2024, 1, 1),
        "level": "甲级",
        "valid_until": date(2099, 12, 31),
        "scan": scan(seat) if seat else None,
    }
    return Paper(**{**facts, **changes})


def person(seat=None, **changes) -> Individual:
    facts = {"name": "李明远", "id_number": id_number(3)}
    if "certificates" not in changes:
        category = QualificationCategoryFactory(holder="person")
        facts["certificates"] = (paper(seat, category=category, number="ZC-1"),)
    return Individual(**{**facts, **changes})


def whole(seat=None, **changes) -> Entry:
    facts = {"unit": unit(seat), "services": (terms(),)}
    if "qualifications" not in changes:
        facts["qualifications"] = (paper(seat),)
    if "practitioners" not in changes:
        facts["practitioners"] = (person(seat),)
    return Entry(**{**facts, **changes})


def begun(seat):
    return agencies.begin(seat.organisation, by=seat, at=clock.now())


def submitted(seat, entry=None, **changes):
    agency = begun(seat)
    entry = entry or whole(seat, **changes)
    return agencies.submit(agency, entry, typed=seat.organisation.name, by=seat, at=clock.now())


def listed(seat, operator, entry=None, **changes):
    return agencies.admit(submitted(seat, entry, **changes), by=operator, at=clock.now())
