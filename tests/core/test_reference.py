import re
from datetime import date

import pytest
from django.contrib.auth.models import Permission

from core import reference
from core.models import CalendarDay, CalendarYear, LegalFigure, Region

pytestmark = pytest.mark.django_db


def test_loading_again_adds_nothing_and_leaves_what_staff_edited():
    LegalFigure.objects.filter(name="witness.maximum").update(value=2)
    CalendarDay.objects.filter(on=date(2026, 10, 10)).update(working=False)
    assert {added for _name, added in reference.load_all()} == {0}
    assert LegalFigure.objects.get(name="witness.maximum").value == 2
    assert not CalendarDay.objects.get(on=date(2026, 10, 10)).working


def test_rights_bear_chinese_names():
    Permission.objects.filter(codename="change_legalfigure").update(name="Can change legal figure")
    Permission.objects.filter(codename="publish_page").update(name="Publish any page")
    reference.name_permissions()
    named = dict(Permission.objects.values_list("codename", "name"))
    assert named["change_legalfigure"] == "可修改：法定数值"
    assert named["publish_page"] == "发布任意页面"
    assert not [name for name in named.values() if re.match("Can (add|change|delete|view) ", name)]


def test_a_lower_package_loads_before_a_higher_one(monkeypatch):
    order = []
    monkeypatch.setattr(reference, "loaders", {})
    for name in ("marketplace.items", "core.regions", "accounts.kinds", "core.calendar"):
        reference.loader(name, lambda name=name: order.append(name) or 0)
    assert list(reference.load_all())
    assert order == ["core.regions", "core.calendar", "accounts.kinds", "marketplace.items"]


def test_regions_hang_below_their_prefecture_and_province():
    county = Region.objects.get(code="360702")
    assert county.full_name == "江西省赣州市章贡区"
    assert county.parent.code == "360700"
    assert county.parent.parent.code == "360000"
    assert Region.objects.filter(parent=None).count() == 34
    # A county-level city right below its province, and a municipality's district.
    assert Region.objects.get(code="429005").full_name == "湖北省潜江市"
    assert Region.objects.get(code="110105").full_name == "北京市朝阳区"


def test_each_year_names_its_notice_and_has_its_days():
    assert CalendarYear.objects.get(year=2026).source.endswith("（国办发明电〔2025〕7号）")
    names = dict(CalendarDay.objects.filter(year__year=2026).values_list("on", "name"))
    assert names[date(2026, 10, 1)] == "国庆节"
    assert CalendarDay.objects.get(on=date(2026, 10, 10)).working


def test_every_figure_names_its_source():
    assert not LegalFigure.objects.filter(source="").exists()
    assert LegalFigure.objects.count() == len(reference.read(reference.DATA / "figures.json"))


def test_two_entries_that_ran_together_are_refused(tmp_path):
    file = tmp_path / "figures.json"
    file.write_text('[{"name": "a", "value": 1, "name": "b"}]')
    with pytest.raises(ValueError, match="stands twice"):
        reference.read(file)
