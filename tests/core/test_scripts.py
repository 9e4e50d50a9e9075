"""What our scripts add, in a real browser under the site's policy."""

import json
import mimetypes
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template import Context, Template
from django.template.loader import render_to_string

from core import clock

HEAD = """{% load static %}<!DOCTYPE html><html lang="zh-Hans"><head><meta charset="utf-8">
<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>
<link rel="stylesheet" href="{% static "gongxin.css" %}">
<script src="{% static "js/gongxin.js" %}" defer></script></head>
<body data-now="{{ now|iso }}" data-saying="正在处理…" data-copied="已复制">
<main class="container-xl gx-page">"""


class AmountForm(forms.Form):
    amount = forms.CharField(label="金额")
    note = forms.CharField(label="备注", required=False)


def policy():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())


@pytest.fixture
def visit(browser):
    """`visit({path: html or JSON})`: the page at /, with what it posted and complained of."""
    pages = []

    def visited(answers, width=1280):
        page = browser.new_page(viewport={"width": width, "height": 800})
        pages.append(page)
        page.posted, page.said = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))

        def answer(route):
            path = urlsplit(route.request.url).path
            if route.request.method == "POST":
                page.posted.append((path, route.request.post_data))
            if path.startswith("/static/"):
                body = (settings.ROOT / path.lstrip("/")).read_bytes()
                route.fulfill(body=body, content_type=mimetypes.guess_type(path)[0])
            elif path not in answers or (route.request.method == "POST" and path == "/ask"):
                route.fulfill(status=204)  # nothing new to show: the page stays
            elif isinstance(answers[path], dict):
                route.fulfill(body=json.dumps(answers[path]), content_type="application/json")
            else:
                headers = {"Content-Security-Policy": policy()}
                route.fulfill(body=answers[path], content_type="text/html", headers=headers)

        page.route("**/*", answer)
        page.goto("http://127.0.0.1/")
        return page

    yield visited
    for page in pages:
        page.close()


def page_of(body, **context):
    return Template(HEAD + body + "</main></body></html>").render(
        Context({"now": clock.now(), **context})
    )


def test_the_summary_of_a_refused_form_takes_the_focus_and_leads_to_the_field(visit):
    form = AmountForm({"amount": ""})
    page = visit({"/": page_of('<form method="post">{{ form }}</form>', form=form)})
    assert page.evaluate("document.activeElement.className") == "gx-errors"
    page.click(".gx-errors a")
    assert page.evaluate("document.activeElement.id") == "id_amount"
    assert page.said == []


def test_a_form_is_sent_once_and_its_button_says_so(visit):
    button = '<button class="btn" name="a" value="b">发布公告</button>'
    body = f'<form method="post" action="/slow">{button}</form>'
    page = visit({"/": page_of(body)})
    width = page.evaluate("document.querySelector('button').offsetWidth")
    page.evaluate(
        "document.querySelector('button').click(); document.querySelector('button').click()"
    )
    page.get_by_text("正在处理…").wait_for()
    assert page.evaluate("document.querySelector('button').offsetWidth") == width
    assert page.posted == [("/slow", "a=b")]


def test_a_deed_is_confirmed_in_place_and_leaving_it_returns_the_focus(visit):
    question = page_of(
        '{% include "components/confirm.html" %}',
        title="撤回报名？",
        verb="撤回报名",
        keep="先不撤回",
        back="/",
    )
    page = visit({"/": page_of('<a id="go" href="/ask" data-dialog>撤回</a>'), "/ask": question})
    page.click("#go")
    page.wait_for_selector("dialog[open]")
    assert page.inner_text("dialog h1") == "撤回报名？"
    assert page.evaluate("document.activeElement.textContent.trim()") == "先不撤回"
    page.click("dialog [data-close]")
    page.wait_for_selector("dialog", state="detached")
    assert page.evaluate("document.activeElement.id") == "go"
    page.click("#go")
    page.wait_for_selector("dialog[open]")
    page.click("dialog button[type=submit]")
    page.get_by_text("正在处理…").wait_for()
    assert [path for path, _ in page.posted] == ["/ask"]
    assert page.said == []


def test_what_is_typed_is_saved_by_itself(visit):
    body = '<span data-saved></span><form method="post" data-autosave="/draft">{{ form }}</form>'
    page = visit({"/": page_of(body, form=AmountForm()), "/draft": {"saved": "已自动保存 10:12"}})
    page.fill("#id_note", "三楼")
    page.get_by_text("已自动保存 10:12").wait_for()
    assert len(page.posted) == 1
    assert "三楼" in page.posted[0][1]


