from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from alliance import council_finders, council_tasks, fees, ledger
from alliance.models import Due, FeeScale, LedgerEntry, Receipt
from alliance.models.fees import DueState, EntryState, FeeScaleState, StatementState
from core import clock
from core.calendar import day_of
from core.models import Letter
from core.money import in_words
from core.paper import Paper
from publication.models import Notice
from publication.verification import Standing, Wanted
from tests.alliance.councils import Council, terms, voucher
from tests.cast import signed_in
from tests.factories import SeatFactory
from tests.witness import refused


@pytest.fixture
def council(db):
    return Council.of(4)


@pytest.fixture
def year():
    start = day_of(clock.now()).replace(month=1, day=1)
    return start, start.replace(year=start.year + 1)


def raised(council, year, expected=None):
    start, until = year
    lines = fees.preview(council.alliance, period_from=start, period_until=until, at=clock.now())
    total = sum((one.amount for one in lines if one.is_due), Decimal(0))
    return fees.raise_(
        council.alliance,
        period_from=start,
        period_until=until,
        due_on=day_of(clock.now()) + timedelta(days=30),
        expected=total if expected is None else expected,
        by=council.accountant,
        at=clock.now(),
    )


def whole_year(council, year):
    """The fees of a year in which every member was there from its first day."""
    council.alliance.members.update(joined_on=year[0])
    return raised(council, year)


def entered(council, due=None, by=None, **changes):
    by = by or council.accountant
    scan = changes.pop("scan", None) or voucher(by)
    facts = {
        "direction": "income",
        "category": "" if due else "捐赠",
        "amount": due.amount if due else Decimal(500),
        "happened_on": day_of(clock.now()),
        "counterparty": "云江水务",
        "memo": "转账",
        "due": due,
    }
    return ledger.enter(
        council.alliance,
        ledger.Movement(**facts | changes),
        voucher=scan,
        by=by,
        at=clock.now(),
    )


def confirmed(council, entry):
    return ledger.confirm(entry, by=council.cashier, at=clock.now())


# ── dues ─────────────────────────────────────────────────────────────────────────────────────────


def test_fees_are_raised_by_level_and_prorated_for_who_joined_since(council, year):
    council.members[0].joined_on = year[0] - timedelta(days=400)
    council.members[1].joined_on = year[0].replace(month=7, day=15)
    for member in council.members:
        member.save()
    made = {one.member: one for one in raised(council, year)}
    assert made[council.members[0]].amount == Decimal(12000)
    assert made[council.members[1]].amount == Decimal(3000)
    assert "12 个月中的 6 个月" in made[council.members[1]].reckoning
    assert made[council.members[1]].grace_until - made[council.members[1]].due_on == timedelta(30)
    assert Letter.objects.filter(kind="alliance/due-raised").count() >= 4


def test_fees_are_raised_once_and_only_as_they_were_previewed(council, year):
    with refused("look at the preview again"):
        raised(council, year, expected=Decimal(1))
    raised(council, year)
    with refused("Nobody owes a fee for this period"):
        raised(council, year, expected=Decimal(0))
    overlapping = (year[0] + timedelta(days=100), year[1] + timedelta(days=100))
    with refused("Nobody owes a fee for this period"):
        raised(council, overlapping, expected=Decimal(0))
    assert Due.objects.count() == 4


def test_where_the_charter_sets_no_fee_the_council_does(db, year, later):
    written = terms()
    for level in written["levels"].values():
        level["fee"] = None
    council = Council.under(written, 4)
    with refused("Nobody owes a fee for this period"):
        raised(council, year, expected=Decimal(0))
    with refused("Name a fee for each level"):
        fees.propose_scale(
            council.alliance,
            {"chair": Decimal(1)},
            reason="",
            by=council.accountant,
            at=clock.now(),
        )
    scale = fees.propose_scale(
        council.alliance,
        {"chair": Decimal(800), "member": Decimal(0)},
        reason="满足日常开支",
        by=council.accountant,
        at=clock.now(),
    )
    council.decide(scale, later, "for", "for", "for", "for")
    assert scale.state == FeeScaleState.ADOPTED
    (due,) = raised(council, year)
    assert due.member == council.members[0]
    assert due.fee == Decimal(800)


