from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from alliance import charter_text, charters, enforcement
from alliance import terms as terms_module
from alliance.models import Charter, CharterState
from alliance.terms import CharterTerms
from core import clock
from core.calendar import day_of
from core.models import Event
from tests.alliance.councils import Council
from tests.factories import AllianceFactory, OfficerFactory
from tests.witness import refused

GUANGDONG, CONGHUA = "guangdong-2016", "conghua-2017"
both = pytest.mark.parametrize("key", [GUANGDONG, CONGHUA])


def of(key):
    return charters.templates()[key]


@both
def test_every_figure_names_an_article_and_a_paragraph_of_its_charter(key):
    template = of(key)
    articles = charter_text.articles_of(template.chapters)
    terms = CharterTerms.from_json(template.terms)
    named = [one for one in terms.articles() if one]
    assert len(named) > 30
    for article in named:
        found = terms_module.ARTICLE.fullmatch(article)
        text = articles[int(found[1])]["text"]
        if found[2]:
            assert f"\n{found[2]}." in f"\n{text}", article
        if found[3]:
            assert f"({found[3]})" in text, article


def test_the_charter_of_guangdong_is_whole():
    template = of(GUANGDONG)
    assert len(template.chapters) == 9
    articles = charter_text.articles_of(template.chapters)
    assert list(articles) == list(range(1, 36))
    assert articles[26]["text"].count("\n") == 8
    assert articles[20]["text"].endswith("一半以上同意，决议通过。")


def test_guangdong_counts_strictly_and_of_all():
    terms = CharterTerms.from_json(of(GUANGDONG).terms)
    body, rule = terms.rule("admission")
    assert body.name == "联盟理事会"
    assert (rule.quorum, rule.quorum_inclusive) == ((2, 3), False)
    assert (rule.majority, rule.majority_inclusive, rule.base) == ((1, 2), False, "all")
    assert terms.rule("charter-change")[1].majority == (2, 3)
    assert rule.notice_working_days == 5


def test_where_an_article_contradicts_another_both_readings_are_kept():
    terms = CharterTerms.from_json(of(GUANGDONG).terms)
    who = next(one for one in terms.conflicts if one.matter == "withdrawal")
    assert [reading.text for reading in who.readings] == [
        "由联盟理事会批准",
        "经常务理事会批准",
    ]
    assert terms.rule("withdrawal")[0].name == "联盟理事会"
    assert terms.rule("withdrawal", "standing")[0].name == "常务理事会"
    with pytest.raises(KeyError):
        terms.rule("admission", "standing")


def test_every_article_of_the_second_charter_names_its_source():
    for article in charter_text.articles_of(of(CONGHUA).chapters).values():
        assert article["source"]


@both
def test_the_text_is_read_back_as_it_was_written(key):
    plain = [
        {
            "title": chapter["title"],
            "articles": [
                {name: article[name] for name in ("number", "title", "text")}
                for article in chapter["articles"]
            ],
        }
        for chapter in of(key).chapters
    ]
    assert charter_text.parse(charter_text.write(plain)) == plain


lines = st.text(st.sampled_from("联盟理事会决定成员，、 ABC12"), min_size=1, max_size=60).map(
    lambda text: text.strip() or "联盟"
)
article = st.tuples(
    st.text(st.sampled_from("名称性质宗旨退出"), max_size=8),
    st.lists(lines, min_size=1, max_size=3).map("\n".join),
)


@given(st.lists(st.lists(article, min_size=1, max_size=12), min_size=1, max_size=12))
def test_any_charter_survives_writing_and_reading(shape):
    number, chapters = 0, []
    for place, found in enumerate(shape, 1):
        articles = []
        for title, text in found:
            number += 1
            articles.append({"number": number, "title": title, "text": text})
        head = f"第{terms_module.in_chinese(place)}章 任务"
        chapters.append({"title": head, "articles": articles})
    assert charter_text.parse(charter_text.write(chapters)) == chapters


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "没有条文"),
        ("第一条 名称\n联盟。", "第一条之前没有章"),
        ("第一章 总则\n第二条 名称\n联盟。", "应当是第一条"),
        ("第一章 总则\n第一条 名称", "第一条没有内容"),
        ("第二章 总则", "应当是第一章"),
        ("联盟", "不在任何一条之内"),
        ("第一章 总则\n第一条 名称\n联盟。\n第二章 任务", "这一章没有条文"),
    ],
)
def test_text_that_is_no_charter_says_the_line(text, wrong):
    with pytest.raises(charter_text.Unreadable, match=wrong):
        charter_text.parse(text)


