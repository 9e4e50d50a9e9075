"""The pages of the calls, and of the foundings that answer them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Deed
from alliance import foundings
from alliance.founding_checks import model
from alliance.models import Alliance, Call, Founding, FoundingState
from core import clock, todo
from tests.alliance import founding_stories as stories
from tests.alliance.pages import page, text
from tests.cast import signed_in
from tests.factories import SeatFactory
from tests.files import pdf


def call_form(**changes):
    said = model()
    return {
        "title": "关于征集的通知",
        "region": "440100",
        "open_until": (clock.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M"),
        "principles": said["principles"],
        "fields_called": "新材料\n\n生物医药",
        "enterprises": "5",
        "universities": "2",
        "units": "8",
        "conditions": "组成：须有{enterprises}家企业。",
        "materials": "联盟契约（联盟所有成员单位盖章）｜申报登记表",
        "support": said["support"],
        "contact": "科技科",
        **changes,
    }


@pytest.fixture
def registrar(cast):
    stories.placed(cast.regulator.organisation)
    return signed_in(cast.regulator.user)


def test_the_registrar_writes_a_call_and_publishes_it(cast, registrar):
    assert (
        "10家企业以上" in text(page("call-new", client=registrar))
        or page("call-new", client=registrar).context["form"].initial["enterprises"] == 10
    )
    registrar.post(reverse("alliance:call-new"), call_form())
    call = Call.objects.get()
    assert call.fields == ["新材料", "生物医药"]
    assert call.figures == {"enterprises": 5, "universities": 2, "units": 8}
    assert call.materials[0]["key"] == "contract"
    preview = page("call-publish", call.code, client=registrar)
    assert "须有5家企业" in text(preview)
    registrar.post(reverse("alliance:call-publish", args=[call.code]))
    call.refresh_from_db()
    assert call.number
    assert "关于征集的通知" in text(page("calls"))
    assert "须有5家企业" in text(page("call", call.number))
    assert page("call-edit", call.code, client=registrar).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"conditions": "没有冒号"}, "conditions"),
        ({"open_until": "2020-01-01T10:00"}, "open_until"),
        ({"units": "1"}, "units"),
        ({"materials": "甲｜乙\n甲｜丙"}, None),
        ({"region": "990100"}, "region"),
    ],
)
def test_a_call_that_is_not_right_is_shown_again_filled_in(registrar, changes, field):
    shown = registrar.post(reverse("alliance:call-new"), call_form(**changes))
    if field is not None:
        assert field in shown.context["form"].errors
        assert not Call.objects.exists()


def basis(cast, **changes):
    contacts = {
        f"{who}_{what}": said
        for who in ("head", "liaison")
        for what, said in (
            ("name", "王强"),
            ("unit", cast.agency.organisation.name),
            ("phone", "020-82960000"),
            ("email", "wang@example.com"),
        )
    }
    return {
        "name": stories.NAME,
        "fields": ["information"],
        "introduction": "面向供水排水的联盟。",
        **contacts,
        **changes,
    }


def send(client, founding, slug, data):
    return client.post(reverse("alliance:step", args=[founding.code, slug]), data)


def fill(client, cast, founding, second):
    send(client, founding, "basis", basis(cast))
    send(
        client,
        founding,
        "charter",
        {
            "charter": "conghua-2017",
            "fee-member": "2,000".replace(",", ""),
            "chair": cast.agency.code,
            "secretary-general": second.code,
        },
    )
    experts = {"expert-0": "李四", "unit-0": "某大学", "title-0": "教授", "speciality-0": "水文"}
    send(client, founding, "experts", experts)
    needs = {f"necessity_{part['key']}": "需要。" for part in model()["outline"]}
    send(client, founding, "necessity", needs)
    plan = {"work-0": "平台", "period-0": "第一年", "result-0": "上线"}
    budget = {"purpose-0": "平台", "amount-0": "100000", "source-0": "自筹"}
    send(client, founding, "plan", {**plan, **budget})
    files = {
        f"file_{one['key']}": SimpleUploadedFile(f"{one['key']}.pdf", pdf(), "application/pdf")
        for one in founding.call.materials
    }
    return send(client, founding, "files", {"supplement": "", **files})


def test_call_to_founding_to_register(cast, lead, registrar):
    """A unit answers a call, its units consent, the registrar returns and registers it."""
    stories.placed(cast.agency.organisation)
    call = stories.published(cast)
    lead.post(reverse("alliance:founding-begin", args=[call.number]))
    founding = Founding.objects.get()
    others = []
    for kind in ["enterprise"] * 10 + ["university"]:
        seat = SeatFactory(organisation__kind=kind, organisation__region=stories.region())
        others.append(seat)
        lead.post(
            reverse("alliance:founding-units", args=[founding.code]),
            {"unit": seat.organisation.name, "kind": ""},
        )
    assert founding.units.count() == 11
    second = SeatFactory(organisation=cast.agency.organisation)
    answer = fill(lead, cast, founding, second)
    assert answer.headers["Location"] == reverse("alliance:founding-submit", args=[founding.code])
    shown = page("founding-submit", founding.code, client=lead)
    assert shown.context["waiting"] == 11
    assert not shown.context["wrong"]
    refused = lead.post(reverse("alliance:founding-submit", args=[founding.code]), follow=True)
    assert "还有单位没有答复" in text(refused)
    for seat in others:
        client = signed_in(seat.user)
        unit = founding.units.get(organisation=seat.organisation)
        assert founding.draft.get("name", "") in text(page("consent", unit.code, client=client))
        client.post(reverse("alliance:consent", args=[unit.code]))
    lead.post(reverse("alliance:founding-submit", args=[founding.code]))
    founding.refresh_from_db()
    assert founding.state == FoundingState.SUBMITTED

    assert stories.NAME in text(page("foundings", client=registrar))
    registrar.post(
        reverse("alliance:founding-return", args=[founding.code]), {"on-plan": "请分年度。"}
    )
    shown = page("step", founding.code, "plan", client=lead)
    assert "请分年度。" in text(shown)
    assert "请分年度。" not in text(page("step", founding.code, "basis", client=lead))
    plan = {"work-0": "平台", "period-0": "2027年", "result-0": "上线"}
    budget = {"purpose-0": "平台", "amount-0": "100000", "source-0": "自筹"}
    send(lead, founding, "plan", {**plan, **budget})
    lead.post(reverse("alliance:founding-submit", args=[founding.code]))
    shown = page("founding", founding.code, client=registrar)
    assert [str(one) for one in shown.context["changed"]] == ["工作计划"]
    registrar.post(reverse("alliance:founding-register", args=[founding.code]))

    alliance = Alliance.objects.get()
    shown = text(page("alliances"))
    assert alliance.number in shown
    assert "12 家" in shown
    assert alliance.number in text(page("desk", client=signed_in(others[0].user)))
    assert "施行" in text(page("charter", alliance.number))


def test_what_is_typed_is_saved_without_being_right(cast, lead):
    founding = stories.begun(cast)
    answer = lead.post(
        reverse("alliance:step-autosave", args=[founding.code, "basis"]), {"name": "甲"}
    )
    assert answer.json()["saved"].startswith("已自动保存")
    founding.refresh_from_db()
    assert founding.draft["name"] == "甲"
    shown = page("step", founding.code, "basis", client=lead)
    assert 'value="甲"' in text(shown)


@pytest.mark.parametrize(
    ("slug", "data", "field"),
    [
        ("basis", {"fields": ["other"], "field_other": ""}, "field_other"),
        ("basis", {"head_email": "no"}, "head_email"),
        ("charter", {"charter": "conghua-2017", "fee-vice-chair": "1"}, "fee-vice-chair"),
        ("charter", {"charter": "none"}, "charter"),
        ("experts", {}, "expert-0"),
        ("experts", {"expert-1": "甲"}, "unit-1"),
        ("plan", {"work-0": "甲", "period-0": "乙", "result-0": "丙"}, "purpose-0"),
        ("files", {}, "file_contract"),
        ("necessity", {"necessity_industry": "甲"}, "necessity_policy"),
    ],
)
def test_a_step_that_is_not_right_says_where(cast, lead, slug, data, field):
    founding = stories.begun(cast)
    whole = {**basis(cast), **data} if slug == "basis" else data
    shown = send(lead, founding, slug, whole)
    assert field in shown.context["form"].errors


def test_accountant_and_cashier_cannot_be_one_person(cast, lead):
    founding = stories.begun(cast)
    said = {"accountant": cast.agency.code, "cashier": cast.agency.code}
    assert "cashier" in send(lead, founding, "charter", said).context["form"].errors


def test_a_unit_that_nobody_knows_is_not_asked(cast, lead):
    founding = stories.begun(cast)
    address = reverse("alliance:founding-units", args=[founding.code])
    shown = lead.post(address, {"unit": "没有这个单位", "kind": ""})
    assert "unit" in shown.context["form"].errors
    shown = lead.post(address, {"unit": cast.agency.organisation.uscc, "kind": ""})
    assert "贵单位是牵头单位" in text(shown)


def test_the_registration_form_is_printed_before_and_after(cast, lead):
    founding = stories.begun(cast)
    foundings.save_draft(founding, {"name": stories.NAME}, by=cast.agency, at=clock.now())
    answer = page("founding-paper", founding.code, client=lead)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_who_has_no_right_to_join_may_read_and_not_write(cast):
    founding = stories.begun(cast)
    clerk = SeatFactory(organisation=cast.agency.organisation, rank="operator", deeds=[Deed.BID])
    client = signed_in(clerk.user)
    assert page("founding", founding.code, client=client).status_code == 200
    assert page("step", founding.code, "basis", client=client).status_code == 403


def test_what_waits_stands_on_each_desk(cast):
    founding = stories.begun(cast)
    unit, seat = stories.asked(founding, cast.agency)

    def kinds(of):
        rows = [row for rows in todo.sources["alliance.foundings"](of, clock.now()) for row in rows]
        return [row[0] for row in rows]

    def drafts(of):
        rows = todo.draft_sources["alliance.foundings"](of, clock.now())
        return [row[0] for one in rows for row in one]

    assert kinds(seat) == ["founding-consent"]
    assert drafts(cast.agency) == ["founding-draft"]
    foundings.consent(unit, by=seat, at=clock.now())
    said = stories.document(founding, cast.agency)
    founding = foundings.submit(founding, said, by=cast.agency, at=clock.now())
    assert kinds(seat) == []
    assert kinds(cast.regulator) == ["founding-review"]
    foundings.return_(founding, reason="补正", comments={}, by=cast.regulator, at=clock.now())
    assert kinds(cast.agency) == ["founding-correct"]
    stories.drafted_call(cast)
    assert drafts(cast.regulator) == ["call-draft"]


def test_an_unmet_check_is_shown_and_its_reason_asked_for(cast, registrar):
    founding = stories.submitted(cast, enterprises=9)
    address = reverse("alliance:founding-register", args=[founding.code])
    assert "despite" in registrar.get(address).context["form"].fields
    shown = registrar.post(address, {"despite": ""})
    assert shown.context["form"].errors
    registrar.post(address, {"despite": "试点。"})
    assert Alliance.objects.count() == 1
