from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core import clock
from core.calendar import day_of
from core.models import Event, Letter, Region, Upload
from procurement import argument_papers, arguments, comments, opinions
from procurement.models import ArgumentPhase, ArgumentState, Comment, NeedState, Opinion, Reply
from publication.models import Notice
from tests import files
from tests.cast import seated, signed_in
from tests.contracts.drawing import upload
from tests.factories import SeatFactory, UserFactory
from tests.procurement import buying
from tests.witness import refused

BEIJING = ZoneInfo("Asia/Shanghai")


def publish(argument, by):
    return arguments.publish(argument, by=by, at=clock.now())


def close(argument, by, conclusion="kept", result="维持采购需求。"):
    return arguments.close(argument, conclusion=conclusion, result=result, by=by, at=clock.now())


def reply(row, by, stance="adopted", text="已在需求中明确。"):
    return comments.reply(row, stance=stance, text=text, by=by, at=clock.now())


# ── preparing ────────────────────────────────────────────────────────────────────────────────────


def test_a_need_is_argued_once_at_a_time(cast):
    row = buying.need(cast)
    buying.drafted(cast, row)
    with refused("being argued already"):
        buying.drafted(cast, row)


def test_only_a_published_need_is_argued(cast):
    row = buying.need(cast, state="settled")
    with refused("by now: load the page again"):
        buying.drafted(cast, row)


def test_the_six_topics_are_the_clients_own():
    texts = [topic["text"] for topic in arguments.topics()]
    assert len(texts) == 6
    assert texts[0] == "是否属于政府采购政策扶持范围"
    assert texts[-1] == "其他需要论证的事项"


def test_comments_end_after_they_begin(cast):
    argument = buying.drafted(cast)
    with refused("choose a later end"):
        opens = argument.opens_at
        terms = arguments.Terms(opens_at=opens, closes_at=opens)
        arguments.prepare(argument, terms, by=cast.owner, at=clock.now())


def test_an_expert_is_named_once_and_there_is_one_head(cast):
    argument = buying.drafted(cast)
    buying.expert(argument, cast, 1)
    with refused("named already"):
        buying.expert(argument, cast, 1, is_head=False)
    with refused("has its head already"):
        buying.expert(argument, cast, 2, is_head=True)


def test_a_draft_is_deleted_until_an_expert_has_signed(cast):
    argument = buying.drafted(cast)
    one = buying.expert(argument, cast)
    user = buying.entered(one, cast)
    arguments.discard(buying.drafted(cast, buying.need(cast)), by=cast.owner, at=clock.now())
    buying.signed(one, user)
    with refused("it is kept"):
        arguments.discard(argument, by=cast.owner, at=clock.now())
    with refused("the opinion is kept"):
        opinions.drop_expert(one, by=cast.owner, at=clock.now())


def test_an_expert_without_an_opinion_is_taken_off(cast):
    argument = buying.drafted(cast)
    opinions.drop_expert(buying.expert(argument, cast), by=cast.owner, at=clock.now())
    assert not argument.experts.exists()


# ── the link ─────────────────────────────────────────────────────────────────────────────────────


def test_a_link_lets_one_user_in_and_a_new_one_ends_it(cast):
    argument = buying.drafted(cast)
    one = buying.expert(argument, cast)
    old = opinions.invite(one, by=cast.owner, at=clock.now())
    token = opinions.invite(one, by=cast.owner, at=clock.now())
    user, other = UserFactory(), UserFactory()
    with refused("invites no expert"):
        opinions.enter(argument, old, by=user, at=clock.now())
    entered = opinions.enter(argument, token, by=user, at=clock.now())
    assert entered.user == user
    assert opinions.enter(argument, token, by=user, at=clock.now()).pk == entered.pk
    with refused("used by somebody else"):
        opinions.enter(argument, token, by=other, at=clock.now())
    with refused("no new link is needed"):
        opinions.invite(one, by=cast.owner, at=clock.now())