def test_two_versions_are_compared_article_by_article():
    old = charter_text.parse("第一章 总则\n第一条 名称\n甲联盟。\n第二条 任期\n任期两年。")
    new = charter_text.parse(
        "第一章 总则\n第一条 名称\n甲联盟。\n第二条 任期\n任期五年。\n第三条 生效\n即日。"
    )
    same, changed, added = charter_text.compare(old, new)
    assert (same.kind, changed.kind, added.kind) == ("same", "changed", "new")
    assert ("gone", "两") in changed.pieces
    assert ("new", "五") in changed.pieces
    assert charter_text.compare(new, old)[2].kind == "gone"


def spoilt(path, value):
    terms = deepcopy(dict(of(GUANGDONG).terms))
    *way, last = path.split("/")
    at = terms
    for step in way:
        at = at[int(step) if step.isdecimal() else step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return terms


@pytest.mark.parametrize(
    ("path", "value", "wrong"),
    [
        ("matters/admission", ..., "缺少 admission"),
        ("matters/admission/vote", "none", "没有表决规则 none"),
        ("votes/ordinary/body", "none", "没有机构 none"),
        ("votes/ordinary/rule/quorum", [3, 2], "votes.ordinary"),
        ("levels/member/fee", "many", "levels.member"),
        ("levels/member/fee", "-1", "不是金额"),
        ("levels/member/period_months", 0, "至少一个月"),
        ("dues/proration", "week", "dues.proration"),
        ("dues/grace_days", -1, "不能为负"),
        ("leaving/review", "none", "没有机构 none"),
        ("leaving/article", "第十条", "条号写法不对"),
        ("conflicts", [{"subject": "x", "readings": [], "applied": 0}], "conflicts"),
        ("conflicts/0/applied", -1, "没有第 -1 种说法"),
        ("bodies", {}, "没有内容"),
        ("bodies/council/name", " ", "bodies.council：没有名称"),
        ("bodies/council/term_years", 0, "不是正整数"),
        ("bodies/council/term_years", 2.5, "不是正整数"),
        ("levels", [], "没有内容"),
    ],
)
def test_terms_that_contradict_themselves_name_the_part(path, value, wrong):
    with pytest.raises(terms_module.Unreadable, match=wrong):
        CharterTerms.from_json(spoilt(path, value))


def test_what_names_a_body_is_told():
    terms = of(GUANGDONG).terms
    assert list(terms_module.users_of(terms, "standing")) == [
        ("vote", "standing"),
        ("matter", "withdrawal"),
    ]
    assert list(terms_module.users_of(terms, "academic")) == [("leaving", "")]
    assert list(terms_module.users_of(terms, "finance")) == []


def test_a_fee_is_money():
    level = CharterTerms.from_json(spoilt("levels/member/fee", "3000.00")).levels["member"]
    assert level.fee == Decimal(3000)


def test_articles_are_cited_as_papers_do():
    assert terms_module.place("20.8(2)") == "第二十条第8款第(2)项"
    assert terms_module.place("11") == "第十一条"
    assert terms_module.place("") == ""


@both
def test_what_is_enforced_stands_beside_its_article(key):
    said = enforcement.of(CharterTerms.from_json(of(key).terms))
    assert set(said) <= set(charter_text.articles_of(of(key).chapters))
    words = "".join(sentence for one in said.values() for sentence in one)
    assert all(label in words for label in enforcement.matter_labels().values())


def test_a_template_is_adapted_to_another_alliance():
    wording = charters.adapted(
        of(GUANGDONG), name='云江市“甲"乙联盟', lead="云江理工学院", fees={"member": 3000}
    )
    told = charter_text.write(wording.chapters)
    assert "佛山科学技术学院" not in told
    assert of(GUANGDONG).blanks["name"] not in told
    assert wording.chapters[0]["articles"][0]["text"].startswith('本联盟的名称为：云江市“甲"乙联盟')
    terms = CharterTerms.from_json(wording.terms)
    assert terms.bodies["chair-unit"].fixed == "云江理工学院"
    assert terms.levels["member"].fee == 3000


def test_a_source_goes_on_naming_the_paper_it_comes_from():
    wording = charters.adapted(of(CONGHUA), name="云江市甲技术创新联盟", lead="乙")
    first = wording.chapters[0]["articles"][0]
    assert "云江市甲技术创新联盟" in first["text"]
    assert "从化区产学研技术创新联盟" in first["source"]
    assert "从化区产学研技术创新联盟" in of(CONGHUA).chapters[0]["articles"][0]["text"]


def written(alliance, key=CONGHUA, **changes):
    by = OfficerFactory(alliance=alliance).seat
    wording = charters.adapted(of(key), name=alliance.name, lead=alliance.lead.name)
    return charters.write(alliance, wording, by=by, at=clock.now())


def adopted(charter, on):
    with transaction.atomic():
        return charters.adopt(
            charter, adopted_by="理事会", on=on, by=charter.written_by, at=clock.now()
        )


def test_a_draft_is_written_once_and_binds_nobody(cast):
    alliance = AllianceFactory()
    first = written(alliance)
    second = written(alliance, GUANGDONG)
    assert Charter.objects.get() == first == second
    assert charters.in_force(alliance) is None
    with refused("No charter of"):
        charters.terms(alliance)


def test_the_version_in_force_is_that_of_the_day(cast):
    alliance = AllianceFactory()
    today = clock.now().date()
    first = adopted(written(alliance), today - timedelta(days=9))
    second = adopted(written(alliance, GUANGDONG), today + timedelta(days=9))
    first.refresh_from_db()
    assert (first.state, second.state) == (CharterState.SUPERSEDED, CharterState.ADOPTED)
    assert charters.in_force(alliance) == first
    assert charters.in_force(alliance, today + timedelta(days=9)) == second
    assert charters.in_force(alliance, today - timedelta(days=10)) is None
    assert charters.terms(alliance).leaving.notice_days == 30
    assert Event.objects.filter(name="charter.adopted", public=True).count() == 2


def test_an_earlier_day_than_that_of_the_version_before_is_refused(cast):
    alliance = AllianceFactory()
    adopted(written(alliance), date(2026, 1, 2))
    draft = written(alliance)
    with refused("choose a later day"):
        adopted(draft, date(2026, 1, 1))


def test_an_adopted_version_is_neither_changed_nor_deleted(cast):
    alliance = AllianceFactory()
    charter = adopted(written(alliance), date(2026, 1, 2))
    with refused("load the page again"):
        charters.discard(charter, by=charter.written_by, at=clock.now())
    with refused("load the page again"):
        adopted(charter, date(2026, 1, 3))


def test_unreadable_terms_are_refused(cast):
    alliance = AllianceFactory()
    by = OfficerFactory(alliance=alliance).seat
    wording = charters.adapted(of(CONGHUA), name="甲", lead="乙")
    wording.terms["matters"].pop("fees")
    with refused("The terms cannot be read"):
        charters.write(alliance, wording, by=by, at=clock.now())
    assert not Charter.objects.exists()


def test_a_draft_is_discarded(cast):
    charter = written(AllianceFactory())
    charters.discard(charter, by=charter.written_by, at=clock.now())
    assert not Charter.objects.exists()


# ── by motion ────────────────────────────────────────────────────────────────────────────────────


def next_version(council):
    wording = charters.adapted(of(CONGHUA), name=council.alliance.name, lead="甲")
    return charters.write(council.alliance, wording, by=council.secretary, at=clock.now())


def test_a_carried_motion_puts_the_draft_in_force(cast, later):
    council = Council.of()
    draft = next_version(council)
    council.decide(draft, later, *["for"] * 6)
    council.charter.refresh_from_db()
    assert (draft.state, council.charter.state) == ("adopted", "superseded")
    assert draft.in_force_from == day_of(clock.now())
    assert "理事会" in draft.adopted_by
    assert charters.in_force(council.alliance) == draft


def test_a_lost_motion_leaves_the_draft_a_draft(cast, later):
    council = Council.of()
    draft = next_version(council)
    council.decide(draft, later, *["for"] * 2, *["against"] * 4)
    assert draft.state == CharterState.DRAFT
    assert charters.in_force(council.alliance) == council.charter
    assert council.candidate(draft)


def test_a_draft_on_an_agenda_stays_as_it_was_sent_out(cast):
    council = Council.of()
    draft = next_version(council)
    council.call(council.candidate(draft))
    with refused("on the agenda of"):
        next_version(council)
    with refused("on the agenda of"):
        charters.discard(draft, by=council.secretary, at=clock.now())


def test_without_a_draft_there_is_nothing_to_vote_about(cast):
    assert list(charters.awaiting(Council.of().alliance)) == []
