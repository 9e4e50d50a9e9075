"""The pages of the register, the calls, the foundings, the officers and the charters."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Deed
from alliance import charter_text, charters, foundings
from alliance.forms.charters import TermsForm
from alliance.founding_checks import model
from alliance.models import (
    Alliance,
    Call,
    Charter,
    CharterState,
    Founding,
    FoundingState,
    Officer,
    Post,
    TermsDraft,
)
from alliance.terms import CharterTerms
from core import cache, clock, todo
from core.calendar import day_of
from core.models import Event
from tests.alliance import founding_doors as doors
from tests.alliance import founding_stories as stories
from tests.cast import signed_in
from tests.factories import AllianceFactory, MemberFactory, OfficerFactory, SeatFactory
from tests.files import pdf


def page(name, *args, client=None, **query):
    return (client or Client()).get(reverse(f"alliance:{name}", args=args), query)


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


# ── the register ─────────────────────────────────────────────────────────────────────────────────


def test_the_register_is_searched_filtered_and_turned(db):
    for place in range(25):
        AllianceFactory(name=f"云江市第{place}技术创新联盟")
    other = AllianceFactory(name="从化区生物3D打印技术创新联盟", field="biology")
    MemberFactory(alliance=other)
    first = page("alliances")
    assert len(first.context["page"]) == 20
    assert page("alliances", q="3D打印").context["page"].rows == [other]
    assert page("alliances", q=other.lead.name).context["page"].rows == [other]
    found = page("alliances", field="biology")
    assert found.context["page"].rows == [other]
    assert "1 家" in text(found)
    assert "没有符合全部条件的联盟" in text(page("alliances", q="没有"))
    assert (
        len(
            Client().get(reverse("alliance:alliances") + first.context["page"].next).context["page"]
        )
        == 6
    )


def queries(name, *args, client=None):
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert page(name, *args, client=client).status_code == 200
    return len(captured)


def test_the_register_asks_the_same_of_the_database_for_many(db):
    AllianceFactory()
    few = queries("alliances")
    for alliance in AllianceFactory.create_batch(15):
        MemberFactory(alliance=alliance)
    assert queries("alliances") == few


def test_an_alliance_shows_who_is_in_office_and_its_bodies(cast):
    alliance = doors.chartered(cast)
    shown = text(page("detail", alliance.number))
    assert cast.agency.user.name in shown
    assert "秘书长" in shown
    assert "专家组" in shown
    assert page("detail", "GXLM-1999-001").status_code == 404


def test_a_page_of_an_alliance_asks_the_same_for_many_members(cast):
    alliance = doors.chartered(cast)
    few = queries("detail", alliance.number)
    MemberFactory.create_batch(20, alliance=alliance)
    assert queries("detail", alliance.number) == few


def test_each_article_has_its_anchor_and_what_the_software_enforces(cast):
    alliance = doors.chartered(cast)
    shown = text(page("charter", alliance.number))
    for number in range(1, 26):
        assert f'id="art-{number}"' in shown
    assert "名单中不少于 2/3参加" in shown
    assert "文件之间不一致之处" in shown


def test_a_draft_of_a_charter_is_shown_to_nobody_outside(cast):
    (number,) = doors.with_draft(cast)
    assert page("charter-version", number, 2).status_code == 404
    assert page("charter-compare", number).status_code == 404


def test_versions_are_compared(cast):
    alliance = doors.chartered(cast)
    wording = charters.adapted(
        charters.templates()["guangdong-2016"], name=alliance.name, lead="甲"
    )
    draft = charters.write(alliance, wording, by=cast.agency, at=clock.now())

    with transaction.atomic():
        charters.adopt(
            draft, adopted_by="理事会", on=clock.now().date(), by=cast.agency, at=clock.now()
        )
    shown = page("charter-compare", alliance.number, old="1", new="2")
    assert shown.context["changed"]
    assert "<ins" in text(shown)
    assert page("charter-compare", alliance.number, old="x", new="99").status_code == 200


# ── calls ────────────────────────────────────────────────────────────────────────────────────────


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


# ── the guided form ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lead(cast):
    return signed_in(cast.agency.user)


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


# ── officers ─────────────────────────────────────────────────────────────────────────────────────


def test_the_secretary_general_appoints_and_relieves(cast, lead):
    alliance = doors.chartered(cast)
    other = SeatFactory(organisation=cast.agency.organisation)
    address = reverse("alliance:officers", args=[alliance.number])
    lead.post(address, {"post": "accountant", "seat": other.code})
    officer = Officer.objects.get(post=Post.ACCOUNTANT)
    shown = lead.post(address, {"post": "cashier", "seat": other.code})
    assert "会计不得兼任出纳" in text(shown)
    assert Event.objects.filter(name="deed.refused").exists()
    lead.post(reverse("alliance:officer-relieve", args=[alliance.number, officer.code]))
    officer.refresh_from_db()
    assert officer.held_until


def test_an_officer_of_another_alliance_is_nobody_here(cast, lead):
    doors.chartered(cast)
    other = OfficerFactory(post=Post.SECRETARY)
    assert page("officers", other.alliance.number, client=lead).status_code == 404


def test_a_post_ends_with_its_seat(cast, lead):
    alliance = doors.chartered(cast)
    Officer.objects.update(held_until=clock.now())
    assert page("officers", alliance.number, client=lead).status_code == 404


# ── charters ─────────────────────────────────────────────────────────────────────────────────────


def test_the_secretariat_writes_the_next_version(cast, lead):
    alliance = doors.chartered(cast)
    shown = page("charter-edit", alliance.number, client=lead)
    before = shown.context["form"].initial["text"]
    after = before.replace("每届任期五年", "每届任期三年")
    assert after != before
    lead.post(
        reverse("alliance:charter-edit", args=[alliance.number]), {"title": "章程", "text": after}
    )
    draft = Charter.objects.get(state=CharterState.DRAFT)
    assert draft.version == 2
    assert charters.in_force(alliance).version == 1
    shown = page("charter-edit", alliance.number, client=lead)
    assert [one.number for one in shown.context["changed"]] == [16]


def test_a_text_that_is_no_charter_is_shown_again_with_the_line(cast, lead):
    alliance = doors.chartered(cast)
    shown = lead.post(
        reverse("alliance:charter-edit", args=[alliance.number]), {"title": "章程", "text": "联盟"}
    )
    assert "第1行" in text(shown)
    assert Charter.objects.count() == 1


def sent(form):
    """What a browser sends of the form as it is shown."""
    shown = {name: form[name].value() for name in form.fields}
    return {
        name: value for name, value in shown.items() if value is not None and value is not False
    }


def terms_form(client, number):
    return sent(page("charter-terms", number, client=client).context["form"])


def test_the_terms_are_edited_figure_by_figure(cast, lead):
    (number,) = doors.with_draft(cast)
    address = reverse("alliance:charter-terms", args=[number])
    before = Charter.objects.get(state="draft").terms
    lead.post(address, terms_form(lead, number))
    again = Charter.objects.get(state="draft").terms
    assert again["votes"] == before["votes"]
    assert again["conflicts"] == before["conflicts"]
    changed = {
        **terms_form(lead, number),
        "vote-ordinary-quorum": "1/2",
        "vote-ordinary-quorum_inclusive": "",
        "level-member-fee": "1200",
        "matter-fees": "special",
    }
    lead.post(address, changed)
    terms = charters.terms_of(Charter.objects.get(state="draft"))
    assert terms.votes["ordinary"].rule.quorum == (1, 2)
    assert terms.votes["ordinary"].rule.quorum_inclusive is False
    assert terms.levels["member"].fee == 1200
    assert terms.matters["fees"].vote == "special"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vote-ordinary-quorum", "two thirds"),
        ("matter-fees-article", "16款"),
        ("matter-fees-article", "99"),
        ("level-member-fee", "-1"),
    ],
)
def test_terms_that_are_not_right_are_shown_again(cast, lead, name, value):
    (number,) = doors.with_draft(cast)
    address = reverse("alliance:charter-terms", args=[number])
    shown = lead.post(address, {**terms_form(lead, number), name: value})
    assert name in shown.context["form"].errors


def test_a_majority_above_one_is_refused_as_a_whole(cast, lead):
    (number,) = doors.with_draft(cast)
    address = reverse("alliance:charter-terms", args=[number])
    shown = lead.post(address, {**terms_form(lead, number), "vote-ordinary-majority": "3/2"})
    assert shown.context["form"].non_field_errors()
    assert charter_text.articles_of(Charter.objects.get(state="draft").chapters)


def draft_terms():
    return Charter.objects.get(state="draft").terms


@pytest.mark.parametrize("key", ["guangdong-2016", "conghua-2017"])
def test_a_charter_that_is_sent_as_it_is_shown_keeps_its_terms(key):
    template = charters.templates()[key]
    facts = {"terms": template.terms, "articles": 99}
    form = TermsForm(sent(TermsForm(**facts)), **facts)
    assert form.is_valid(), form.errors
    kept = form.terms()
    assert kept["bodies"] == template.terms["bodies"]
    assert kept["conflicts"] == template.terms["conflicts"]
    assert CharterTerms.from_json(kept) == CharterTerms.from_json(template.terms)


def rows_of(number):
    """The first spare row of bodies, and of contradictions."""
    terms = draft_terms()
    return f"body-{len(terms['bodies'])}-", f"conflict-{len(terms['conflicts'])}-"


def at(key):
    """The row of a body in the form."""
    return f"body-{list(draft_terms()['bodies']).index(key)}-"


def test_a_body_is_added_changed_and_removed(cast, lead):
    (number,) = doors.with_draft(cast)
    address = reverse("alliance:charter-terms", args=[number])
    spare, _conflict = rows_of(number)
    council, finance = at("council"), at("finance")
    added = {
        f"{spare}key": "standing",
        f"{spare}name": "常务理事会",
        f"{spare}term_years": "2",
        f"{spare}duties": "闭会期间行使理事会职责\n\n  听取报告 ",
        f"{council}term_years": "",
        f"{council}composed": "各成员单位一名代表",
        f"{finance}remove": "on",
        f"{finance}name": "",
        f"{finance}term_years": "x",
    }
    before = draft_terms()["bodies"]
    answer = lead.post(address, {**terms_form(lead, number), **added})
    assert answer.status_code == 302
    bodies = draft_terms()["bodies"]
    assert set(bodies) == {*before, "standing"} - {"finance"}
    assert bodies["standing"] == {
        "name": "常务理事会",
        "composed": "",
        "term_years": 2,
        "duties": ["闭会期间行使理事会职责", "听取报告"],
        "article": "",
    }
    assert bodies["council"] == before["council"] | {
        "term_years": None,
        "composed": "各成员单位一名代表",
    }
    assert bodies["chair-unit"] == before["chair-unit"]
    choices = page("charter-terms", number, client=lead).context["form"]["vote-special-body"]
    assert ("standing", "常务理事会") in choices.field.choices


def test_a_vote_is_given_to_a_body_that_is_added_with_it(cast, lead):
    (number,) = doors.with_draft(cast)
    spare, _conflict = rows_of(number)
    added = {f"{spare}key": "members", f"{spare}name": "成员大会", "vote-special-body": "members"}
    lead.post(
        reverse("alliance:charter-terms", args=[number]), {**terms_form(lead, number), **added}
    )
    body, _rule = charters.terms_of(Charter.objects.get(state="draft")).rule("charter-change")
    assert body.name == "成员大会"


@pytest.mark.parametrize(
    ("row", "name", "value", "wrong"),
    [
        ("council", "remove", "on", "a vote is held by it；it decides"),
        ("council", "key", "assembly", "It stays, and keeps its key"),
        ("academic", "remove", "on", "it reviews those who leave"),
        ("finance", "key", "council", "Another body has this key already."),
        ("finance", "key", "Finance office", "small letters"),
        ("finance", "key", "", "required"),
        ("finance", "name", "", "required"),
        ("finance", "article", "99", "no such article"),
        ("council", "term_years", "0", "greater than or equal to 1"),
        ("council", "term_years", "-2", "greater than or equal to 1"),
        ("council", "term_years", "2.5", "whole number"),
    ],
)
def test_a_body_that_is_not_right_is_told_beside_the_field(cast, lead, row, name, value, wrong):
    (number,) = doors.with_draft(cast)
    before, field = draft_terms(), at(row) + name
    typed = {**terms_form(lead, number), field: value, f"{at('secretariat')}composed": "三人"}
    shown = lead.post(reverse("alliance:charter-terms", args=[number]), typed)
    form = shown.context["form"]
    assert list(form.errors) == [field]
    with translation.override("en"):
        assert wrong in str(TermsForm(typed, terms=before, articles=30).errors[field])
    assert form[field].value() == (True if value == "on" else value)
    assert form[f"{at('secretariat')}composed"].value() == "三人"
    assert draft_terms() == before


def test_a_contradiction_is_added_changed_and_removed(cast, lead):
    (number,) = doors.with_draft(cast)
    _body, spare = rows_of(number)
    before = draft_terms()["conflicts"]
    changed = {
        "conflict-0-remove": "on",
        "conflict-1-applied": "0",
        "conflict-1-note": "改按征集通知。",
        f"{spare}subject": "任期",
        f"{spare}matter": "officers",
        f"{spare}text0": "五年",
        f"{spare}source0": "章程第十六条",
        f"{spare}text1": "三年",
        f"{spare}source1": "申报登记表",
        f"{spare}applied": "1",
    }
    lead.post(
        reverse("alliance:charter-terms", args=[number]), {**terms_form(lead, number), **changed}
    )
    again = draft_terms()["conflicts"]
    assert again[0] == before[1] | {"applied": 0, "note": "改按征集通知。"}
    assert again[1:-1] == before[2:]
    assert again[-1] == {
        "subject": "任期",
        "matter": "officers",
        "note": "",
        "applied": 1,
        "readings": [
            {"text": "五年", "source": "章程第十六条"},
            {"text": "三年", "source": "申报登记表"},
        ],
    }


@pytest.mark.parametrize("name", ["subject", "text0", "text1", "source0", "source1"])
def test_a_contradiction_has_both_readings_with_their_sources(cast, lead, name):
    (number,) = doors.with_draft(cast)
    before, (_body, spare) = draft_terms(), rows_of(number)
    row = dict.fromkeys(("subject", "text0", "source0", "text1", "source1"), "甲")
    typed = {f"{spare}{one}": value for one, value in row.items() if one != name}
    shown = lead.post(
        reverse("alliance:charter-terms", args=[number]), {**terms_form(lead, number), **typed}
    )
    form = shown.context["form"]
    assert list(form.errors) == [spare + name]
    assert all(form[one].value() == value for one, value in typed.items())
    assert draft_terms() == before


def test_a_new_body_and_contradiction_appear_on_the_public_page(cast, lead):
    (number,) = doors.with_draft(cast)
    spare, conflict = rows_of(number)
    row = {"subject": "任期由谁定", "text0": "章程", "source0": "第十六条", "text1": "理事会"}
    typed = {f"{conflict}{name}": value for name, value in row.items()}
    typed |= {f"{conflict}source1": "第十七条", f"{spare}key": "youth", f"{spare}name": "青年组"}
    lead.post(
        reverse("alliance:charter-terms", args=[number]), {**terms_form(lead, number), **typed}
    )
    with transaction.atomic():
        draft = Charter.objects.get(state="draft")
        today = day_of(clock.now())
        charters.adopt(draft, adopted_by="理事会", on=today, by=cast.agency, at=clock.now())
    assert "任期由谁定" in text(page("charter", number))
    assert "青年组" in text(page("detail", number))


def test_what_is_typed_of_the_terms_is_kept_until_they_are(cast, lead):
    (number,) = doors.with_draft(cast)
    before, (spare, _conflict) = draft_terms(), rows_of(number)
    address = reverse("alliance:charter-terms", args=[number])
    save = reverse("alliance:charter-terms-autosave", args=[number])
    events = Event.objects.count()
    wrong = {
        **terms_form(lead, number),
        "vote-ordinary-quorum": "三分之二",
        f"{spare}key": "youth",
        f"{spare}name": "青年组",
        f"{at('council')}term_years": "两",
        f"{at('finance')}remove": "on",
        "vote-special-body": "youth",
    }
    del wrong["vote-officers-secret"]
    assert "已" in lead.post(save, wrong).json()["saved"]
    assert (draft_terms(), Event.objects.count()) == (before, events)
    shown = lead.get(address)
    assert f'data-autosave="{save}"' in shown.content.decode()
    form = shown.context["form"]
    kept = {name: form[name].value() for name in wrong}
    assert kept == {name: str(value) for name, value in wrong.items()}
    assert not form["vote-officers-secret"].value()
    assert '<option value="youth" selected>青年组</option>' in str(form["vote-special-body"])
    lead.post(address, {**wrong, "vote-ordinary-quorum": "2/3", f"{at('council')}term_years": "2"})
    assert draft_terms()["bodies"]["youth"]["name"] == "青年组"
    assert not TermsDraft.objects.exists()


def test_what_was_typed_of_other_terms_is_not_shown(cast, lead):
    (number,) = doors.with_draft(cast)
    typed = {**terms_form(lead, number), "grace_days": "77"}
    lead.post(reverse("alliance:charter-terms-autosave", args=[number]), typed)
    draft = Charter.objects.get(state="draft")
    assert charters.typed_of(draft, cast.agency).typed["grace_days"] == "77"
    assert charters.typed_of(draft, cast.rival) is None
    terms = {**draft.terms, "meetings": {"per_year": 9}}
    charters.write_terms(draft, terms, by=cast.rival, at=clock.now())
    assert terms_form(lead, number)["grace_days"] != "77"