def test_a_scale_that_is_not_carried_changes_nothing(council, later):
    scale = fees.propose_scale(
        council.alliance,
        {"chair": Decimal(800), "member": Decimal(0)},
        reason="",
        by=council.accountant,
        at=clock.now(),
    )
    council.decide(scale, later, "against", "against", "against", "against")
    assert scale.state == FeeScaleState.REJECTED
    assert FeeScale.objects.filter(state=FeeScaleState.ADOPTED).count() == 0


def test_who_has_not_paid_is_reminded_before_and_told_once_when_the_grace_is_over(
    council, year, later
):
    due = raised(council, year)[0]
    council_tasks.remind_of_dues()
    assert not Letter.objects.filter(kind="alliance/due-reminder").exists()
    later(days=25)
    council_tasks.remind_of_dues()
    council_tasks.remind_of_dues()
    unit = due.member.organisation.code
    mine = Letter.objects.filter(organisation_code=unit, user_code=council.seats[0].user.code)
    assert mine.filter(kind="alliance/due-reminder").count() == 1
    later(days=10)
    today = day_of(clock.now())
    due.refresh_from_db()
    assert due.is_in_grace(today)
    assert not due.is_overdue(today)
    later(days=27)
    council_tasks.remind_of_dues()
    council_tasks.remind_of_dues()
    assert mine.filter(kind="alliance/due-overdue").count() == 1
    assert due.is_overdue(day_of(clock.now()))
    with refused("No reminder is due"):
        fees.remind(due, by=council.accountant, at=clock.now())


def test_a_fee_is_waived_by_a_decision_and_the_unit_does_not_vote_on_it(council, year, later):
    due = raised(council, year)[1]
    with refused("State the reason"):
        fees.ask_waiver(due, reason=" ", by=council.accountant, at=clock.now())
    fees.ask_waiver(due, reason="受灾停产", by=council.accountant, at=clock.now())
    with refused("waits for the council already"):
        fees.ask_waiver(due, reason="再次", by=council.accountant, at=clock.now())
    motion = council.decide(due, later, "for", "for", "for")
    assert due.state == DueState.WAIVED
    assert motion.recusals.get().seating.member == due.member


def test_a_waiver_that_falls_may_be_asked_for_again(council, year, later):
    due = raised(council, year)[1]
    fees.ask_waiver(due, reason="受灾停产", by=council.accountant, at=clock.now())
    council.decide(due, later, "against", "against", "against")
    assert due.state == DueState.RAISED
    assert fees.ask_waiver(due, reason="新的理由", by=council.accountant, at=clock.now())


# ── books ────────────────────────────────────────────────────────────────────────────────────────


def test_a_transfer_pays_a_fee_once_a_second_person_confirms_it_and_a_receipt_is_numbered(
    council, year
):
    due = raised(council, year)[0]
    entry = entered(council, due)
    due.refresh_from_db()
    assert due.state == DueState.RAISED
    confirmed(council, entry)
    due.refresh_from_db()
    assert due.state == DueState.PAID
    receipt = Receipt.objects.get()
    assert receipt.number == f"GXSJ-{clock.now().year}-00001"
    text = Paper.from_json(receipt.paper).text()
    for words in (due.member.organisation.name, receipt.number, in_words(due.amount)):
        assert words in text
    found = council_finders.receipt(Wanted(number=receipt.number))
    assert found.standing == Standing.IN_FORCE
    assert council_finders.receipt(Wanted(digest=receipt.digest)).number == receipt.number
    assert council_finders.receipt(Wanted(number="GXSJ-2020-00009")) is None


def test_nobody_confirms_what_he_entered_from_whatever_seat(council, year):
    entry = entered(council)
    with refused("You entered this: another person confirms it"):
        ledger.confirm(entry, by=council.accountant, at=clock.now())
    same = SeatFactory(user=council.accountant.user)
    with refused("You entered this: another person confirms it"):
        ledger.confirm(entry, by=same, at=clock.now())
    confirmed(council, entry)
    with refused("by now: load the page again"):
        confirmed(council, entry)
    assert ledger.balance(council.alliance) == Decimal(500)


