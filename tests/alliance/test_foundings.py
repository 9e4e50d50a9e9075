from datetime import timedelta
from importlib import import_module

import pytest
from django.urls import reverse

from alliance import calls, charters, founding_checks, foundings, industries, officers, reviews
from alliance.founding_checks import Unit
from alliance.models import (
    Alliance,
    Call,
    Charter,
    ConsentState,
    Founding,
    FoundingState,
    FoundingUnit,
    Member,
    Officer,
    Post,
    UnitKind,
)
from core import clock
from core.models import Event, Letter, Upload
from publication.models import Notice
from tests.alliance import founding_stories as stories
from tests.cast import signed_in
from tests.factories import AllianceFactory, OrganisationFactory, SeatFactory
from tests.witness import refused

migration = import_module("alliance.migrations.0016_alliance_fields")
FIGURES = {"enterprises": 10, "universities": 1, "units": 10}


# ── the checks ───────────────────────────────────────────────────────────────────────────────────


def of(enterprises, universities, *, lead="enterprise", university_province="44"):
    others = [Unit("甲", "enterprise", "11")] * enterprises
    others += [Unit("乙", "university", university_province)] * universities
    return founding_checks.of_units(
        Unit("牵头", lead, "44"), others, province="44", figures=FIGURES
    )


@pytest.mark.parametrize(
    ("units", "by_call", "by_form"),
    [
        (of(10, 1), True, True),
        (of(9, 1), False, True),  # 11 units: the form is content, the call is not
        (of(10, 0), False, True),
        (of(8, 1), False, True),
        (of(8, 0), False, False),
        (of(10, 1, lead="university"), False, True),
        (of(10, 1, university_province="43"), False, True),
    ],
)
def test_the_call_and_the_form_are_checked_apart(units, by_call, by_form):
    assert [check.met for check in units] == [by_call, by_form]
    assert "10家企业以上" in units[0].quote
    assert "不少于10家" in units[1].quote


def name(text, *taken):
    check = founding_checks.of_name(text, region="从化区", taken=taken)
    return [demand.met for demand in check.demands]


def test_a_name_follows_the_rule_of_the_form():
    assert name("从化区生物3D打印技术创新联盟") == [True, True, True]
    assert name("生物3D打印技术创新联盟") == [False, True, True]
    assert name("从化区技术创新联盟") == [False, True, True]
    assert name("从化区生物3D打印联盟") == [False, True, True]


def test_a_name_that_is_taken_or_near_is_told():
    own = "从化区生物3D打印技术创新联盟"
    assert name(own, own) == [True, False, True]
    assert name(own, "从化区生物3D打印产业技术创新联盟") == [True, True, False]
    assert name(own, "从化区智慧水务技术创新联盟") == [True, True, True]


def test_a_field_of_the_call_is_registered_under_the_forms():
    assert industries.of_call("新型信息产业") == "information"
    assert industries.of_call("新型农业") == "other"
    assert industries.of_call("航海") == "other"
    keys = [key for key, _label in industries.choices()]
    assert {industries.of_call(one) for one in founding_checks.model()["fields"]} <= set(keys)


@pytest.mark.parametrize(
    ("field", "document", "kept"),
    [
        ("energy", {}, [("energy", "")]),
        (
            "energy",
            {"fields": ["energy", "other"], "field_other": "海水淡化"},
            [("energy", ""), ("other", "海水淡化")],
        ),
        ("other", {"fields": ["other", "biology"]}, [("other", ""), ("biology", "")]),
        ("智慧水务", {}, [("other", "智慧水务")]),
        ("", {"fields": ["materials"]}, [("materials", "")]),
    ],
)
def test_the_one_field_that_an_alliance_had_becomes_all_that_its_application_named(
    field, document, kept
):
    assert migration.fields_of(field, document) == kept


# ── calls ────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_published_as_a_notice_with_its_figures(cast):
    call = stories.published(cast, figures={**FIGURES, "enterprises": 6})
    notice = Notice.objects.get()
    assert (notice.kind, call.state) == ("alliance-call", "published")
    assert call.number.startswith("GXZJ-")
    text = str(notice.paper)
    assert "其他相关6家企业以上" in text
    assert "加盖牵头单位公章" in text
    assert Event.objects.filter(name="call.published", public=True).exists()


def test_a_call_whose_deadline_has_passed_is_not_published(cast, later):
    call = stories.drafted_call(cast)
    later(days=21)
    with refused("choose a later one"):
        calls.publish(call, by=cast.regulator, at=clock.now())


def test_a_published_call_is_neither_written_nor_deleted(cast):
    call = stories.published(cast)
    with refused("load the page again"):
        calls.write(stories.wanted(), call=call, by=cast.regulator, at=clock.now())
    with refused("load the page again"):
        calls.discard(call, by=cast.regulator, at=clock.now())


