"""The table of time limits, row by row, against days that were counted by hand."""

import json
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import figures, reference
from core.calendar import Calendar
from core.figures import Figure
from core.models import CalendarDay
from publication import periods
from publication.periods import Bound

SHANGHAI = ZoneInfo("Asia/Shanghai")
#       Thu 1 Oct – Wed 7 Oct off; Sat 10 Oct and Sun 20 Sep 2026 worked.
GOLDEN_WEEK = {date(2026, 10, day): False for day in range(1, 8)} | {
    date(2026, 9, 20): True,
    date(2026, 10, 10): True,
}
CALENDAR = Calendar(GOLDEN_WEEK, {2026})
FIGURES = {
    row["name"]: Figure(row["name"], row["title"], row["value"], row["unit"], row["source"], 1)
    for row in json.loads((reference.DATA / "figures.json").read_text(encoding="utf-8"))
}

PLAIN, HOLIDAY, LAST = date(2026, 6, 1), date(2026, 9, 28), date(2026, 12, 30)

# In working days: from Mon 1 June; from Mon 28 Sept over the holiday week; from Wed 30 Dec, of
# which all but the first lie in a year whose days off are not announced.
WORKING = {
    1: (date(2026, 6, 2), date(2026, 9, 29), date(2026, 12, 31)),
    2: (date(2026, 6, 3), date(2026, 9, 30), date(2027, 1, 1)),
    3: (date(2026, 6, 4), date(2026, 10, 8), date(2027, 1, 4)),
    5: (date(2026, 6, 8), date(2026, 10, 10), date(2027, 1, 6)),
    7: (date(2026, 6, 10), date(2026, 10, 13), date(2027, 1, 8)),
    8: (date(2026, 6, 11), date(2026, 10, 14), date(2027, 1, 11)),
    15: (date(2026, 6, 22), date(2026, 10, 23), date(2027, 1, 20)),
    30: (date(2026, 7, 13), date(2026, 11, 13), date(2027, 2, 10)),
}
# In days: what ends on a day off ends with the first working day after it.
DAYS = {
    3: (date(2026, 6, 4), date(2026, 10, 8), date(2027, 1, 4)),  # 1 October; Saturday 2 January
    10: (date(2026, 6, 11), date(2026, 10, 8), date(2027, 1, 11)),  # 8 October; a Saturday
    15: (date(2026, 6, 16), date(2026, 10, 13), date(2027, 1, 14)),
    20: (date(2026, 6, 22), date(2026, 10, 19), date(2027, 1, 19)),  # 21 June, 18 October: Sundays
    30: (date(2026, 7, 1), date(2026, 10, 28), date(2027, 1, 29)),
}
AT_LEAST, AT_MOST, EXACTLY = Bound.AT_LEAST, Bound.AT_MOST, Bound.EXACTLY
ROWS = {
    "tender.period": (AT_LEAST, DAYS, 20, "《政府采购法》第三十五条"),
    "tender.notice": (EXACTLY, WORKING, 5, "第十六条"),
    "tender.documents": (AT_LEAST, WORKING, 5, "第十八条"),
    "tender.clarification": (AT_LEAST, DAYS, 15, "第二十七条"),
    "tender.prequalification-clarification": (AT_LEAST, DAYS, 3, "第二十七条"),
    "tender.prequalification": (AT_LEAST, WORKING, 5, "第二十一条"),
    "negotiation.response": (AT_LEAST, WORKING, 3, "第二十九条"),
    "inquiry.response": (AT_LEAST, WORKING, 3, "第四十五条"),
    "inquiry.clarification": (AT_LEAST, WORKING, 3, "第四十五条"),
    "consultation.response": (AT_LEAST, DAYS, 10, "第十条"),
    "single-source.publicity": (AT_LEAST, WORKING, 5, "第三十八条"),
    "tender.report": (AT_MOST, WORKING, 2, "第四十三条"),
    "tender.award": (AT_MOST, WORKING, 5, "第六十八条"),
    "result.notice": (AT_MOST, WORKING, 2, "第四十三条"),
    "result.period": (EXACTLY, WORKING, 1, "第六十九条"),
    "agreement.signing": (AT_MOST, DAYS, 30, "《政府采购法》第四十六条"),
    "agreement.publication": (AT_MOST, WORKING, 2, "第五十条"),
    "agreement.filing": (AT_MOST, WORKING, 7, "第四十七条"),
    "deposit.return-loser": (AT_MOST, WORKING, 5, "第三十八条"),
    "deposit.return-winner": (AT_MOST, WORKING, 5, "第三十八条"),
    "deposit.return-withdrawal": (AT_MOST, WORKING, 5, "第三十八条"),
    "question.reply": (AT_MOST, WORKING, 3, "第五十二条"),
    "objection.documents": (AT_MOST, WORKING, 7, "《政府采购法》第五十二条"),
    "objection.process": (AT_MOST, WORKING, 7, "《政府采购法》第五十二条"),
    "objection.result": (AT_MOST, WORKING, 7, "《政府采购法》第五十二条"),
    "objection.reply": (AT_MOST, WORKING, 7, "《政府采购法》第五十三条"),
    "complaint": (AT_MOST, WORKING, 15, "第五十五条"),
    "complaint.correction": (AT_MOST, WORKING, 5, "第94号第二十一条"),
    "complaint.forwarding": (AT_MOST, WORKING, 8, "第94号第二十一条"),
    "complaint.decision": (AT_MOST, WORKING, 30, "第五十六条"),
    "procurement.suspension": (AT_MOST, DAYS, 30, "第五十七条"),
    "intention.publicity": (AT_LEAST, DAYS, 30, "财库〔2020〕10号"),
    "bidding.candidates": (AT_MOST, DAYS, 3, "第五十四条"),
    "bidding.publicity": (AT_LEAST, DAYS, 3, "第五十四条"),
    "bidding.objection-reply": (AT_MOST, DAYS, 3, "第五十四条"),
    "bidding.document-reply": (AT_MOST, DAYS, 3, "第二十二条"),
    "bidding.complaint": (AT_MOST, DAYS, 10, "第六十条"),
    "bidding.complaint-acceptance": (AT_MOST, WORKING, 3, "第六十一条"),
    "bidding.complaint-decision": (AT_MOST, WORKING, 30, "第六十一条"),
}
SHARES = {"deposit.tender": 2, "deposit.agreement": 10, "agreement.supplement": 10}


