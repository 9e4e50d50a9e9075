"""A need's whole story, clicked through in a real browser by all who have a part.

A purchaser imports a need from Word, answers the checker's warnings, a colleague publishes it;
three experts sign, a stranger comments, the result is published; the need is bought by an inquiry
with four sealed quotes, one of them invalid; the contract is signed, carried out and assessed, and
the archive is downloaded and verified offline. Set SCREENSHOTS to a folder to keep pictures.
"""

import os
import re
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import docx
import pytest

from accounts.models import Organisation, User
from tests import browsers
from tests.cast import seated, with_passwords
from tests.factories import UserFactory
from tests.files import pdf
from tests.journeys.visitor import Visitor
from tests.processes import serving, work
from tests.procurement import writing

pytestmark = pytest.mark.skipif(
    os.environ.get("REQUIRE_SERVICES") != "1",
    reason="a browser is asked for by REQUIRE_SERVICES=1",
)
BEIJING = ZoneInfo("Asia/Shanghai")
TITLE = "政务服务大厅自助终端采购项目"
EXPERTS = ("郑树人", "叶青", "方晓")
SECTIONS = {
    "一、项目背景": ["大厅现有自助终端使用已满七年，故障频繁，不能满足办理需要。"],
    "二、采购目标": ["群众办理社保、税务、不动产查询等60个事项可以自助完成。"],
    "三、采购内容及要求": [
        "自助终端10台，含安装、调试和三年上门维护。",
        "投标人须提供样品1台，评审后退还。",
    ],
    "四、执行的标准规范": ["执行 GB/T 18313、GB 4943.1 等现行国家标准。"],
    "五、数量、时间和地点": ["自助终端10台；合同签订后30日内交付；地点为云江市政务服务大厅。"],
    "六、预算": ["预算金额200000元，资金来源为财政预算资金。"],
    "七、供应商资格条件": ["供应商注册资本不低于500万元。"],
    "八、验收": ["逐台通电测试，连续运行72小时无故障的，出具验收单。"],
    "九、付款": ["验收合格并收到发票之日起30日内一次付清。"],
}
PEOPLE = {"owner": "李梅", "approver": "周正", "stranger": "赵晓"}
UNITS = {
    "owner": "云江市政务服务中心",
    "agency": "云江智联科技有限公司",
    "rival": "云江新海电子有限公司",
    "third": "云江瑞达办公设备有限公司",
    "fourth": "云江恒科信息技术有限公司",
}
QUOTES = {
    "agency": ("145000.00", "Z-10 型自助终端 10 台", ""),
    "rival": ("151000.00", "XH-7 型自助终端 10 台，三年上门维护", ""),
    "third": ("138000.00", "二手翻新终端 10 台", "所报设备为翻新机，不符合“全新设备”的要求。"),
    "fourth": ("159800.00", "HK-2 型自助终端 10 台，五年上门维护", ""),
}


