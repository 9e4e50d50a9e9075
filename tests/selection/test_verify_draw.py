from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.management import call_command

from selection.methods import Quote, draw, lowest
from tests.selection.facts import EVIDENCE, FROZEN, VECTOR


@pytest.fixture
def files(tmp_path):
    """A drawn and a lowest bundle, and the drawn one with one byte changed."""
    quotes = tuple(Quote(one.uscc, "80.00") for one in FROZEN.entries)
    auction = replace(FROZEN, method="lowest", ceiling=Decimal("100.00"))
    drawn = draw.bundle(FROZEN, EVIDENCE)
    contents = {
        "drawn.json": drawn,
        "lowest.json": lowest.bundle(auction, replace(EVIDENCE, quotes=quotes)),
        "changed.json": drawn.replace(VECTOR["dice"].encode(), b"3" * 20),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def told(capsys, *files):
    with pytest.raises(SystemExit) as ended:
        call_command("verify_draw", *map(str, files))
    return ended.value.code, capsys.readouterr().out


def test_bundles_of_both_methods_verify_and_show_their_values(files, capsys):
    code, text = told(capsys, files / "drawn.json", files / "lowest.json")
    assert code == 0
    assert text.count("全部一致") == 2
    assert VECTOR["seed"] in text
    assert "80.00" in text


def test_one_changed_file_among_good_ones_is_told(files, capsys):
    code, text = told(capsys, files / "drawn.json", files / "changed.json")
    assert code == 1
    assert "全部一致" in text
    assert "result.seed 不符" in text


def test_a_file_that_is_not_there_is_told(files, capsys):
    code, text = told(capsys, files / "lost.json", files / "drawn.json")
    assert code == 1
    assert "读不到这个文件" in text
    assert "全部一致" in text