def test_the_table_has_these_rows_and_no_other():
    rest = {*SHARES, "archive", "bidding.document-objection"}
    assert periods.table().keys() == ROWS.keys() | rest


@pytest.mark.parametrize("name", ROWS)
def test_a_row_as_counted_by_hand(name):
    bound, days, number, article = ROWS[name]
    row = periods.get(name)
    assert row.bound is bound
    plain, holiday, last = (row.limit(FIGURES, CALENDAR, start) for start in (PLAIN, HOLIDAY, LAST))
    assert (plain.on, holiday.on, last.on) == days[number]
    assert article in plain.figure.source
    assert not plain.provisional
    assert not holiday.provisional
    assert last.provisional is (last.on.year == 2027)


def test_the_archive_is_kept_fifteen_years():
    row = periods.get("archive")
    limit = row.limit(FIGURES, CALENDAR, date(2028, 2, 29))
    assert row.bound is AT_LEAST
    assert limit.on == date(2043, 2, 28)
    assert not limit.provisional  # it rests on no day off
    assert "第四十二条" in limit.figure.source


def test_documents_are_contested_ten_days_before_the_closing():
    limit = periods.get("bidding.document-objection").limit(FIGURES, CALENDAR, date(2026, 10, 12))
    assert limit.on == date(2026, 10, 2)  # a day off: backwards nothing is put off
    assert limit.allows(datetime(2026, 10, 2, 23, 59, tzinfo=SHANGHAI))
    assert not limit.allows(datetime(2026, 10, 3, tzinfo=SHANGHAI))
    assert "第二十二条" in limit.figure.source


