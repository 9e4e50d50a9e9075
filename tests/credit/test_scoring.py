import csv
import json
import random
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given
from hypothesis import strategies as st

from core.calendar import SHANGHAI
from credit import scoring
from credit.scoring import Entry, grade_of, in_force, mean_of, months_after, outlook, rate
from tests.credit.histories import POINTS, SCHEME, histories, instants

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)  # in Shanghai


def entry(points: str, occurred_at: datetime = NOON, *, code: str = "F1", **facts) -> Entry:
    facts = {"effective_at": occurred_at, "supersedes": ""} | facts
    return Entry(code, "job", "事项", "依据", Decimal(points), occurred_at, **facts)


def score(entries, at) -> Decimal:
    return rate(entries, SCHEME, at).score


def second_opinion(entries, at) -> int:
    """The same rules once more, in tenths of a point and with another library's months."""
    replaced = {one.supersedes for one in entries}
    gains = losses = 0
    for one in entries:
        lapses = one.occurred_at.astimezone(SHANGHAI) + relativedelta(months=12)
        if one.code in replaced or at < one.effective_at or at >= lapses:
            continue
        tenths = int(one.points * 10)
        if tenths > 0:
            gains += tenths
        else:
            losses += tenths
    return max(0, min(1200, 1000 + min(100, gains) + losses))


def test_without_facts_there_is_the_base():
    rating = rate([], SCHEME, NOON)
    assert (rating.score, rating.level, rating.lines) == (100, "A", ())


def test_a_line_counts_whole_until_twelve_months_are_over():
    loss = entry("-3")
    over = datetime(2027, 3, 1, 4, tzinfo=UTC)
    assert score([loss], NOON - MOMENT) == 100
    assert score([loss], NOON) == 97
    assert score([loss], over - MOMENT) == 97
    assert score([loss], over) == 100


@pytest.mark.parametrize(
    ("occurred", "lapses"),
    [
        ("2028-02-29T12:00:00+08:00", "2029-02-28T12:00:00+08:00"),
        ("2027-02-28T12:00:00+08:00", "2028-02-28T12:00:00+08:00"),
        # In UTC it is still 28 February; the day is Shanghai's.
        ("2028-02-28T16:00:00+00:00", "2029-02-27T16:00:00+00:00"),
        ("2026-12-31T23:59:59.999999+08:00", "2027-12-31T23:59:59.999999+08:00"),
    ],
)
def test_twelve_months_in_shanghai(occurred, lapses):
    found = months_after(datetime.fromisoformat(occurred), 12)
    assert found == datetime.fromisoformat(lapses)


@given(instants, st.integers(1, 40))
def test_months_agree_with_another_library(instant, months):
    expected = instant.astimezone(SHANGHAI) + relativedelta(months=months)
    assert months_after(instant, months) == expected


def test_gains_count_up_to_ten_together_and_losses_whole():
    gains = [entry("1", NOON + n * DAY, code=f"G{n:02}") for n in range(14)]
    at = NOON + 20 * DAY
    assert score(gains, at) == 110
    rating = rate([*gains, entry("-3", NOON + 15 * DAY)], SCHEME, at)
    assert rating.score == 107
    assert [line.counted for line in rating.lines] == [1] * 10 + [0] * 4 + [-3]
    assert rating.lines[-1].total == 107


def test_it_falls_to_the_floor_and_not_below():
    losses = [entry("-40", NOON + n * DAY, code=f"L{n}") for n in range(4)]
    assert score(losses, NOON + 9 * DAY) == 0
    assert rate(losses, SCHEME, NOON + 9 * DAY).level == "D"


@pytest.mark.parametrize(
    ("points", "level"),
    [
        ("90", "A"),
        ("89.5", "B"),
        ("75", "B"),
        ("74.5", "C"),
        ("60", "C"),
        ("59.5", "D"),
        ("0", "D"),
    ],
)
def test_levels_include_their_lower_bound(points, level):
    assert scoring.level_of(Decimal(points), SCHEME) == level


def test_a_fact_takes_effect_after_its_hearing():
    heard = entry("-40", effective_at=NOON + 7 * DAY)
    assert score([heard], NOON + 7 * DAY - MOMENT) == 100
    assert score([heard], NOON + 7 * DAY) == 60


def test_a_correction_takes_the_place_and_an_annulment_leaves_none():
    wrong = entry("-10")
    mild = entry("-1", code="S1", supersedes="F1")
    none = entry("0", code="S2", supersedes="S1")
    assert score([wrong, mild], NOON) == 99
    assert [one.code for one in in_force([wrong, mild], SCHEME, NOON)] == ["S1"]
    assert score([wrong, mild, none], NOON) == 100
    assert in_force([wrong, mild, none], SCHEME, NOON) == []