def test_who_has_a_stake_is_no_expert(cast):
    argument = buying.drafted(cast)
    token = opinions.invite(buying.expert(argument, cast), by=cast.owner, at=clock.now())
    for seat in (cast.owner, cast.operator):
        with refused("is no expert here"):
            opinions.enter(argument, token, by=seat.user, at=clock.now())
    gone = SeatFactory(
        organisation=cast.owner.organisation,
        held_until=clock.now() + timedelta(microseconds=1),
    )
    with refused("is no expert here"):  # he gave it up, but held it when he was named
        opinions.enter(argument, token, by=gone.user, at=clock.now())


# ── opinions ─────────────────────────────────────────────────────────────────────────────────────


def test_an_opinion_is_signed_over_the_digest_of_its_form(cast):
    argument = buying.drafted(cast)
    one = buying.expert(argument, cast)
    user = buying.entered(one, cast)
    opinion = buying.signed(one, user)
    form = argument_papers.opinion_form(one, opinion.answers, "")
    assert opinion.digest == form.digest()
    text = argument_papers.signed_opinion(opinion).text()
    for told in (one.name, one.unit, "教授", "专家本人在平台确认签署"):
        assert told in text
    assert Letter.objects.filter(kind="procurement/opinion-signed").exists()
    with refused("it is never changed"):
        buying.signed(one, user)


def test_an_opinion_is_refused_on_another_text_from_another_or_unsigned(cast):
    argument = buying.drafted(cast)
    one = buying.expert(argument, cast)
    user = buying.entered(one, cast)
    with refused("read it again"):
        buying.signed(one, user, digest="0" * 64)
    with refused("Type your name"):
        buying.signed(one, user, typed="同意")
    other = UserFactory()
    with refused("Only the expert himself"):
        buying.signed(one, other)


def test_every_topic_is_answered_and_objections_have_grounds(cast):
    one = buying.expert(buying.drafted(cast), cast)
    whole, scan = buying.answers(one.argument), upload(cast.owner)
    with refused("Say something of every topic"):
        opinions.enter_scan(
            one,
            whole[:-1],
            remark="",
            signed_on=clock.now().date(),
            scan=scan,
            by=cast.owner,
            at=clock.now(),
        )
    with refused("Say what is to be amended"):
        opinions.enter_scan(
            one,
            buying.answers(one.argument, "disagree", " "),
            remark="",
            signed_on=clock.now().date(),
            scan=scan,
            by=cast.owner,
            at=clock.now(),
        )


def test_an_opinion_from_a_scan_says_so(cast):
    one = buying.expert(buying.drafted(cast), cast)
    given = {
        "remark": "建议公开。",
        "scan": upload(cast.owner),
        "by": cast.owner,
        "at": clock.now(),
    }
    tomorrow = clock.now().date() + timedelta(days=2)
    with refused("on a day to come"):
        opinions.enter_scan(one, buying.answers(one.argument), signed_on=tomorrow, **given)
    day = clock.now().date() - timedelta(days=1)
    opinion = opinions.enter_scan(one, buying.answers(one.argument), signed_on=day, **given)
    text = argument_papers.signed_opinion(opinion).text()
    assert "采购人据专家签字的纸质意见录入" in text
    given["scan"].refresh_from_db()
    assert given["scan"].subject_code == opinion.code


# ── publish ──────────────────────────────────────────────────────────────────────────────────────


def test_a_published_argument_has_its_notice_and_its_opinions(cast):
    argument = buying.argued(cast)
    assert argument.state == ArgumentState.PUBLISHED
    assert argument.number.startswith("GXLZ-")
    notice, gathered = Notice.objects.about(argument)
    assert (notice.kind, gathered.kind) == ("argument-notice", "argument-opinions")
    assert gathered.follows == notice
    assert "六、论证事项包括以下内容" in notice.document.text()
    assert "七、专家组论证意见：详见附件。" in notice.document.text()
    for expert in argument.experts.all():
        assert expert.opinion.digest in gathered.document.text()
    assert Event.objects.get(name="argument.published").public


def test_the_writer_does_not_publish_where_there_is_a_second_person(cast):
    argument = buying.ready(cast)
    with refused("A second person of the owner"):
        publish(argument, cast.owner)
    with refused("A second person of the owner"):
        publish(argument, cast.rival)