@pytest.mark.parametrize("name", SHARES)
def test_a_share_is_of_its_base(name):
    assert periods.get(name).ceiling(FIGURES, Decimal(1_250_000)) == 12_500 * SHARES[name]
    with pytest.raises(ValueError, match="no period of time"):
        periods.get(name).limit(FIGURES, CALENDAR, PLAIN)


def test_a_period_is_no_share():
    with pytest.raises(ValueError, match="no share"):
        periods.get("complaint").ceiling(FIGURES, Decimal(1))


def test_what_lasts_at_least_is_open_to_the_end_of_its_last_day():
    limit = periods.get("inquiry.response").limit(FIGURES, CALENDAR, HOLIDAY)
    assert not limit.allows(datetime(2026, 10, 8, 23, 59, tzinfo=SHANGHAI))
    assert limit.allows(datetime(2026, 10, 9, tzinfo=SHANGHAI))
    assert limit.allows(datetime(2026, 10, 30, tzinfo=SHANGHAI))


def test_what_comes_at_most_so_late_is_late_from_the_next_day_on():
    limit = periods.get("agreement.publication").limit(FIGURES, CALENDAR, HOLIDAY)
    assert limit.allows(datetime(2026, 9, 30, 23, 59, tzinfo=SHANGHAI))
    assert not limit.allows(datetime(2026, 10, 1, tzinfo=SHANGHAI))


def test_what_lasts_exactly_ends_with_its_last_day():
    limit = periods.get("result.period").limit(FIGURES, CALENDAR, HOLIDAY)
    assert limit.allows(datetime(2026, 9, 30, tzinfo=SHANGHAI))
    assert not limit.allows(datetime(2026, 9, 30, 0, 1, tzinfo=SHANGHAI))
    assert not limit.allows(datetime(2026, 9, 29, 23, 59, tzinfo=SHANGHAI))


def test_a_limit_tells_its_length_in_chinese():
    working, plain = periods.get("tender.notice"), periods.get("tender.period")
    assert working.limit(FIGURES, CALENDAR, PLAIN).amount == "5个工作日"
    assert plain.limit(FIGURES, CALENDAR, PLAIN).amount == "20日"


def test_days_that_the_law_does_not_count_put_a_decision_off():
    row = periods.get("complaint.decision")
    assert row.limit(FIGURES, CALENDAR, PLAIN, suspended=5).on == date(2026, 7, 20)


def test_the_chain_from_a_result_notice_over_the_holiday_week():
    chain = periods.remedies(FIGURES, CALENDAR, HOLIDAY)
    assert chain.notice.on == date(2026, 9, 29)  # T + 1 working day
    assert chain.objection.on == date(2026, 10, 14)  # + 7
    assert chain.reply.on == date(2026, 10, 23)  # + 7
    assert chain.complaint.on == date(2026, 11, 13)  # + 15
    assert not chain.complaint.provisional


def test_a_chain_is_provisional_from_the_first_step_that_is():
    chain = periods.remedies(FIGURES, CALENDAR, date(2026, 12, 24))
    steps = (chain.notice, chain.objection, chain.reply, chain.complaint)
    assert [one.provisional for one in steps] == [False, True, True, True]


@given(
    st.sampled_from([name for name in ROWS if ROWS[name][0] is AT_LEAST]),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
def test_no_day_earlier_is_long_enough(name, start):
    row = periods.get(name)
    limit = row.limit(FIGURES, CALENDAR, start)
    working = limit.figure.unit == "工作日"
    assert CALENDAR.is_working(limit.on)
    assert CALENDAR.is_at_least(start, limit.on, int(limit.figure.value), working=working)


@pytest.mark.django_db
def test_every_row_stands_on_a_figure_in_force_and_the_calendar_of_the_state_council():
    known = figures.on(date(2026, 9, 28))
    calendar = CalendarDay.objects.calendar()
    assert {row.figure for row in periods.table().values()} <= set(known)
    assert periods.get("result.period").limit(known, calendar, date(2026, 9, 30)).on == date(
        2026, 10, 8
    )