def test_a_draft_of_a_call_is_rewritten_and_deleted(cast):
    call = stories.drafted_call(cast)
    calls.write(stories.wanted(title="新标题"), call=call, by=cast.regulator, at=clock.now())
    assert Call.objects.get().title == "新标题"
    calls.discard(call, by=cast.regulator, at=clock.now())
    assert not Call.objects.exists()


def test_who_wrote_a_call_last_does_not_publish_it_where_there_is_a_second_person(cast):
    call = stories.drafted_call(cast)
    assert calls.may_publish(call, cast.regulator, clock.now())  # the only person of the office
    second = SeatFactory(organisation=cast.regulator.organisation, user__name="副科长")
    with refused("A second person of your unit publishes it"):
        calls.publish(call, by=cast.regulator, at=clock.now())
    page = reverse("alliance:call-publish", args=[call.code])
    assert "由另一名人员发布" in signed_in(cast.regulator.user).get(page).content.decode()
    with refused("A second person of your unit publishes it"):
        calls.publish(call, by=cast.operator, at=clock.now())
    assert signed_in(second.user).post(page).url == reverse("alliance:desk-calls")
    call.refresh_from_db()
    assert (call.state, call.published_by) == ("published", second)


# ── drafts and units ─────────────────────────────────────────────────────────────────────────────


def test_nobody_begins_after_the_deadline_whatever_clock_the_door_read(cast, later):
    call, at = stories.published(cast), clock.now()
    later(days=20)
    with refused("were taken until"):
        foundings.begin(call, key="", by=cast.agency, at=at)


def test_a_unit_has_one_application_for_a_call(cast):
    founding = stories.begun(cast)
    with refused("go on with that one"):
        foundings.begin(founding.call, key="", by=cast.agency, at=clock.now())
    foundings.withdraw(founding, by=cast.agency, at=clock.now())
    assert foundings.begin(founding.call, key="", by=cast.agency, at=clock.now())


def test_staff_found_no_alliance(cast):
    call = stories.published(cast)
    with refused("act from such a unit"):
        foundings.begin(call, key="", by=cast.operator, at=clock.now())


def test_what_was_typed_is_kept_without_a_deed(cast):
    founding = stories.begun(cast)
    before = Event.objects.count()
    foundings.save_draft(founding, {"name": "甲"}, by=cast.agency, at=clock.now())
    foundings.save_draft(founding, {"plan": "乙"}, by=cast.agency, at=clock.now())
    founding.refresh_from_db()
    assert founding.draft == {"name": "甲", "plan": "乙"}
    assert Event.objects.count() == before


def test_each_unit_consents_from_its_own_desk(cast):
    founding = stories.begun(cast)
    unit, seat = stories.asked(founding, cast.agency)
    assert Letter.objects.filter(kind="alliance/founding-asked", user_code=seat.user.code).exists()
    with refused("Only the unit itself"):
        foundings.consent(unit, by=cast.rival, at=clock.now())
    with refused("Only the unit itself"):
        foundings.consent(unit, by=cast.agency, at=clock.now())
    foundings.consent(unit, by=seat, at=clock.now())
    with refused("load the page again"):
        foundings.consent(unit, by=seat, at=clock.now())
    foundings.decline(unit, reason="另有安排", by=seat, at=clock.now())
    unit.refresh_from_db()
    assert (unit.state, unit.reason) == (ConsentState.DECLINED, "另有安排")


def test_a_unit_is_asked_once_and_again_only_after_it_declined(cast):
    founding = stories.begun(cast)
    unit, seat = stories.asked(founding, cast.agency)
    with refused("on the list already"):
        stories.asked(founding, cast.agency, seat=seat)
    foundings.decline(unit, reason="", by=seat, at=clock.now())
    again, _seat = stories.asked(founding, cast.agency, seat=seat)
    assert again.state == ConsentState.INVITED
    foundings.drop(again, by=cast.agency, at=clock.now())
    assert not FoundingUnit.objects.exists()


def test_neither_the_lead_nor_an_unverified_unit_is_asked(cast):
    founding = stories.begun(cast)
    with refused("Your unit leads"):
        stories.asked(founding, cast.agency, seat=cast.agency)
    raw = OrganisationFactory(state="submitted", verified_at=None)
    with refused("ask it to register first"):
        foundings.ask(founding, raw, kind=UnitKind.ENTERPRISE, by=cast.agency, at=clock.now())


# ── submit ───────────────────────────────────────────────────────────────────────────────────────


