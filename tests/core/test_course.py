from core import course

STAGES = [("Notice", "1 May", True), ("Bids", "", False), ("Award", "", False)]


def states(shown):
    return [(one["label"], one["state"]) for one in shown]


def test_the_first_stage_that_is_not_done_is_under_way():
    assert states(course.shown(STAGES)) == [("Notice", "done"), ("Bids", "now"), ("Award", "todo")]


def test_a_later_stage_may_be_done_before_an_earlier_one():
    stages = [*STAGES[:2], ("Award", "", True)]
    assert states(course.shown(stages)) == [("Notice", "done"), ("Bids", "now"), ("Award", "done")]


def test_nothing_is_under_way_where_all_is_done():
    assert course.shown(STAGES[:1]) == [{"label": "Notice", "text": "1 May", "state": "done"}]


def test_what_ended_early_shows_what_was_done_and_how_it_ended():
    assert states(course.shown(STAGES, ended="Failed")) == [("Notice", "done"), ("Failed", "now")]
