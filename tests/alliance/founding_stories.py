"""A call, an application for it, and how far it has come."""

from datetime import timedelta

from accounts.models import Deed
from alliance import calls, foundings
from alliance.calls import Wanted
from alliance.founding_checks import model
from alliance.models import UnitKind
from core import clock
from core.models import Region
from tests.factories import SeatFactory, UploadFactory

NAME = "广州市智慧水务技术创新联盟"


def region():
    return Region.objects.get(code="440100")


def wanted(**changes):
    said = model()
    facts = {
        "title": "关于征集组建产学研技术创新联盟的通知",
        "region": region(),
        "principles": said["principles"],
        "fields": list(said["fields"]),
        "figures": dict(said["figures"]),
        "conditions": list(said["conditions"]),
        "materials": list(said["materials"]),
        "support": said["support"],
        "contact": "登记科",
        "open_until": clock.now() + timedelta(days=20),
        **changes,
    }
    return Wanted(**facts)


def published(cast, **changes):
    call = calls.write(wanted(**changes), by=cast.regulator, at=clock.now())
    return calls.publish(call, by=cast.regulator, at=clock.now())


def drafted_call(cast):
    return calls.write(wanted(), by=cast.regulator, at=clock.now())


def placed(organisation):
    """In the province of the call."""
    organisation.region = region()
    organisation.save(update_fields=["region"])


def begun(cast, **changes):
    placed(cast.agency.organisation)
    call = published(cast, **changes)
    return foundings.begin(call, key="", by=cast.agency, at=clock.now())


def asked(founding, by, *, kind="enterprise", seat=None):
    seat = seat or SeatFactory(
        organisation__kind=kind, organisation__region=region(), deeds=[Deed.JOIN_ALLIANCE]
    )
    unit = foundings.ask(
        founding,
        seat.organisation,
        kind=UnitKind.of(seat.organisation),
        by=by,
        at=clock.now(),
    )
    return unit, seat


def joined(founding, by, *, enterprises=10, universities=1):
    """Units that were asked and consented."""
    for kind in ["enterprise"] * enterprises + ["university"] * universities:
        unit, seat = asked(founding, by, kind=kind)
        foundings.consent(unit, by=seat, at=clock.now())


def document(founding, by, **changes):
    second = SeatFactory(organisation=by.organisation, rank="operator", deeds=[Deed.JOIN_ALLIANCE])
    files = {
        one["key"]: [
            UploadFactory(
                purpose=foundings.FILES,
                organisation_code=by.organisation.code,
                user_code=by.user.code,
            ).code
        ]
        for one in founding.call.materials
    }
    return {
        "name": NAME,
        "fields": ["information"],
        "field_other": "",
        "introduction": "面向供水排水的联盟。",
        **{
            f"{who}_{what}": text
            for who in ("head", "liaison")
            for what, text in (
                ("name", "王强"),
                ("unit", by.organisation.name),
                ("phone", "020-82960000"),
                ("email", "wang@example.com"),
            )
        },
        "charter": "conghua-2017",
        "fees": {"member": "3000.00"},
        "officers": {"chair": by.code, "secretary-general": second.code},
        "experts": [{"expert": "李四", "unit": "某大学", "title": "教授", "speciality": "水文"}],
        "necessity": {part["key"]: "需要。" for part in model()["outline"]},
        "plan": [{"work": "平台", "period": "第一年", "result": "上线"}],
        "budget": [{"purpose": "平台", "amount": "100000", "source": "自筹"}],
        "supplement": "",
        "files": files,
        **changes,
    }


def submitted(cast, *, enterprises=10, universities=1, **changes):
    founding = begun(cast)
    joined(founding, cast.agency, enterprises=enterprises, universities=universities)
    said = document(founding, cast.agency, **changes)
    return foundings.submit(founding, said, by=cast.agency, at=clock.now())


def registered(cast, **changes):
    founding = submitted(cast, **changes)
    return foundings.register(founding, by=cast.regulator, at=clock.now())