def test_countdowns_go_by_the_servers_clock(visit):
    now = clock.now() + timedelta(days=400)  # this machine's clock is a year behind
    until = now + timedelta(days=2, hours=6, minutes=48, seconds=30)
    page = visit({"/": page_of("{% deadline until %}", now=now, until=until)})
    page.wait_for_selector(".js")
    assert page.inner_text("[data-until]").replace("\n", "") == "2天6小时48分"
    over = visit({"/": page_of("{% deadline until %}", now=now, until=now)})
    over.wait_for_selector(".js")
    assert over.inner_text("[data-until]") == "已截止"


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_frame_never_scrolls_sideways(visit, rf, width, django_db_setup, django_db_blocker):
    request = rf.get("/no-such-page/")
    request.user = AnonymousUser()

    def rendered():
        try:
            return render_to_string("404.html", request=request)
        finally:
            connection.close()

    # The browser's loop runs in this thread, where Django asks no database.
    with django_db_blocker.unblock(), ThreadPoolExecutor(1) as beside:
        html = beside.submit(rendered).result()
    page = visit({"/": html}, width)
    page.wait_for_selector(".js")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width < 1200:
        assert not page.is_visible("#nav")
        page.click(".gx-menu")
        assert page.is_visible("#nav")
        assert page.get_attribute(".gx-menu", "aria-expanded") == "true"
    assert page.said == []


QUEUE = """<form data-choose><table><thead><tr><th><span hidden>
<input type="checkbox" data-choose-all aria-label="全选"></span></th><th>单位</th></tr></thead>
<tbody data-queue>
{% for n in "123" %}<tr><td><input type="checkbox" name="row" value="{{ n }}" data-key="x"
data-on="已选择" data-off="未选择" aria-label="选择{{ n }}"></td>
<td><a href="#{{ n }}" data-open>单位{{ n }}</a>
<a href="#a{{ n }}" data-key="a">通过{{ n }}</a></td></tr>
{% endfor %}</tbody></table><p data-chosen="已选 0 份"></p></form>
<input id="words" aria-label="关键词"><details data-keys-list><summary>快捷键</summary></details>"""


def test_keys_walk_choose_and_act_and_do_nothing_while_typing(visit):
    page = visit({"/": page_of(QUEUE)})
    focused = "document.activeElement.textContent"
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate(focused) == "单位2"
    page.keyboard.press("k")
    assert page.evaluate(focused) == "单位1"
    page.keyboard.press("x")
    assert page.locator("tbody input:checked").count() == 1
    assert page.text_content("[data-chosen]") == "已选 1 份"
    page.keyboard.press("a")
    assert page.url.endswith("#a1")
    page.keyboard.press("?")
    assert page.evaluate("document.querySelector('details').open")
    page.focus("#words")
    page.keyboard.type("xj?")
    assert page.input_value("#words") == "xj?"
    assert page.locator("tbody input:checked").count() == 1
    page.check("[data-choose-all]")
    assert page.text_content("[data-chosen]") == "已选 3 份"
    assert page.said == []


def test_keys_that_are_switched_off_do_nothing(visit):
    page = visit({"/": page_of(QUEUE).replace("<body ", '<body data-keys="off" ')})
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


ROWS = """<script src="/static/js/rows.js" defer></script><form method="post" action="/slow">
<div data-rows>{% for n in "01" %}<fieldset data-row="{{ n }}" class="gx-row gx-depth-1">
<legend>又一行</legend><label for="id_x-row-{{ n }}-number">编号</label>
<input id="id_x-row-{{ n }}-number" name="x-row-{{ n }}-number" value="2.{{ n }}">
<select name="x-row-{{ n }}-what"><option value="">—</option><option selected>a</option></select>
<input type="checkbox" name="x-row-{{ n }}-remove" checked></fieldset>{% endfor %}
<button type="button" data-add-row hidden>再加一行</button></div></form>"""


def test_rows_of_a_form_are_added_empty_behind_the_others(visit):
    page = visit({"/": page_of(ROWS)})
    page.click("[data-add-row]")
    page.click("[data-add-row]")
    assert page.evaluate("document.activeElement.name") == "x-row-3-number"
    sent = page.evaluate("Object.fromEntries(new FormData(document.querySelector('form')))")
    assert sent == {
        **{
            f"x-row-{row}-{name}": value
            for row in "01"
            for name, value in (("number", f"2.{row}"), ("what", "a"), ("remove", "on"))
        },
        **{f"x-row-{row}-{name}": "" for row in "23" for name in ("number", "what")},
    }
    assert page.said == []