def test_the_time_for_comments_has_its_figure(cast):
    argument = buying.ready(cast)
    arguments.prepare(
        argument,
        arguments.Terms(
            opens_at=clock.now() + timedelta(hours=1),
            closes_at=clock.now() + timedelta(hours=30),
            contact_name="冯女士",
            contact_phone="1",
            finding="同意",
        ),
        by=cast.owner,
        at=clock.now(),
    )
    with refused("comments must be let in for"):
        publish(argument, cast.approver)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"opens_at": None}, "from when until when"),
        ({"contact_name": ""}, "Name a contact person"),
        ({"finding": " "}, "what the expert group finds"),
    ],
)
def test_what_is_not_whole_is_not_published(cast, changes, sentence):
    argument = buying.ready(cast)
    facts = {**vars(argument), **changes}
    names = arguments.Terms.__dataclass_fields__
    terms = arguments.Terms(**{name: facts[name] for name in names})
    arguments.prepare(argument, terms, by=cast.owner, at=clock.now())
    with refused(sentence):
        publish(argument, cast.approver)


def test_too_few_experts_or_one_who_has_not_signed(cast):
    argument = buying.drafted(cast)
    one, two = (buying.expert(argument, cast, place) for place in (1, 2))
    for expert in (one, two):
        buying.signed(expert, buying.entered(expert, cast))
    with refused("experts at least"):
        publish(argument, cast.approver)
    buying.expert(argument, cast, 3)
    with refused("have not signed"):
        publish(argument, cast.approver)


# ── comments and replies ─────────────────────────────────────────────────────────────────────────


def test_comments_are_let_in_to_the_minute_whatever_the_door_says(cast, later):
    argument = buying.argued(cast)
    early = clock.now()
    with refused("Comments are let in from"):
        buying.comment(argument, cast.rival)
    buying.until(later, argument.opens_at)
    made = buying.comment(argument, cast.rival)
    assert made.name == cast.rival.organisation.name
    assert argument.phase(clock.now()) == ArgumentPhase.OPEN
    buying.until(later, argument.closes_at)
    with refused("Comments were let in until"):
        buying.comment(argument, cast.rival, at=early + timedelta(days=2))
    assert argument.phase(clock.now()) == ArgumentPhase.ANSWERING
    assert not argument.is_open(argument.closes_at)


def on_paper(argument, cast, **changes):
    given = {
        "topic": "standards",
        "text": "建议明确终端的防护等级。",
        "name": "丰城市光明电器经营部",
        "contact": "0795-6500000",
        "came_on": day_of(clock.now()),
        "scan": changes.get("scan") or upload(cast.owner),
    }
    return comments.enter(argument, **given | changes, by=cast.owner, at=clock.now())


def test_a_comment_that_came_on_paper_in_time_is_entered_and_says_so(cast, later):
    argument = buying.argued(cast)
    buying.until(later, argument.closes_at)  # the owner types it in the day after
    came_on = day_of(argument.closes_at)
    made = on_paper(argument, cast, came_on=came_on)
    assert (made.user, made.entered_by, made.came_on) == (None, cast.owner, came_on)
    assert not Letter.objects.filter(kind="procurement/comment-received").exists()
    comments.reply(made, stance="adopted", text="采纳。", by=cast.owner, at=clock.now())
    assert not Letter.objects.filter(kind="procurement/comment-answered").exists()
    paper = argument_papers.result(
        arguments.close(
            argument, conclusion="kept", result="维持。", by=cast.owner, at=clock.now()
        ),
        list(argument.comments.all()),
        clock.now(),
    )
    assert f"书面意见，{came_on.year}年" in paper.text()
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        Comment.objects.update(text="改了")


def test_a_paper_that_came_too_early_or_late_or_is_nameless_is_none(cast, later):
    argument = buying.argued(cast)
    early = day_of(argument.opens_at) - timedelta(days=1)
    buying.until(later, argument.closes_at)
    scan = upload(cast.owner)
    for day in (early, day_of(argument.closes_at) + timedelta(days=1)):
        later(days=2)
        with refused("did not come while comments were let in"):
            on_paper(argument, cast, came_on=day, scan=scan)
    with refused("on a day to come"):
        on_paper(argument, cast, came_on=day_of(clock.now()) + timedelta(days=1), scan=scan)
    with refused("Write down who comments"):
        on_paper(argument, cast, came_on=day_of(argument.closes_at), scan=scan, name=" ")


