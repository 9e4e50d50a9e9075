"""Forms as they are drawn."""

from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from core.widgets import Options


class OrderForm(forms.Form):
    budget = forms.DecimalField(label="预算", help_text="发布后公开。")
    method = forms.ChoiceField(
        label="选取方式",
        choices=[("draw", "公开抽取"), ("lowest", "最低价")],
        widget=Options(hints={"lowest": "价格最低的中选。"}, refused={"draw": "不可选：第十八条"}),
    )
    note = forms.CharField(label="备注", required=False)
    agreed = forms.BooleanField(label="已阅读")


def test_a_refused_form_keeps_what_was_typed_and_says_it_twice():
    html = str(OrderForm({"budget": "abc", "method": "lowest", "agreed": "on"}))
    assert "有 1 处需要更正" in html
    assert '<a href="#id_budget">预算：' in html
    assert 'value="abc"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_budget_helptext id_budget_error"' in html
    assert 'id="id_budget_error"' in html
    assert "is-invalid" in html


def test_an_untouched_form_accuses_nobody():
    html = str(OrderForm())
    assert "gx-errors" not in html
    assert "aria-invalid" not in html
    assert "选填" in html


def test_a_forbidden_option_stays_visible_with_its_reason():
    html = str(OrderForm())
    assert "不可选：第十八条" in html
    assert "价格最低的中选。" in html
    assert html.count("disabled") == 1


def test_every_control_has_a_label():
    html = str(OrderForm())
    for name in ("budget", "note"):
        assert f'for="id_{name}"' in html
    assert '<legend class="form-label">选取方式' in html
    assert "<span>已阅读</span></label>" in html


def test_errors_of_the_whole_form_head_the_summary():
    form = OrderForm({"budget": "1", "method": "lowest", "agreed": "on"})
    form.add_error(None, "报名已截止。")
    assert "<li>报名已截止。</li>" in str(form)


def test_the_title_of_a_refused_page_begins_with_the_count():
    form = OrderForm({"budget": "1"})
    title = Template("{% corrections %}发布订单").render(Context({"form": form}))
    assert title == "有 2 处需要更正：发布订单"
    assert Template("{% corrections %}x").render(Context({"form": OrderForm()})) == "x"
    assert Template("{% corrections %}x").render(Context({})) == "x"


def test_a_deed_is_confirmed_with_a_way_out():
    request = RequestFactory().get("/")
    html = Template('{% include "components/confirm.html" %}').render(
        Context({"request": request, "title": "撤回报名？", "verb": "撤回报名", "back": "/desk/"})
    )
    assert '<h1 id="confirm-title">撤回报名？</h1>' in html
    assert 'href="/desk/" data-close autofocus>先不办理</a>' in html