def test_an_application_is_frozen_numbered_and_its_files_bound(cast):
    founding = stories.submitted(cast)
    version = founding.versions.get()
    assert founding.number.startswith("GXSB-")
    assert founding.name == stories.NAME
    assert len(version.document["units"]) == 12
    assert version.document["units"][0]["name"] == cast.agency.organisation.name
    assert Upload.objects.filter(subject_code=founding.code).count() == 5
    with refused("nothing of it can be changed"):
        foundings.save_draft(founding, {"name": "乙"}, by=cast.agency, at=clock.now())


def test_it_is_not_handed_in_while_a_unit_has_not_answered(cast):
    founding = stories.begun(cast)
    stories.asked(founding, cast.agency)
    said = stories.document(founding, cast.agency)
    with refused("has not answered yet"):
        foundings.submit(founding, said, by=cast.agency, at=clock.now())


def test_it_is_not_handed_in_without_the_files_that_the_call_asks_for(cast):
    founding = stories.begun(cast)
    said = stories.document(founding, cast.agency)
    said["files"]["contract"] = []
    with refused("A file is missing"):
        foundings.submit(founding, said, by=cast.agency, at=clock.now())


def test_it_is_not_handed_in_after_the_deadline_with_an_old_clock(cast, later):
    founding, at = stories.begun(cast), clock.now()
    said = stories.document(founding, cast.agency)
    later(days=20)
    with refused("were taken until"):
        foundings.submit(founding, said, by=cast.agency, at=at)


def test_a_name_that_is_taken_is_refused(cast):
    founding = stories.begun(cast)
    said = stories.document(founding, cast.agency)
    AllianceFactory(name=stories.NAME)
    with refused("choose another name"):
        foundings.submit(founding, said, by=cast.agency, at=clock.now())


def test_a_name_in_another_application_is_refused(cast):
    first = stories.submitted(cast)
    stories.placed(cast.rival.organisation)
    second = foundings.begin(first.call, key="", by=cast.rival, at=clock.now())
    said = stories.document(second, cast.rival)
    with refused("Another application has this name"):
        foundings.submit(second, said, by=cast.rival, at=clock.now())


def test_anothers_file_is_not_bound(cast):
    founding = stories.begun(cast)
    said = stories.document(founding, cast.agency)
    other = stories.document(founding, cast.rival)
    said["files"]["contract"] = other["files"]["contract"]
    foundings.submit(founding, said, by=cast.agency, at=clock.now())
    assert Upload.objects.get(code=said["files"]["contract"][0]).subject == ""


# ── review ───────────────────────────────────────────────────────────────────────────────────────


def returned(cast):
    founding = stories.submitted(cast)
    return foundings.return_(
        founding,
        reason="",
        comments={"plan": "请分年度。", "budget": " "},
        by=cast.regulator,
        at=clock.now(),
    )


def test_it_goes_back_with_comments_beside_their_fields(cast):
    founding = returned(cast)
    said = reviews.by_field(founding)
    assert [one.text for one in said["plan"]] == ["请分年度。"]
    assert set(said) == {"plan"}
    assert founding.state == FoundingState.RETURNED
    assert Letter.objects.filter(kind="alliance/founding-returned").exists()


def test_it_does_not_go_back_without_a_word(cast):
    founding = stories.submitted(cast)
    with refused("Say what is to be corrected"):
        foundings.return_(
            founding, reason=" ", comments={"plan": ""}, by=cast.regulator, at=clock.now()
        )


def test_a_corrected_one_is_handed_in_after_the_deadline_and_settles_the_comments(cast, later):
    founding = returned(cast)
    later(days=30)
    said = {**founding.versions.get().document, "introduction": "改过的简介。"}
    founding = foundings.submit(founding, said, by=cast.agency, at=clock.now())
    assert [one.version for one in founding.versions.all()] == [2, 1]
    assert not reviews.by_field(founding)
    assert reviews.by_field(founding, unsettled=False)["plan"][0].settled_at


def test_a_refusal_states_its_reason_and_is_final(cast):
    founding = stories.submitted(cast)
    with refused("State the reason"):
        foundings.refuse(founding, reason=" ", by=cast.regulator, at=clock.now())
    founding = foundings.refuse(founding, reason="领域重复。", by=cast.regulator, at=clock.now())
    with refused("load the page again"):
        foundings.register(founding, by=cast.regulator, at=clock.now())
    assert not Alliance.objects.exists()