def test_a_paper_is_entered_through_the_page_and_its_scan_is_not_public(cast, later):
    argument = buying.argued(cast)
    buying.until(later, argument.opens_at)
    page = reverse("procurement:comment-enter", args=[argument.code])
    browser = signed_in(cast.owner.user)
    form = browser.get(page)
    sent = {
        "once": form.context["form"]["once"].value(),
        "topic": "standards",
        "text": "建议明确终端的防护等级。",
        "name": "光明电器经营部",
        "contact": "0795-6500000",
        "came_on": f"{day_of(clock.now()):%Y-%m-%d}",
        "scan": files.upload("letter.png", files.picture()),
    }
    for _ in range(2):  # a double click
        sent["scan"].seek(0)
        desk = reverse("procurement:desk-argument", args=[argument.code])
        assert browser.post(page, sent).url == desk
    made = argument.comments.get()
    public = Client().get(argument.get_absolute_url()).content.decode()
    assert "光明电器经营部" in public
    assert "书面" in public
    scan = Upload.objects.get(subject_code=made.code).get_absolute_url()
    assert b"".join(browser.get(scan)).startswith(b"\x89PNG")
    assert signed_in(cast.rival.user).get(scan).status_code == 404


def test_a_person_without_a_seat_comments_under_the_own_name(cast, later):
    argument = buying.argued(cast)
    buying.until(later, argument.opens_at)
    made = buying.comment(argument, cast.stranger)
    assert (made.name, made.organisation) == (cast.stranger.name, None)
    assert Letter.objects.filter(kind="procurement/comment-received").exists()


def test_the_owners_people_a_sent_form_and_empty_words_are_refused(cast, later):
    argument = buying.argued(cast)
    buying.until(later, argument.opens_at)
    with refused("This is your own unit's need"):
        buying.comment(argument, cast.approver)
    with refused("Write your comment"):
        buying.comment(argument, cast.rival, text=" ")
    with refused("Choose the topic"):
        buying.comment(argument, cast.rival, topic="price")
    buying.comment(argument, cast.rival, key="once")
    with refused("This form was sent already"):
        buying.comment(argument, cast.rival, key="once")


def test_each_comment_is_answered_once(cast, later):
    argument = buying.argued(cast)
    buying.until(later, argument.opens_at)
    made = buying.comment(argument, cast.stranger)
    with refused("Say what you make"):
        reply(made, cast.owner, text=" ")
    reply(made, cast.owner)
    with refused("answered already"):
        reply(made, cast.owner)
    letter = Letter.objects.get(kind="procurement/comment-answered")
    assert "已在需求中明确" in letter.body


def test_what_was_said_is_immutable_in_the_database(cast, later):
    argument = buying.argued(cast)
    buying.until(later, argument.opens_at)
    reply(buying.comment(argument, cast.stranger), cast.owner)
    for model, column in ((Opinion, "remark"), (Comment, "text"), (Reply, "text")):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(**{column: "改了"})
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.all()._raw_delete("default")


# ── close ────────────────────────────────────────────────────────────────────────────────────────


def test_closing_is_refused_early_and_while_a_comment_is_unanswered(cast, later):
    argument = buying.argued(cast)
    buying.until(later, argument.opens_at)
    made = buying.comment(argument, cast.stranger)
    with refused("close the argument then"):
        close(argument, cast.owner)
    buying.until(later, argument.closes_at)
    with refused("are not answered yet"):
        close(argument, cast.owner)
    reply(made, cast.owner)
    with refused("Say what comes of the argument"):
        close(argument, cast.owner, result=" ")
    argument = close(argument, cast.owner)
    result = Notice.objects.about(argument).get(kind="argument-result")
    assert (result.relation, result.follows.kind) == ("result-of", "argument-notice")
    for told in (made.text, "采纳", "已在需求中明确", "采购需求按公示的版本执行"):
        assert told in result.document.text()
    assert "13912340721" not in result.document.text()
    argument.need.refresh_from_db()
    assert argument.need.state == NeedState.SETTLED
    with refused("load the page again"):
        close(argument, cast.owner)