def test_what_the_books_do_not_take(council, year):
    due = raised(council, year)[0]
    tomorrow = day_of(clock.now()) + timedelta(days=1)
    for changes, sentence in (
        ({"happened_on": tomorrow}, "lies in the future"),
        ({"amount": Decimal(0)}, "above zero"),
        ({"category": "赌博收入"}, "does not name this category"),
        ({"direction": "expenditure", "category": "捐赠"}, "does not name this category"),
        ({"due": due, "amount": due.amount + Decimal("0.01")}, "Of this due %(rest)s is left"),
    ):
        facts = {
            "direction": "income",
            "category": "捐赠",
            "amount": Decimal(500),
            "happened_on": day_of(clock.now()),
            "counterparty": "某某",
            "memo": "转账",
        } | changes
        scan = voucher(council.accountant)
        with refused(sentence):
            ledger.enter(
                council.alliance,
                ledger.Movement(**facts),
                voucher=scan,
                by=council.accountant,
                at=clock.now(),
            )


def test_a_fee_that_waits_for_confirmation_or_is_paid_takes_no_second_transfer(council, year):
    due = raised(council, year)[0]
    entry = entered(council, due)
    scan = voucher(council.accountant)
    movement = ledger.Movement(
        "income", "", due.amount, day_of(clock.now()), "云江水务", "转账", "", due
    )

    def again():
        ledger.enter(
            council.alliance, movement, voucher=scan, by=council.accountant, at=clock.now()
        )

    with refused("for this due wait for confirmation: together with"):
        again()
    confirmed(council, entry)
    with refused("This due is “%(now)s” by now"):
        again()


def test_a_fee_is_paid_in_parts_each_with_its_voucher_and_receipt(council, year, later):
    due = whole_year(council, year)[0]
    first = entered(council, due, amount=Decimal(5000))
    second = entered(council, due, amount=Decimal(4000))
    scan = voucher(council.accountant)
    with refused("together with %(amount)s that is more than the %(rest)s"):
        entered(council, due, amount=Decimal("3000.01"), scan=scan)
    confirmed(council, second)
    due.refresh_from_db()
    assert (due.state, due.rest, due.is_in_parts) == (DueState.RAISED, Decimal(8000), True)
    assert fees.arrears(due.member) == Decimal(8000)
    letter = Letter.objects.filter(kind="alliance/due-paid").first()
    assert "尚余 ¥8,000.00 未缴" in letter.body
    text = Paper.from_json(Receipt.objects.get().paper).text()
    for words in (in_words(4000), "¥12,000.00", "¥8,000.00"):
        assert words in text
    later(days=26)
    council_tasks.remind_of_dues()
    reminded = Letter.objects.filter(
        kind="alliance/due-reminder", organisation_code=due.member.organisation.code
    ).first()
    assert "¥12,000.00 中还有 ¥8,000.00 尚未到账" in reminded.body
    confirmed(council, first)
    confirmed(council, entered(council, due, amount=Decimal(3000)))
    due.refresh_from_db()
    assert (due.state, due.rest) == (DueState.PAID, Decimal(0))
    assert Receipt.objects.filter(due=due).count() == 3
    assert "至此已缴清" in Letter.objects.filter(kind="alliance/due-paid").latest("pk").body
    scan = voucher(council.accountant)
    with refused("This due is “%(now)s” by now"):
        entered(council, due, amount=Decimal(1), scan=scan)


def test_what_was_entered_before_the_rest_shrank_is_not_confirmed_over_it(council, year):
    due = whole_year(council, year)[0]
    entry = entered(council, due, amount=Decimal(9000))
    Due.objects.filter(pk=due.pk).update(rest=Decimal(8000))
    with refused("Of this due %(rest)s is left, the transfer is %(amount)s"):
        confirmed(council, entry)