def test_from_a_word_document_to_the_archive(database, tmp_path):
    writing.standard()
    for name in ("third", "fourth"):
        seated(name)
    for name, called in PEOPLE.items():
        User.objects.filter(name=name).update(name=called)
    for name, unit in UNITS.items():
        Organisation.objects.filter(name=name.title()).update(name=unit)
    for place, name in enumerate(EXPERTS):
        UserFactory(email=f"expert{place}@example.com", name=name)
    with_passwords()
    opens = _day(1).replace(hour=9)
    closes = _day(12).replace(hour=12)
    answered = closes + timedelta(days=1)
    quoted = _day(26).replace(hour=10)
    signed = quoted + timedelta(days=2)
    delivered = signed + timedelta(days=20)
    paper = tmp_path / "验收报告.pdf"
    paper.write_bytes(pdf("到货验收报告"))
    word = tmp_path / "采购需求.docx"
    word.write_bytes(_word())

    with browsers.chromium() as browser:
        emails = ("owner", "approver", "stranger", *QUOTES, "expert0", "expert1", "expert2")
        people = {name: Visitor(browser, f"{name}@example.com") for name in emails}
        writer, approver, stranger = (people[name] for name in emails[:3])
        anybody = Visitor(browser, None)

        def arrive(site: str) -> None:
            for one in (*people.values(), anybody):
                one.arrive(site)

        with serving() as site:
            arrive(site)
            need = _write(writer, word)
            number = _approved(approver, f"/desk/procurement/needs/{need}/", "GXXQ")
            anybody.open(f"/procurement/needs/{number}/")
            anybody.picture("need-1440")
            argument = _prepare(writer, need, opens, closes)
            for place, name in enumerate(EXPERTS):
                _opine(writer, people[f"expert{place}"], argument, name, place)
            argued = _approved(approver, f"/desk/procurement/arguments/{argument}/", "GXLZ")

        with serving(later=_until(opens) + timedelta(hours=2)) as site:
            arrive(site)
            stranger.open(f"/procurement/arguments/{argued}/")
            stranger.press("/comment/")
            text = "建议明确终端的屏幕高度，方便轮椅使用者办理。"
            stranger.submit(topic="standards", text=text, contact="13900000001")
            writer.open(f"/desk/procurement/arguments/{argument}/")
            writer.press("/reply/")
            writer.picture("comment-reply-1440")
            writer.submit(stance="adopted", text="采纳：操作区高度不高于1.1米，写入询价公告。")
            anybody.open(f"/procurement/arguments/{argued}/")
            assert text in anybody.text
            anybody.picture("argument-1440")

        with serving(later=_until(answered)) as site:
            arrive(site)
            approver.open(f"/desk/procurement/arguments/{argument}/close/")
            approver.submit(conclusion="kept", result="收到1条意见，已采纳；采购需求维持不变。")
            inquiry = _ask(writer, need, quoted)
            bought = _approved(approver, f"/desk/procurement/inquiries/{inquiry}/", "GXXJ")
            anybody.open(f"/procurement/inquiries/{bought}/")
            anybody.picture("inquiry-open-1440")
            for name, (price, offer, _fault) in QUOTES.items():
                supplier = people[name]
                supplier.open(f"/procurement/inquiries/{bought}/quote/")
                if name == "rival":
                    supplier.picture("inquiry-quote-1440")
                supplier.submit(price=price, offer=offer, days="25", typed=UNITS[name])
                assert "BJ-" in supplier.text
            anybody.open(f"/procurement/inquiries/{bought}/")
            assert UNITS["rival"] not in anybody.text  # nobody is named before the deadline

        with serving(later=_until(quoted) + timedelta(minutes=1)) as site:
            arrive(site)
            people["agency"].open(f"/procurement/inquiries/{bought}/quote/")
            assert people["agency"].page.locator("main [name=typed]").count() == 0  # too late
            anybody.open(f"/procurement/inquiries/{bought}/")  # whoever comes first opens it
            assert "138,000.00" in anybody.text
            _examine(writer, inquiry)
            anybody.open(f"/procurement/inquiries/{bought}/")
            assert "翻新机" in anybody.text
            anybody.picture("inquiry-result-1440")
            anybody.go("main a[href*='/notices/GXCJ-']")
            assert UNITS["agency"] in anybody.text
            anybody.picture("award-letter-1440")

        with serving(later=_until(signed)) as site:
            arrive(site)
            for signer in (people["agency"], approver):
                signer.open("/desk/agreements/")
                signer.go("main a[href*='/desk/agreements/GXHT-']")
                agreement = re.search(r"GXHT-\d{4}-\d{5}", signer.path).group()
                signer.press("/sign/")
                signer.submit(typed="同意签署")
            anybody.open("/notices/")
            anybody.go("main a[href*='/notices/GXHG-']")
            assert agreement in anybody.text  # the contract is published with its last signature
            anybody.picture("contract-notice-1440")
        work(later=_until(signed))

        with serving(later=_until(delivered)) as site:
            arrive(site)
            people["agency"].open(f"/desk/agreements/{agreement}/")
            people["agency"].press("/hand-in/")
            people["agency"].page.set_input_files("main input[type=file]", paper)
            people["agency"].submit(note="10 台已安装调试，请验收。")
            approver.open(f"/desk/agreements/{agreement}/")
            approver.go("main a[href*='/desk/deliverables/']")
            approver.press("/accept/")
            approver.submit(opinion="逐台测试合格，同意验收。")
        work(later=_until(delivered))

        with serving(later=_until(delivered) + timedelta(days=1)) as site:
            arrive(site)
            approver.open(f"/desk/procurement/inquiries/{inquiry}/assess/")
            marks = approver.page.locator("main input[type=number]")
            assert not any(one.input_value() for one in marks.all())  # none is set for the owner
            for one in marks.all():
                one.fill("92")
            approver.submit(comment="按期交付，运行稳定。")
            approver.open(f"/desk/procurement/inquiries/{inquiry}/")
            approver.picture("inquiry-archive-1440")
            with approver.page.expect_download() as sent:
                approver.page.locator("main a[href$='.zip']").first.click()
            manifest = _verify(sent.value.path(), tmp_path / "archive")
            assert manifest in approver.page.content()  # the digest that the site published
            anybody.open(f"/procurement/inquiries/{bought}/")
            assert "优秀" in anybody.text
            anybody.picture("inquiry-done-1440")