@given(histories(), instants, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_come_does_not_matter(history, at, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert rate(shuffled, SCHEME, at) == rate(history, SCHEME, at)


@given(histories(), instants, st.sampled_from([one for one in POINTS if one < 0]), instants)
def test_a_loss_never_raises_the_score(history, at, points, occurred):
    loss = entry(str(points), occurred, code="LOSS")
    assert score([*history, loss], at) <= score(history, at)


@given(histories(), instants)
def test_the_score_keeps_its_bounds_and_the_lines_add_up(history, at):
    rating = rate(history, SCHEME, at)
    assert 0 <= rating.score <= 110
    counted = sum((line.counted for line in rating.lines), SCHEME.base)
    assert rating.score == max(counted, Decimal(0))
    assert sum(max(line.counted, 0) for line in rating.lines) <= SCHEME.gain_cap
    assert not rating.lines or rating.lines[-1].total == rating.score


@given(histories(), instants)
def test_what_happens_later_does_not_change_what_was(history, at):
    earlier = [one for one in history if one.effective_at <= at]
    known = {one.code for one in earlier}
    assume(all(one.supersedes in known or not one.supersedes for one in history))
    later = [one for one in history if one.effective_at > at and not one.supersedes]
    assert rate([*earlier, *later], SCHEME, at) == rate(earlier, SCHEME, at)


@given(histories(), instants)
def test_the_outlook_names_every_change_and_nothing_else(history, at):
    changes = outlook(history, SCHEME, at)
    assert [when for when, _ in changes] == sorted({when for when, _ in changes})
    before = score(history, at)
    for when, rating in changes:
        assert when > at
        assert score(history, when - MOMENT) == before
        assert score(history, when) == rating.score != before
        before = rating.score
    assert score(history, datetime(2031, 1, 1, tzinfo=UTC)) == before == 100


@given(histories(), instants)
def test_a_second_opinion_agrees(history, at):
    assert score(history, at) * 10 == second_opinion(history, at)


def test_a_second_opinion_agrees_on_ten_thousand_histories():
    chance = random.Random(20261124)
    start = datetime(2025, 1, 1, tzinfo=UTC)

    def instant() -> datetime:
        return start + timedelta(seconds=chance.randrange(3 * 366 * 86400))

    for _ in range(10_000):
        history = []
        for place in range(chance.randrange(10)):
            occurred = instant()
            hearing = timedelta(days=chance.choice([0, 7]))
            points = str(chance.choice(POINTS))
            made = entry(points, occurred, code=f"F{place}", effective_at=occurred + hearing)
            history.append(made)
            if chance.random() < 0.2:
                history.append(
                    replace(made, code=f"S{place}", points=Decimal(0), supersedes=made.code)
                )
        at = instant()
        assert score(history, at) * 10 == second_opinion(history, at)


DIMENSIONS = [one.code for one in SCHEME.dimensions]
marks = st.fixed_dictionaries({code: st.integers(0, 100) for code in DIMENSIONS})


def test_the_clients_dimensions_and_their_weights():
    weights = {one.label: one.weight for one in SCHEME.dimensions}
    assert weights == {
        "专业服务标准": 20,
        "服务量及服务成果标准": 20,
        "服务质量标准": 30,
        "服务项目管理标准": 30,
    }


@pytest.mark.parametrize(
    ("mark", "label", "points"),
    [
        (100, "优秀", "1"),
        (90, "优秀", "1"),
        (Decimal("89.99"), "良好", "0.5"),
        (80, "良好", "0.5"),
        (79, "合格", "0"),
        (70, "合格", "0"),
        (69, "基本合格", "-1"),
        (60, "基本合格", "-1"),
        (59, "不合格", "-5"),
        (0, "不合格", "-5"),
    ],
)
def test_the_clients_five_grades(mark, label, points):
    job = grade_of(dict.fromkeys(DIMENSIONS, mark), SCHEME)
    assert (job.grade.label, job.grade.points) == (label, Decimal(points))


def test_marks_are_weighted():
    job = grade_of(dict(zip(DIMENSIONS, [100, 90, 80, 70], strict=True)), SCHEME)
    assert job.score == Decimal("83.00")


@given(marks, st.sampled_from(DIMENSIONS), st.integers(0, 100))
def test_a_better_mark_never_makes_a_worse_job(given_marks, code, mark):
    assume(mark >= given_marks[code])
    better = given_marks | {code: mark}
    assert grade_of(better, SCHEME).score >= grade_of(given_marks, SCHEME).score


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        dict.fromkeys(DIMENSIONS, 101),
        dict.fromkeys(DIMENSIONS, -1),
        dict.fromkeys(DIMENSIONS, 0.5),
        dict.fromkeys(DIMENSIONS[:-1], 90),
        dict.fromkeys([*DIMENSIONS, "smile"], 90),
    ],
)
def test_marks_outside_the_scheme_are_refused(wrong):
    with pytest.raises(ValueError, match="mark"):
        grade_of(wrong, SCHEME)


def test_several_raters_count_by_their_weight():
    assert mean_of([(Decimal(90), 5), (Decimal(80), 3), (Decimal(60), 2)]) == Decimal("81.00")


@given(histories())
def test_the_csv_gives_back_what_it_was_made_of(history):
    table = StringIO()
    csv.writer(table).writerows([scoring.COLUMNS, *map(scoring.to_row, history)])
    rows = csv.DictReader(StringIO(table.getvalue()))
    assert [scoring.from_row(row) for row in rows] == [
        replace(one, supersedes="") for one in history
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_of_the_csv_is_a_formula(start):
    row = scoring.to_row(replace(entry("-3"), title=f"{start}HYPERLINK()"))
    assert row[2] == f"'{start}HYPERLINK()"
    assert row[4] == "-3"  # a number is none


@pytest.mark.parametrize(("result", "code", "word"), [("97", 0, "一致"), ("98", 1, "不一致")])
def test_the_program_runs_without_django_and_tells_a_lie(tmp_path, result, code, word):
    with (tmp_path / "facts.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([scoring.COLUMNS, scoring.to_row(entry("-3"))])
    facts = {"at": NOON.isoformat(), "score": result, "level": "A", "lines": 1}
    (tmp_path / "result.json").write_text(json.dumps(facts))
    source = Path(scoring.__file__)
    scheme = json.loads((source.parent / "data" / "schemes.json").read_text("utf-8"))[0]
    (tmp_path / "scheme.json").write_text(json.dumps(scheme))
    (tmp_path / "scoring.py").write_bytes(source.read_bytes())
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", "scoring.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert run.returncode == code, run.stderr
    assert run.stdout.split() == ["2026-03-01", "事项", "-3", "97", "97", "A", word]