def test_a_waiver_forgives_what_is_left_and_a_part_that_goes_back_is_owed_again(
    council, year, later
):
    due = whole_year(council, year)[1]
    paid = confirmed(council, entered(council, due, amount=Decimal(4000)))
    fees.ask_waiver(due, reason="受灾停产", by=council.accountant, at=clock.now())
    council.decide(due, later, "for", "for", "for")
    assert (due.state, due.rest) == (DueState.WAIVED, Decimal(0))
    letter = Letter.objects.filter(kind="alliance/due-waived").first()
    assert "¥6,000.00 中尚未缴纳的 ¥2,000.00" in letter.body
    reversal = ledger.reverse(paid, reason="银行退汇", by=council.accountant, at=clock.now())
    confirmed(council, reversal)
    due.refresh_from_db()
    assert (due.state, due.rest, due.waiver_reason) == (DueState.RAISED, Decimal(4000), "")
    confirmed(council, entered(council, due, amount=Decimal(4000)))
    due.refresh_from_db()
    assert due.state == DueState.PAID


def test_published_accounts_count_what_was_really_paid(council, year):
    one, two, *_others = whole_year(council, year)
    confirmed(council, entered(council, one, amount=Decimal(5000)))
    confirmed(council, entered(council, two))
    figures = ledger.figures_of(council.alliance, *year)
    assert figures["income"] == "11000.00"
    assert figures["dues"] == {
        "raised": 4,
        "paid": 1,
        "in_parts": 1,
        "waived": 0,
        "unpaid": 3,
        "amount": "30000.00",
        "received": "11000.00",
        "remitted": "0.00",
        "left": "19000.00",
    }


def test_the_form_of_a_transfer_begins_with_what_is_left(council, year):
    due = whole_year(council, year)[0]
    confirmed(council, entered(council, due, amount=Decimal(5000)))
    client = signed_in(council.accountant.user)
    address = f"/desk/alliances/{council.alliance.number}"
    shown = client.get(f"{address}/dues/").content.decode()
    assert "尚欠 ¥7,000.00" in shown
    assert "部分已缴" in shown
    form = client.get(f"{address}/ledger/enter/", {"due": due.pk}).content.decode()
    assert 'value="7000.00"' in form
    assert client.get(f"{address}/ledger/enter/", {"due": "x"}).status_code == 200


def test_a_refused_entry_counts_nothing_and_says_why(council):
    entry = entered(council)
    with refused("Say what is wrong"):
        ledger.refuse(entry, reason=" ", by=council.cashier, at=clock.now())
    ledger.refuse(entry, reason="金额与回单不符", by=council.cashier, at=clock.now())
    assert ledger.balance(council.alliance) == 0


def test_a_reversal_opens_the_fee_again_and_voids_the_receipt(council, year):
    due = raised(council, year)[0]
    entry = confirmed(council, entered(council, due))
    with refused("Say why"):
        ledger.reverse(entry, reason="", by=council.accountant, at=clock.now())
    reversal = ledger.reverse(entry, reason="银行退汇", by=council.accountant, at=clock.now())
    with refused("is reversed already"):
        ledger.reverse(entry, reason="再次", by=council.accountant, at=clock.now())
    with refused("You entered this"):
        ledger.confirm(reversal, by=council.accountant, at=clock.now())
    confirmed(council, reversal)
    due.refresh_from_db()
    assert due.state == DueState.RAISED
    receipt = Receipt.objects.get()
    found = council_finders.receipt(Wanted(number=receipt.number))
    assert found.standing == Standing.WITHDRAWN
    assert ledger.balance(council.alliance) == 0
    reversal.refresh_from_db()
    with refused("A reversal is not reversed"):
        ledger.reverse(reversal, reason="反复", by=council.accountant, at=clock.now())
    confirmed(council, entered(council, due))
    assert Receipt.objects.count() == 2


def test_entries_are_numbered_without_gaps_as_they_are_confirmed(council):
    first, second, third = (entered(council) for _ in range(3))
    ledger.refuse(second, reason="重复", by=council.cashier, at=clock.now())
    confirmed(council, third)
    confirmed(council, first)
    numbers = LedgerEntry.objects.filter(state=EntryState.CONFIRMED).values_list(
        "number", flat=True
    )
    series = council.alliance.number
    assert sorted(numbers) == [f"{series}-Z00001", f"{series}-Z00002"]


def prepared(council, start, until):
    return ledger.prepare(
        council.alliance,
        period_from=start,
        period_until=until,
        by=council.accountant,
        at=clock.now(),
    )


