from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Deed, OrganisationState, Rank
from core import clock
from core.models import Event, Letter, Outbox
from core.once import AlreadyDone
from marketplace import orders
from marketplace.models import Avoidance, OrderState, Phase, ServiceOrder
from marketplace.terms import Avoided, Milestone
from publication.models import Notice
from selection.models import Draw, Witness
from selection.naming import Witnessing
from tests.cast import seated
from tests.factories import SeatFactory
from tests.marketplace import ordering
from tests.marketplace.ordering import draft, lowest, published, submitted, terms
from tests.witness import refused


def submit(order, given, seat):
    return orders.submit(order, given, by=seat, at=clock.now())


def publish(order, seat, at=None):
    return orders.publish(order, by=seat, at=at or clock.now())


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_keeps_what_was_typed_right_or_wrong_and_leaves_no_event(cast):
    order = draft(cast.owner)
    orders.save_draft(order, {"title": "测绘", "budget": "三十万"}, by=cast.owner, at=clock.now())
    orders.save_draft(order, {"budget": "30x"}, by=cast.owner, at=clock.now())
    order.refresh_from_db()
    assert order.draft == {"title": "测绘", "budget": "30x"}
    assert str(order) == "测绘"
    assert not Event.objects.filter(subject_code=order.code).exists()


def test_one_key_begins_one_draft(cast):
    begun = orders.begin(cast.owner.organisation, key="once", by=cast.owner, at=clock.now())
    with refused("This form was sent already"):
        orders.begin(cast.owner.organisation, key="once", by=cast.owner, at=clock.now())
    with pytest.raises(AlreadyDone) as twin:
        orders.begin(cast.owner.organisation, key="once", by=cast.owner, at=clock.now())
    assert twin.value.subject_code == begun.code


def test_the_operator_writes_no_orders(cast):
    with refused("act from such a unit"):
        orders.begin(cast.operator.organisation, key="", by=cast.operator, at=clock.now())


def test_a_submitted_order_is_not_written_on(cast):
    order = submitted(cast)
    with refused("what you typed was not kept"):
        orders.save_draft(order, {"title": "别的"}, by=cast.owner, at=clock.now())


def test_a_draft_is_discarded_and_a_submitted_order_is_not(cast):
    orders.discard(draft(cast.owner), by=cast.owner, at=clock.now())
    assert not ServiceOrder.objects.exists()
    order = submitted(cast)
    with refused("load the page again"):
        orders.discard(order, by=cast.owner, at=clock.now())


# ── submit ───────────────────────────────────────────────────────────────────────────────────────


def test_submit_fills_the_columns_from_the_terms(cast):
    avoided = Avoided("91360700MA35A1B23X", "青屿监测站有限公司", "与本项目设计单位同一法定代表人")
    order = submitted(cast, terms(avoided=(avoided,)))
    assert order.state == OrderState.SUBMITTED
    assert (order.title, order.region.code) == (terms().title, "360702")
    assert order.worth == Decimal("180000.00")
    assert order.bidders_needed == 2
    assert order.stages == [{"title": "提交全部服务成果", "days": 45, "percent": "100"}]
    assert list(order.items.all()) == [ordering.item()]
    assert order.avoidances.get().reason == avoided.reason
    assert order.phase(clock.now()) == Phase.SUBMITTED


def test_a_returned_order_is_submitted_again_with_other_terms(cast):
    order = submitted(cast, terms(avoided=(Avoided("91360700MA35A1B23X", "甲", "关联"),)))
    orders.return_(order, reason="请写明服务内容", by=cast.approver, at=clock.now())
    order.refresh_from_db()
    again = submit(order, lowest(title="第二稿"), cast.owner)
    assert (again.title, again.price, again.ceiling) == ("第二稿", None, Decimal("180000.00"))
    assert not Avoidance.objects.exists()
    assert again.state_reason == ""