def test_registration_makes_alliance_charter_members_and_officers(cast):
    alliance = stories.registered(cast)
    assert alliance.number.startswith("GXLM-")
    assert alliance.founding.state == FoundingState.REGISTERED
    assert alliance.field_labels == ["新一代信息技术"]
    members = Member.objects.filter(alliance=alliance)
    assert members.count() == 12
    lead = members.get(organisation=alliance.lead)
    assert (lead.level, lead.is_founder, lead.number) == (
        "chair",
        True,
        f"{alliance.number}-0001",
    )
    charter = charters.in_force(alliance)
    assert charter.version == 1
    assert charters.terms(alliance).levels["member"].fee == 3000
    assert alliance.name in charter.chapters[0]["articles"][0]["text"]
    held = officers.in_office(alliance, clock.now())
    assert list(held) == [Post.CHAIR, Post.SECRETARY_GENERAL]
    notice = Notice.objects.get(kind="alliance-registration")
    assert alliance.number in str(notice.paper)
    assert "仍予登记的理由" not in str(notice.paper)
    letters = Letter.objects.filter(kind="alliance/founding-registered")
    assert letters.count() >= 12


def test_an_alliance_is_registered_under_all_the_fields_that_its_application_names(cast):
    named = ["energy", "information", "other"]
    alliance = stories.registered(cast, fields=named, field_other="智慧水务")
    told = ["新能源与节能环保", "新一代信息技术", "其他（智慧水务）"]
    assert alliance.field_labels == told
    notice = Notice.objects.get(kind="alliance-registration")
    assert "、".join(told) in str(notice.paper)


def test_an_unmet_check_needs_a_reason_that_is_published(cast):
    founding = stories.submitted(cast, enterprises=9)
    with refused("A check is not met"):
        foundings.register(founding, by=cast.regulator, at=clock.now())
    foundings.register(
        founding, despite="按申报登记表已满十家。", by=cast.regulator, at=clock.now()
    )
    text = str(Notice.objects.get(kind="alliance-registration").paper)
    assert "按申报登记表已满十家。" in text
    assert "不符合" in text


def test_two_alliances_have_two_numbers(cast):
    first = stories.registered(cast)
    stories.placed(cast.rival.organisation)
    second = foundings.begin(first.founding.call, key="", by=cast.rival, at=clock.now())
    stories.joined(second, cast.rival)
    said = stories.document(second, cast.rival, name="广州市生物3D打印技术创新联盟")
    second = foundings.submit(second, said, by=cast.rival, at=clock.now())
    second = foundings.register(second, by=cast.regulator, at=clock.now())
    assert int(second.number[-3:]) == int(first.number[-3:]) + 1


# ── officers ─────────────────────────────────────────────────────────────────────────────────────


def test_accountant_and_cashier_are_two_persons(cast):
    alliance = stories.registered(cast)
    by = cast.agency
    officers.appoint(alliance, by, Post.ACCOUNTANT, by=by, at=clock.now())
    with refused("cannot be accountant and cashier"):
        officers.appoint(alliance, by, Post.CASHIER, by=by, at=clock.now())
    elsewhere = SeatFactory(
        user=by.user,
        organisation=Member.objects.exclude(organisation=alliance.lead)[0].organisation,
    )
    with refused("cannot be accountant and cashier"):
        officers.appoint(alliance, elsewhere, Post.CASHIER, by=by, at=clock.now())


def test_a_post_is_filled_once_and_by_members_only(cast):
    alliance = stories.registered(cast)
    with refused("is filled"):
        officers.appoint(alliance, cast.agency, Post.CHAIR, by=cast.agency, at=clock.now())
    with refused("comes from a member unit"):
        officers.appoint(alliance, cast.owner, Post.SECRETARY, by=cast.agency, at=clock.now())


def test_secretaries_may_be_several_but_none_twice(cast):
    alliance = stories.registered(cast)
    others = SeatFactory.create_batch(2, organisation=alliance.lead)
    for seat in others:
        officers.appoint(alliance, seat, Post.SECRETARY, by=cast.agency, at=clock.now())
    with refused("is filled"):
        officers.appoint(alliance, others[0], Post.SECRETARY, by=cast.agency, at=clock.now())


def test_who_is_relieved_is_in_office_no_longer(cast):
    alliance = stories.registered(cast)
    chair = Officer.objects.get(post=Post.CHAIR)
    officers.relieve(chair, by=cast.agency, at=clock.now())
    assert Post.CHAIR not in officers.in_office(alliance, clock.now())
    with refused("ended already"):
        officers.relieve(chair, by=cast.agency, at=clock.now())
    assert Event.objects.filter(name="officer.relieved", public=True).exists()


def test_an_officer_whose_seat_ended_is_none(cast):
    alliance = stories.registered(cast)
    chair = Officer.objects.get(post=Post.CHAIR)
    chair.seat.held_until = clock.now() - timedelta(seconds=1)
    chair.seat.save()
    assert Post.CHAIR not in officers.in_office(alliance, clock.now())


def test_a_charter_is_adopted_once_per_alliance(cast):
    stories.registered(cast)
    assert Charter.objects.get().adopted_by == "发起单位共同订立"
    assert Founding.objects.get().alliance == Alliance.objects.get()