def test_accounts_are_drawn_up_by_one_and_published_by_another_and_close_their_period(
    council, later
):
    today = day_of(clock.now())
    start, until = today - timedelta(days=30), today + timedelta(days=1)
    entry = entered(council)
    with refused("The period is not over yet"):
        prepared(council, start, until)
    later(days=5)
    with refused("wait for confirmation: settle them first"):
        prepared(council, start, until)
    confirmed(council, entry)
    spent = entered(
        council,
        direction="expenditure",
        category="会议活动",
        amount=Decimal(120),
        happened_on=today,
    )
    confirmed(council, spent)
    statement = prepared(council, start, until)
    with refused("A draft of accounts stands already"):
        prepared(council, start, until)
    with refused("another person publishes them"):
        ledger.publish(statement, by=council.accountant, at=clock.now())
    ledger.publish(statement, by=council.secretary, at=clock.now())
    notice = Notice.objects.get(kind=ledger.KIND)
    assert notice.facts["closing"] == "380.00"
    assert "¥380.00" in notice.document.text()
    page = Client().get(f"/alliances/{council.alliance.number}/accounts/").content.decode()
    assert "¥380.00" in page
    assert notice.number in page
    scan = voucher(council.accountant)
    late = ledger.Movement("income", "捐赠", Decimal(1), today, "某某", "迟到")
    with refused("are published: they are closed"):
        ledger.enter(council.alliance, late, voucher=scan, by=council.accountant, at=clock.now())
    with refused("begin there"):
        prepared(council, until + timedelta(days=1), until + timedelta(days=2))


def test_accounts_that_the_books_have_left_behind_are_drawn_up_anew(council, later):
    today = day_of(clock.now())
    later(days=2)
    statement = prepared(council, today, today + timedelta(days=1))
    confirmed(council, entered(council, happened_on=today))
    with refused("The books have changed since"):
        ledger.publish(statement, by=council.secretary, at=clock.now())
    ledger.discard(statement, by=council.secretary, at=clock.now())
    statement = prepared(council, today, today + timedelta(days=1))
    assert ledger.publish(statement, by=council.secretary, at=clock.now())
    statement.refresh_from_db()
    assert statement.state == StatementState.PUBLISHED


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def test_a_unit_sees_its_own_fees_and_officers_all_of_them(council, year):
    raised(council, year)
    address = f"/desk/alliances/{council.alliance.number}/dues/"
    own = signed_in(council.seats[1].user).get(address).content.decode()
    assert council.members[1].organisation.name in own
    assert council.members[2].organisation.name not in own
    all_ = signed_in(council.accountant.user).get(address).content.decode()
    assert council.members[2].organisation.name in all_


def test_raising_shows_the_preview_first_and_takes_the_total_that_was_seen(council):
    client = signed_in(council.accountant.user)
    address = f"/desk/alliances/{council.alliance.number}/dues/raise/"
    today = day_of(clock.now())
    asked = {
        "period_from": f"{today.year + 1}-01-01",
        "last_day": f"{today.year + 1}-12-31",
        "due_on": f"{today + timedelta(days=30)}",
    }
    page = client.get(address, asked).content.decode()
    assert "¥30,000.00" in page
    assert not Due.objects.exists()
    client.post(address, asked | {"expected": "30000.00"})
    assert Due.objects.count() == 4


def test_the_ledger_as_csv_tells_no_spreadsheet_to_compute(council):
    confirmed(council, entered(council, memo="=1+1", counterparty="@云江"))
    address = f"/desk/alliances/{council.alliance.number}/ledger/ledger.csv"
    text = signed_in(council.accountant.user).get(address).content.decode("utf-8-sig")
    assert "'=1+1" in text
    assert "'@云江" in text


@pytest.mark.parametrize("name", ["dues", "ledger"])
def test_lists_cost_the_same_for_one_row_and_for_many(
    council, year, name, django_assert_max_num_queries
):
    raised(council, year)
    for due in Due.objects.all()[:1] if name == "ledger" else Due.objects.all():
        confirmed(council, entered(council, due))
    client = signed_in(council.accountant.user)
    address = f"/desk/alliances/{council.alliance.number}/{name}/"
    client.get(address)
    with django_assert_max_num_queries(30) as few:
        client.get(address)
    for _ in range(8):
        confirmed(council, entered(council))
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(address)