REFUSED_TERMS = {
    "%(amount)s yuan is above the budget": {"price": Decimal("186000.01")},
    "A public draw has a fixed price": {"price": None},
    "forbidden here": {"regime": "mandatory-tender"},
    "Name at least one witness and at most": {"witnesses": ()},
    "Each witness needs a phone": {
        "witnesses": (Witnessing("周建国", "13800000001"), Witnessing("吴越", "13800000001"))
    },
    "is named twice": {
        "avoided": (
            Avoided("91360700MA35A1B23X", "甲", "关联"),
            Avoided("91360700MA35A1B23X", "甲", "同一控股"),
        )
    },
    "no longer in the catalogue": {"items": ("gone",)},
    "choose another regime": {"regime": "private", "public_funds": Decimal(50)},
    "do not add up to 100": {"stages": (Milestone("初稿", 20, Decimal(60)),)},
    "give it fewer days": {"stages": (Milestone("全部成果", 46, Decimal(100)),)},
}


@pytest.mark.parametrize(("sentence", "changes"), REFUSED_TERMS.items())
def test_submit_refuses_what_contradicts_itself_or_the_law(cast, sentence, changes):
    order, given = draft(cast.owner), terms(**changes)
    with refused(sentence):
        submit(order, given, cast.owner)


def test_submit_refuses_a_ceiling_above_the_budget_and_a_floor_that_is_no_floor(cast):
    order, above = draft(cast.owner), lowest(ceiling=Decimal("186000.01"))
    with refused("is above the budget"):
        submit(order, above, cast.owner)
    with refused("The floor is not below"):
        submit(order, lowest(floor=Decimal("180000.00")), cast.owner)
    with refused("A floor price is forbidden here"):
        submit(
            order, lowest(regime="government-procurement", floor=Decimal("90000.00")), cast.owner
        )


def test_submit_refuses_too_early_a_deadline_and_a_selection_before_it(cast):
    order, given = draft(cast.owner), terms()
    tomorrow = clock.now() + timedelta(days=1)
    with refused("choose a later deadline"):
        submit(order, replace(given, open_until=tomorrow), cast.owner)
    with refused("The selection comes after"):
        submit(order, replace(given, choose_at=given.open_until - timedelta(hours=1)), cast.owner)


def test_submit_refuses_the_owner_among_the_avoided_and_an_owner_under_verification(cast):
    order, own, given = draft(cast.owner), cast.owner.organisation, terms()
    with refused("Your own unit cannot bid anyway"):
        avoided = (Avoided(own.uscc, own.name, "业主"),)
        submit(order, replace(given, avoided=avoided), cast.owner)
    own.state, own.verified_at = OrganisationState.SUBMITTED, None
    own.save()
    with refused("Your unit is not verified yet"):
        submit(order, given, cast.owner)


# ── approval ─────────────────────────────────────────────────────────────────────────────────────


def test_publish_numbers_the_order_commits_to_its_draw_and_publishes_the_notice(cast):
    order = published(cast, terms(public_funds=Decimal(100)))
    draw, notice = Draw.objects.get(), Notice.objects.get()
    year = clock.now().year
    assert order.number == draw.number == f"GXDD-{year}-00001"
    assert order.commitment == draw.commitment
    assert order.bidders_needed == 3
    assert notice.kind == "order-notice"
    assert (notice.subject_code, notice.facts["commitment"]) == (order.code, draw.commitment)
    assert draw.commitment in notice.document.text()
    assert "密钥由平台保管" in notice.document.text()
    assert "周建国" in notice.document.text()
    assert "13800000001" not in notice.document.text()
    assert order.figures["order.registration.working-days"]["source"]
    assert Witness.objects.get().name == "周建国"
    assert Event.objects.get(name="order.published").public
    assert orders.notice_of(order) == notice


def test_publish_is_refused_to_who_submitted_even_from_another_seat(cast):
    order = submitted(cast)
    with refused("a second person"):
        publish(order, cast.owner)
    twin = SeatFactory(
        user=cast.owner.user,
        organisation=cast.owner.organisation,
        held_until=clock.now() + timedelta(days=1),
    )
    with refused("a second person"):
        publish(order, twin)


