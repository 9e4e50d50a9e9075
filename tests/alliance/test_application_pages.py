"""The pages of joining, as the unit and the secretariat walk through them."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliance import admission, official
from alliance.forms.official import OfficialSheet
from alliance.models import Application, ApplicationState, JoinInvitation
from core import clock
from core.models import Event, Letter
from tests import files
from tests.alliance import applying
from tests.cast import signed_in
from tests.factories import MemberFactory, SeatFactory

PROFILE, APPLICATION = official.PROFILE, official.APPLICATION


def at(name, *args):
    return reverse(f"alliance:{name}", args=args)


def posted(key, **changes):
    """What a browser sends of a form that was filled in."""
    data = {}
    for name, value in {**applying.VALUES[key], **changes}.items():
        if name == "products":
            data["products-rows"] = str(len(value))
            for place, row in enumerate(value):
                data |= {f"products-{place}-{column}": said for column, said in row.items()}
        else:
            data[name] = value
    return data


def test_a_unit_walks_from_the_public_page_to_the_stamped_forms(cast):
    of = applying.alliance()
    client = signed_in(cast.agency.user)
    assert at("apply", of.number) in client.get(at("join", of.number)).content.decode()
    assert client.post(at("apply", of.number), {"unit_kind": "enterprise"}).status_code == 302
    row = Application.objects.get()
    step = client.get(at("application-edit", row.code)).url
    assert step == at("application-form", row.code, APPLICATION)
    step = client.post(step, posted(APPLICATION)).url
    assert step == at("application-form", row.code, PROFILE)
    step = client.post(step, posted(PROFILE)).url
    assert step == at("application-materials", row.code)
    licence = files.upload("营业执照.pdf", files.pdf("licence"))
    step = client.post(step, {"licence": licence}).url
    assert step == at("application-submit", row.code)
    page = client.get(step).content.decode()
    assert "官方表格" in page
    pdf = client.get(at("application-pdf", row.code))
    assert pdf["Content-Type"] == "application/pdf"
    stamped = files.upload("盖章表格.pdf", files.pdf("stamped"))
    answer = client.post(step, {"stamped": stamped}, follow=True)
    assert "秘书处" in answer.content.decode()
    row.refresh_from_db()
    assert (row.state, row.version) == (ApplicationState.SUBMITTED, 1)
    content = row.versions.get().content
    assert content["forms"][PROFILE]["products"][0]["product"] == "一门式综合受理平台"
    assert [len(content["files"][name]) for name in ("licence", "other", "stamped")] == [1, 0, 1]
    assert client.post(step, {"stamped": stamped}).status_code == 404  # the wrong moment


def test_what_was_typed_wrong_is_kept_and_told_at_its_field(cast):
    row = applying.begun(cast.agency)
    client = signed_in(cast.agency.user)
    here = at("application-form", row.code, PROFILE)
    page = client.post(here, posted(PROFILE, staff="一百", products=[{"rank": "x"}]))
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="一百"' in text
    form = page.context["form"]
    assert set(form.errors) >= {"staff", "products-0-product", "products-0-rank"}
    row.refresh_from_db()
    assert row.draft[PROFILE]["staff"] == "一百"
    again = client.get(here).content.decode()
    assert 'value="一百"' in again
    assert "invalid-feedback" not in again
    assert "invalid-feedback" in client.get(here + "?check=1").content.decode()


def test_a_draft_saves_itself_without_a_word_about_errors(cast):
    row = applying.begun(cast.agency)
    client = signed_in(cast.agency.user)
    here = at("application-autosave", row.code, PROFILE)
    before = Event.objects.count()
    answer = client.post(here, posted(PROFILE, staff=""))
    assert "saved" in answer.json()
    row.refresh_from_db()
    assert row.draft[PROFILE]["capital"] == "5000"
    assert Event.objects.count() == before
    assert client.post(at("application-autosave", row.code, "unheard-of"), {}).status_code == 404


def test_rows_are_added_and_taken_out_without_a_script(cast):
    row = applying.begun(cast.agency)
    client = signed_in(cast.agency.user)
    here = at("application-form", row.code, PROFILE)
    answer = client.post(here, {**posted(PROFILE), "more": "products"})
    assert answer.url == f"{here}?more=products#products"
    assert "products-3-product" in client.get(answer.url).content.decode()
    answer = client.post(here, {**posted(PROFILE), "drop": "products-0"})
    assert answer.url == f"{here}#products"
    row.refresh_from_db()
    assert [one["product"] for one in row.draft[PROFILE]["products"]] == ["政务数据共享交换平台"]


def test_forms_changed_after_the_stamp_are_not_handed_in(cast):
    row = applying.drafted(cast.agency)
    client = signed_in(cast.agency.user)
    client.post(at("application-form", row.code, PROFILE), posted(PROFILE, strengths="别的领域"))
    row.refresh_from_db()
    held = row.draft["files"]["stamped"]
    answer = client.post(at("application-submit", row.code), {"stamped-held": held})
    assert answer.status_code == 200
    assert "重新打印、盖章" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == ApplicationState.DRAFT
    anew = files.upload("重新盖章.pdf", files.pdf("anew"))
    assert client.post(at("application-submit", row.code), {"stamped": anew}).status_code == 302


def test_the_printed_paper_of_a_version_stays_what_it_was(cast):
    row = applying.returned(cast.agency)
    client = signed_in(cast.agency.user)
    first = client.get(at("application-pdf", row.code) + "?version=1").content
    client.post(at("application-form", row.code, PROFILE), posted(PROFILE, strengths="别的领域"))
    assert client.get(at("application-pdf", row.code) + "?version=1").content == first
    assert client.get(at("application-pdf", row.code)).content != first


def test_an_invitation_is_accepted_or_declined_on_its_page(cast):
    invitation = applying.invited(cast.agency, message="特邀贵单位。")
    client = signed_in(cast.agency.user)
    here = at("join-invitation", invitation.code)
    assert "特邀贵单位。" in client.get(here).content.decode()
    answer = client.post(here, {"accept": "1"})
    row = Application.objects.get()
    assert answer.url == at("application-edit", row.code)
    assert client.post(here, {"accept": "1"}, follow=True).status_code == 200  # twice: refused
    assert Application.objects.count() == 1
    other = applying.invited(cast.rival)
    client = signed_in(cast.rival.user)
    client.post(at("join-invitation", other.code), {"decline": "1", "reason": "业务不符"})
    other.refresh_from_db()
    assert (other.state, other.reason) == ("declined", "业务不符")


def test_who_reads_the_mail_without_a_seat_sees_the_letter_and_how_to_register(cast):
    facts = {"unit": None, "email": cast.stranger.email, "unit_name": "某研究院"}
    invitation = applying.invited(cast.agency, **facts)
    page = signed_in(cast.stranger).get(at("join-invitation", invitation.code))
    assert reverse("accounts:register") in page.content.decode()
    signed_in(cast.stranger).post(at("join-invitation", invitation.code), {"accept": "1"})
    invitation.refresh_from_db()
    assert invitation.state == "sent"


def test_the_secretariat_invites_once_for_one_sending(cast):
    of = applying.alliance(cast.owner)
    client = signed_in(cast.owner.user)
    here = at("join-invitations", of.number)
    page = client.get(here).content.decode()
    once = re.search(r'name="once" value="([^"]+)"', page)[1]
    data = {
        "unit": cast.agency.organisation.name,
        "open_until": "2099-01-01",
        "once": once,
        "message": "欢迎加入。",
    }
    refused = client.post(here, data)  # too long a time: what was typed stays
    assert "欢迎加入。" in refused.content.decode()
    assert not JoinInvitation.objects.exists()
    data["open_until"] = f"{clock.now():%Y-%m-%d}"
    assert client.post(here, data).status_code == 200  # too short
    page = client.get(here)
    data["open_until"] = page.context["form"]["open_until"].value().isoformat()
    assert client.post(here, data).status_code == 302
    assert client.post(here, data).status_code == 200
    sent = JoinInvitation.objects.get()
    assert client.get(sent.get_absolute_url()).url == here  # what was done leads to what was sent


def test_an_invitation_by_mail_needs_name_and_address(cast):
    of = applying.alliance(cast.owner)
    client = signed_in(cast.owner.user)
    here = at("join-invitations", of.number)
    page = client.get(here)
    form = page.context["form"]
    data = {
        "open_until": form["open_until"].value().isoformat(),
        "once": form["once"].value(),
    }
    for typed, wrong in (
        ({}, "unit"),
        ({"unit": "没有这个单位"}, "unit"),
        ({"email": "a@example.com"}, "unit_name"),
        ({"unit_name": "某院"}, "email"),
        ({"unit": cast.agency.organisation.name, "email": "a@example.com"}, "unit"),
    ):
        assert wrong in client.post(here, {**data, **typed}).context["form"].errors
    client.post(here, {**data, "unit_name": "某院", "email": "a@example.com"})
    assert Letter.objects.get(kind="alliance/join-invited").email == "a@example.com"


def test_the_reviewer_reads_what_changed_and_keeps_what_he_types(cast):
    of = applying.alliance(cast.owner)
    row = applying.returned(cast.agency, of)
    row = applying.submit(cast.agency, row, applying.handed(cast.agency, row, sales="21360"))
    client = signed_in(cast.owner.user)
    here = at("application-review", of.number, row.code)
    page = client.get(here).content.decode()
    assert "21360" in page
    assert "<del" in page
    assert "21350" in page
    assert "请写明职务全称。" in page
    typed = {f"{PROFILE}.sales": "请附审计报告。"}
    said = client.post(at("application-comment", of.number, row.code), typed).json()
    assert said["saved"].startswith("已自动保存")
    assert said["comments"] == 1
    assert "请附审计报告。" in client.get(here).content.decode()
    client.post(at("application-return", of.number, row.code), {**typed, "message": "请补正。"})
    row.refresh_from_db()
    assert (row.state, row.state_reason) == ("returned", "请补正。")
    assert client.post(at("application-comment", of.number, row.code), typed).status_code == 409
    own = signed_in(cast.agency.user).get(at("application", row.code)).content.decode()
    assert "请附审计报告。" in own


def test_a_return_without_comments_is_refused_and_keeps_the_words(cast):
    of = applying.alliance(cast.owner)
    row = applying.submitted(cast.agency, of)
    client = signed_in(cast.owner.user)
    answer = client.post(at("application-return", of.number, row.code), {"message": "请补正材料。"})
    assert answer.status_code == 200
    assert "请补正材料。" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == ApplicationState.SUBMITTED


def test_it_is_forwarded_from_the_page_with_a_level(cast):
    of = applying.alliance(cast.owner)
    row = applying.submitted(cast.agency, of)
    client = signed_in(cast.owner.user)
    here = at("application-forward", of.number, row.code)
    assert "联盟理事会" in client.get(here).content.decode()
    assert client.post(here, {"level": "emperor"}).status_code == 200
    assert client.post(here, {"level": "vice-chair"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.level) == (ApplicationState.FORWARDED, "vice-chair")
    assert client.get(here).status_code == 404


def test_a_secretary_cannot_review_what_his_own_unit_handed_in(cast):
    of = applying.alliance(cast.agency)
    row = applying.submitted(cast.agency, of)
    page = signed_in(cast.agency.user).get(at("application-review", of.number, row.code))
    assert at("application-forward", of.number, row.code) not in page.content.decode()


def test_files_are_for_whoever_sees_the_application(cast):
    of = applying.alliance(cast.owner)
    row = applying.submitted(cast.agency, of)
    code = row.versions.get().content["files"]["licence"][0]["code"]
    member = SeatFactory()
    MemberFactory(alliance=of, organisation=member.organisation)

    def received(seat, code):
        answer = signed_in(seat.user).get(at("application-file", row.code, code))
        if answer.status_code == 200:
            assert b"".join(answer.streaming_content).startswith(b"%PDF")
        return answer.status_code

    assert received(cast.owner, code) == 200
    assert received(member, code) == 404
    admission.forward(row, level="member", by=cast.owner, at=clock.now())
    assert received(member, code) == 200
    assert received(cast.rival, code) == 404
    assert received(cast.owner, applying.scan(cast.rival, "foreign").code) == 404


def test_letters_and_the_desk_lead_each_to_his_own_page(cast):
    of = applying.alliance(cast.owner)
    row = applying.submitted(cast.agency, of)
    here = at("application-open", row.code)
    assert signed_in(cast.agency.user).get(here).url == at("application", row.code)
    assert signed_in(cast.owner.user).get(here).url == at("application-review", of.number, row.code)
    desk = signed_in(cast.owner.user).get("/desk/").content.decode()
    assert here in desk
    applying.invited(cast.rival, of)
    assert "alliances/invitations/" in signed_in(cast.rival.user).get("/desk/").content.decode()


def test_withdrawing_and_discarding_are_asked_first(cast):
    row = applying.begun(cast.agency)
    client = signed_in(cast.agency.user)
    assert client.get(at("application-withdraw", row.code)).status_code == 200
    assert client.get(at("application-discard", row.code)).status_code == 200
    client.post(at("application-discard", row.code))
    assert not Application.objects.exists()
    row = applying.submitted(cast.agency)
    assert client.get(at("application-discard", row.code)).status_code == 404
    client.post(at("application-withdraw", row.code), {"reason": "改组"})
    row.refresh_from_db()
    assert (row.state, row.state_reason) == ("withdrawn", "改组")


def test_lists_ask_the_database_as_often_for_thirty_rows(cast):
    of = applying.alliance(cast.owner)
    client = signed_in(cast.owner.user)
    pages = [at("applications", of.number), at("join-invitations", of.number)]

    def more(count):
        for _each in range(count):
            seat = SeatFactory()
            applying.submitted(seat, of)
            applying.invited(SeatFactory(), of)

    def asked(page):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        return len(queries)

    more(1)
    for page in pages:
        client.get(page)
    before = [asked(page) for page in pages]
    more(19)
    assert [asked(page) for page in pages] == before


def test_an_official_form_is_a_page_that_says_what_it_holds():
    schema = official.load(official.FOUNDING)
    sheet = OfficialSheet(schema, values=official.normal(schema, applying.FOUNDING))
    assert [group.key for group in sheet.groups()] == ["name", "contact", "units", "other"]
    assert sheet.typed() == official.normal(schema, applying.FOUNDING)
    (table,) = [part for group in sheet.groups() for part in group.parts if part.table]
    assert len(table.lines) == 11
