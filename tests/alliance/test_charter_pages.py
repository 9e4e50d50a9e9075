"""The pages of charters: articles, versions, and the terms figure by figure."""

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from alliance import charter_text, charters
from alliance.forms.charters import TermsForm
from alliance.models import Charter, CharterState, TermsDraft
from alliance.terms import CharterTerms
from core import clock
from core.calendar import day_of
from core.models import Event
from tests.alliance import founding_doors as doors
from tests.alliance.pages import page, text


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


def test_the_long_form_of_the_terms_has_contents_that_lead_to_each_of_its_parts(cast, lead):
    (number,) = doors.with_draft(cast)
    shown = page("charter-terms", number, client=lead)
    html = text(shown)
    for place, part in enumerate(("机构", "表决规则和事项", "等级、会费和列举事项"), 1):
        assert f'href="#part-{place}">{part}</a>' in html
        assert f'id="part-{place}">{part}</h2>' in html
    assert '<details class="card"><summary' in html
    assert '<details class="card" open>' not in html


def test_a_part_of_the_terms_that_is_wrong_stands_open(cast, lead):
    (number,) = doors.with_draft(cast)
    typed = {**terms_form(lead, number), "grace_days": "400"}
    shown = lead.post(reverse("alliance:charter-terms", args=[number]), typed)
    wrong = [
        heading
        for _part, sections in shown.context["form"].parts
        for heading, _rows, is_wrong in sections
        if is_wrong
    ]
    assert [str(one) for one in wrong] == ["会费与退出"]
    assert text(shown).count('<details class="card" open>') == 1


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
