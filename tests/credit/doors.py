from core import clock
from core.calendar import day_of
from core.forms import new_once
from tests.credit.records import entered, graded
from tests.doors import Door, shown


def code(cast):
    graded(cast.agency.organisation)
    return [cast.agency.organisation.code]


def heard(cast):
    return [entered(cast.agency.organisation).code]


def nobody(cast):
    return ["NOSUCHCODE"]


def finding(cast):
    return {
        "uscc": cast.agency.organisation.uscc,
        "kind": "fraud",
        "occurred_on": day_of(clock.now()).isoformat(),
        "title": "提供虚假检测报告",
        "basis": "云江市生态环境局行政处罚决定书云环罚〔2026〕12号",
    }


def sent(cast):
    return finding(cast) | {"once": new_once()}


DOORS = [
    shown("credit:index"),
    shown("credit:scheme"),
    shown("credit:scheme-version", args=lambda cast: [1]),
    shown("credit:scheme-version", args=lambda cast: [99], becomes=404),
    shown("credit:agency", args=code),
    shown("credit:agency", args=nobody, becomes=404),
    shown("credit:agency", args=lambda cast: [cast.operator.organisation.code], becomes=404),
    shown("credit:facts-csv", args=code),
    shown("credit:facts-csv", args=nobody, becomes=404),
    shown("credit:recompute", args=code),
    shown("credit:recompute", args=nobody, becomes=404),
    Door("credit:desk", right="agency", wrong=("rival", "shown")),
    Door("credit:fact-find", right="regulator", wrong="operator"),
    Door("credit:fact-find", "post", data=sent, right="regulator", wrong="owner"),
    Door("credit:fact-detail", args=heard, right="agency", wrong=("rival", 404)),
    Door("credit:fact-detail", args=heard, right="regulator", wrong=("operator", 404)),
    Door("credit:fact-answer", args=heard, right="agency", wrong=("rival", 404)),
    Door(
        "credit:fact-answer",
        "post",
        args=heard,
        data=lambda cast: {"text": "因业主未及时提供图纸"},
        right="agency",
        wrong=("regulator", 404),
    ),
    Door("credit:fact-annul", args=heard, right="regulator", wrong="agency"),
    Door(
        "credit:fact-annul",
        "post",
        args=heard,
        data=lambda cast: {"annul-reason": "申辩成立"},
        right="regulator",
        wrong="operator",
    ),
    Door("credit:fact-correct", args=heard, right="regulator", wrong="agency"),
    Door(
        "credit:fact-correct",
        "post",
        args=heard,
        data=lambda cast: {"correct-reason": "部分成立", "correct-points": "-1"},
        right="regulator",
        wrong="agency",
    ),
]