def _write(writer: Visitor, word) -> str:
    """Import, basics, section by section with the answers to the checker, submit; the code."""
    writer.open("/desk/procurement/needs/new/")
    writer.submit()
    code = re.search(r"/desk/procurement/needs/(\w+)/", writer.path).group(1)
    writer.open(f"/desk/procurement/needs/{code}/edit/import/")
    writer.page.set_input_files("main input[type=file]", word)
    writer.submit()
    writer.picture("need-import-1440")
    writer.go("main button[name=confirm]")
    writer.submit(
        title=TITLE,
        kind="goods",
        region="360702",
        budget="200000.00",
        funding="财政预算资金",
        contact="李梅",
        contact_phone="0000-8632512",
    )
    writer.open(f"/desk/procurement/needs/{code}/edit/sections/content/")
    writer.picture("need-check-1440")
    reason = "自助终端的触控与读卡手感无法用文字描述，故请提供样品。"
    writer.page.locator("main textarea[name^=reason-]").first.fill(reason)
    writer.go("main button[value^=answer-]")
    writer.open(f"/desk/procurement/needs/{code}/edit/sections/qualifications/")
    assert "注册资本" in writer.text
    writer.page.locator("main textarea[name=b0-text]").fill(
        "供应商应当符合《政府采购法》第二十二条规定的条件。"
    )
    writer.submit()
    writer.open(f"/desk/procurement/needs/{code}/edit/submit/")
    assert reason in writer.text
    writer.picture("need-preview-1440")
    writer.submit()
    return code


def _approved(approver: Visitor, desk: str, series: str) -> str:
    """Publish what waits there; its number."""
    approver.open(desk)
    approver.press("/publish/")
    approver.submit()
    approver.open(desk)
    return re.search(rf"{series}-\d{{4}}-\d{{5}}", approver.text).group()


def _prepare(writer: Visitor, need: str, opens: datetime, closes: datetime) -> str:
    writer.open(f"/desk/procurement/arguments/new/{need}/")
    writer.submit()
    code = re.search(r"/desk/procurement/arguments/(\w+)/", writer.path).group(1)
    writer.open(f"/desk/procurement/arguments/{code}/edit/")
    writer.submit(
        opens_at=_typed(opens),
        closes_at=_typed(closes),
        finding="采购需求完整、明确，没有指向特定品牌，专家组同意按本需求采购。",
    )
    return code


def _opine(writer: Visitor, expert: Visitor, argument: str, name: str, place: int) -> None:
    """Name an expert, hand him the link, and let him sign."""
    desk = f"/desk/procurement/arguments/{argument}/"
    writer.open(desk)
    if place:
        writer.page.locator("main details summary").first.click()
    form = writer.page.locator("main form[action$='/expert/']")
    for field, value in (("name", name), ("unit", "云江理工学院"), ("title", "教授")):
        form.locator(f"[name={field}]").fill(value)
    writer.go(form.locator("button[type=submit]"))
    writer.press("/invite/")
    link = writer.page.locator("main code").first.inner_text()
    expert.open(re.sub(r"^https?://[^/]+", "", link))
    expert.submit()
    verdicts = {
        field.get_attribute("name"): "agree"
        for field in expert.page.locator("main input[type=radio][value=agree]").all()
    }
    if place == 1:
        verdicts["verdict-standards"] = "amend"
        verdicts["text-standards"] = "建议写明触摸屏的防护等级不低于 IP65。"
    expert.submit(**verdicts)
    if place == 1:
        expert.picture("opinion-1440")
    expert.submit(typed=name)


def _ask(writer: Visitor, need: str, quoted: datetime) -> str:
    """Write the inquiry from the settled need, and submit it."""
    writer.open(f"/desk/procurement/inquiries/new/{need}/")
    writer.submit()
    code = re.search(r"/desk/procurement/inquiries/(\w+)/", writer.path).group(1)
    writer.open(f"/desk/procurement/inquiries/{code}/edit/")
    writer.submit(
        ceiling="180000.00",
        delivery_days="30",
        delivery_place="云江市政务服务大厅",
        open_until=_typed(quoted),
        choose_at=_typed(quoted + timedelta(hours=2)),
        contact_name="李梅",
        contact_phone="0000-8632512",
        complaint_phone="0000-8632000",
        **{"witness-1-name": "周建国", "witness-1-phone": "13800000001"},
    )
    writer.picture("inquiry-preview-1440")
    writer.submit()
    return code


def _examine(writer: Visitor, inquiry: str) -> None:
    writer.open(f"/desk/procurement/inquiries/{inquiry}/examine/")
    for _price, offer, fault in QUOTES.values():
        card = writer.page.locator("main section.card", has_text=offer)
        card.locator(f"input[value={'invalid' if fault else 'valid'}]").check()
        if fault:
            card.locator("input[name^=reason-]").fill(fault)
    writer.picture("inquiry-examine-1440")
    writer.submit()


def _verify(archive, folder) -> str:
    """Unpack the archive and let its own verifier look at every file; the manifest's digest."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    script = next(folder.rglob("verify.py"))
    done = subprocess.run(
        [sys.executable, "-I", script.name],
        cwd=script.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "核验通过" in done.stdout
    return re.search(r"[0-9a-f]{64}", done.stdout).group()


def _word() -> bytes:
    made = docx.Document()
    for title, lines in SECTIONS.items():
        made.add_paragraph(title, style="Heading 1")
        for line in lines:
            made.add_paragraph(line)
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def _day(days: int) -> datetime:
    today = datetime.now(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days)


def _until(instant: datetime) -> timedelta:
    return instant - datetime.now(BEIJING)


def _typed(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M}"