def test_a_revised_need_stays_published_and_may_be_argued_again(cast, later):
    argument = buying.argued(cast)
    buying.until(later, argument.closes_at)
    close(argument, cast.owner, conclusion="revised", result="修改后重新公示。")
    argument.need.refresh_from_db()
    assert argument.need.state == NeedState.PUBLISHED
    buying.drafted(cast, argument.need)


def test_an_argument_is_ended_with_a_reason_by_a_linked_notice(cast):
    argument = buying.argued(cast)
    with refused("State the reason"):
        arguments.withdraw(argument, reason=" ", by=cast.approver, at=clock.now())
    arguments.withdraw(argument, reason="项目取消。", by=cast.approver, at=clock.now())
    first = Notice.objects.about(argument).get(kind="argument-notice")
    assert first.superseded_by.kind == "argument-withdrawal"
    buying.drafted(cast, argument.need)


# ── the client's own ─────────────────────────────────────────────────────────────────────────────


def test_luzhou_is_argued_exactly_as_its_notice_says(cast, later):
    """关于瀘州市江陽區人民政府政務服務中心…需求論證的公示, of 18 July 2018."""

    def at(day, hour, minute=0):
        return datetime(2018, 7, day, hour, minute, tzinfo=BEIJING)

    later(seconds=(at(16, 10) - clock.now()).total_seconds())
    unit = "泸州市江阳区人民政府政务服务中心"
    writer = seated("luzhou", kind="government", held_from=at(1, 9))
    writer.organisation.name = unit
    writer.organisation.save()
    second = SeatFactory(organisation=writer.organisation, held_from=at(1, 9))
    title = f"{unit}“互联网+政务服务”平台建设采购项目"
    row = buying.need(
        cast,
        owner=writer.organisation,
        title=title,
        kind="services",
        region=Region.objects.get(code="510502"),
        budget=Decimal("5800000.00"),
        budget_year=2018,
        created_by=writer,
    )
    argument = arguments.begin(row, key="", by=writer, at=clock.now())
    arguments.prepare(
        argument,
        arguments.Terms(
            opens_at=at(19, 9),
            closes_at=at(24, 12),
            procurement_method="公开招标",
            agency_name="泸州市江阳区政府采购中心",
            agency_contact="余先生",
            contact_name="冯女士",
            contact_phone="（略）",
            finding="同意按本需求采购。",
        ),
        by=writer,
        at=clock.now(),
    )
    cast.owner = writer
    for place in (1, 2, 3):
        one = buying.expert(argument, cast, place)
        buying.signed(one, buying.entered(one, cast))
    later(seconds=(at(18, 16) - clock.now()).total_seconds())
    argument = publish(argument, second)
    text = Notice.objects.about(argument).get(kind="argument-notice").document.text()
    for line in (
        f"关于{title}需求论证的公示",
        "各潜在政府采购供应商、单位、个人：",
        f"{unit}拟采用公开招标方式采购{title}",
        f"一、采购人名称：{unit}；",
        "二、采购代理机构名称：泸州市江阳区政府采购中心；",
        f"三、采购项目名称：{title}；",
        "四、采购预算：580 万元；",
        "五、采购方式：公开招标；",
        "六、论证事项包括以下内容：",
        "（一）是否属于政府采购政策扶持范围；",
        "（三）拟采用的采购方式、评审方法和评审标准；",
        "（六）其他需要论证的事项。",
        "七、专家组论证意见：详见附件。",
        "征求意见期限从2018年7月19日 09:00至2018年7月24日 12:00时止（北京时间）",
        "2018年7月18日",
    ):
        assert line in text
    assert not argument.is_open(at(19, 8, 59))
    assert argument.is_open(at(19, 9))
    assert argument.is_open(at(24, 11, 59))
    assert not argument.is_open(at(24, 12))
    later(seconds=(at(24, 12) - clock.now()).total_seconds() + 1)
    with refused("Comments were let in until"):
        buying.comment(argument, cast.stranger, at=at(24, 11))
    close(argument, second)
    row.refresh_from_db()
    assert row.state == NeedState.SETTLED