def test_the_operator_approves_only_for_an_owner_with_one_person(cast):
    order = submitted(cast)
    with refused("a second person"):
        publish(order, cast.operator)
    alone = seated("alone", kind="university")
    lone = orders.begin(alone.organisation, key="", by=alone, at=clock.now())
    lone = submit(lone, terms(), alone)
    assert publish(lone, cast.operator).state == OrderState.PUBLISHED


def test_an_approver_needs_the_deed_of_approving(cast):
    order = submitted(cast)
    clerk = SeatFactory(
        organisation=cast.owner.organisation, rank=Rank.OPERATOR, deeds=[Deed.WRITE_ORDER]
    )
    with refused("a second person"):
        publish(order, clerk)


def test_publish_refuses_a_deadline_that_has_come_too_near(cast, later):
    order, in_time = submitted(cast), clock.now()
    later(days=9)
    with refused("choose a later deadline"):
        publish(order, cast.approver, at=in_time)


def test_return_needs_a_reason_and_tells_the_writer(cast):
    order = submitted(cast)
    with refused("Say what is to be corrected"):
        orders.return_(order, reason=" ", by=cast.approver, at=clock.now())
    with refused("a second person"):
        orders.return_(order, reason="改", by=cast.owner, at=clock.now())
    orders.return_(order, reason="请写明服务内容", by=cast.approver, at=clock.now())
    letter = Letter.objects.get()
    assert letter.user_code == cast.owner.user.code
    assert "请写明服务内容" in letter.body


def test_a_published_order_is_neither_published_nor_returned_nor_submitted_again(cast):
    order = published(cast)
    with refused("load the page again"):
        publish(order, cast.approver)
    with refused("load the page again"):
        orders.return_(order, reason="改", by=cast.approver, at=clock.now())
    with refused("load the page again"):
        submit(order, terms(), cast.owner)


# ── withdrawal ───────────────────────────────────────────────────────────────────────────────────


def test_withdraw_publishes_a_linked_notice_and_leaves_bids_sealed(cast):
    order = published(cast)
    bid = ordering.bid(order, cast.agency)
    Letter.objects.all().delete()
    with refused("State the reason"):
        orders.withdraw(order, reason="", by=cast.owner, at=clock.now())
    withdrawn = orders.withdraw(order, reason="项目暂缓实施", by=cast.owner, at=clock.now())
    notice = Notice.objects.get(kind="order-withdrawal")
    assert withdrawn.state == OrderState.WITHDRAWN
    assert (notice.follows.kind, notice.relation) == ("order-notice", "withdraws")
    assert "项目暂缓实施" in notice.document.text()
    assert cast.agency.organisation.name not in notice.document.text()
    bid.envelope.refresh_from_db()
    assert bid.envelope.opened_at is None
    assert {letter.organisation_code for letter in Letter.objects.all()} == {
        cast.agency.organisation.code
    }
    with refused("load the page again"):
        orders.withdraw(order, reason="再来", by=cast.owner, at=clock.now())


# ── what must never happen ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "change",
    [
        {"state": "lost"},
        {"state": "draft"},
        {"state": "awarded"},
        {"number": None},
        {"published_by": None},
        {"closed_at": clock.now()},
        {"state": "failed"},
        {"regime": "own"},
        {"method": "favourite"},
        {"public_funds": 101},
    ],
)
def test_the_database_refuses_what_must_never_happen(cast, change):
    published(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceOrder.objects.update(**change)


def test_the_database_refuses_that_one_seat_submits_and_publishes(cast):
    order = published(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceOrder.objects.update(published_by=order.submitted_by)


def test_an_order_that_is_published_waits_for_its_release_and_to_be_found(cast):
    published(cast)
    waiting = Outbox.objects.filter(event__name="order.published")
    consumers = set(waiting.values_list("consumer", flat=True))
    assert consumers == {"publication.release", "search.index"}


def test_letters_say_a_title_as_it_was_written(cast):
    order = submitted(cast, terms(title="A&B <改造> 工程"))
    orders.return_(order, reason="“规模”须 > 0", by=cast.approver, at=clock.now())
    letter = Letter.objects.get()
    assert "A&B <改造> 工程" in letter.subject
    assert "“规模”须 > 0" in letter.body
