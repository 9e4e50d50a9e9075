import pytest
from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from core import clock, once, uploads
from core.forms import (
    Drafting,
    MoneyField,
    OnceField,
    Receiving,
    UploadField,
    as_sent,
    new_once,
)
from core.models import SpentKey, Upload
from tests import files
from tests.witness import refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _purpose(monkeypatch):
    monkeypatch.setattr(uploads, "purposes", {})
    uploads.purpose("core.test-scan", label="扫描件", readable_by=lambda *_: True)


class Entry(Receiving, forms.Form):
    name = forms.CharField()
    scan = UploadField("core.test-scan")


class Several(Receiving, forms.Form):
    scans = UploadField("core.test-scan", many=True)


class Optional(Receiving, forms.Form):
    scan = UploadField("core.test-scan", required=False)


def sent(form, by, *chosen, **data):
    query = QueryDict(mutable=True)
    for key, values in data.items():
        query.setlist(key, values)
    name = next(iter(set(form.base_fields) - {"name"}))
    return form(query, MultiValueDict({name: list(chosen)}), by=by)


def pdf(name="a.pdf"):
    return files.upload(name, files.pdf(name))


def test_a_chosen_file_outlives_a_refused_form(cast):
    form = sent(Entry, cast.agency, pdf(), name=[""])
    assert not form.is_valid()
    upload = Upload.objects.get()
    assert f'name="scan-held" value="{upload.code}"' in str(form)
    assert "a.pdf" in str(form)
    assert 'required id="id_scan"' not in str(form)

    again = sent(Entry, cast.agency, name=["南岭"], **{"scan-held": [upload.code]})
    assert again.is_valid()
    assert again.cleaned_data["scan"] == upload


def test_a_new_choice_replaces_the_kept_file(cast):
    sent(Entry, cast.agency, pdf(), name=[""]).is_valid()
    held = Upload.objects.get()
    form = sent(Entry, cast.agency, pdf("b.pdf"), name=["x"], **{"scan-held": [held.code]})
    assert form.is_valid()
    assert form.cleaned_data["scan"].name == "b.pdf"


def test_nobody_holds_anothers_file(cast):
    sent(Entry, cast.rival, pdf(), name=[""]).is_valid()
    stolen = Upload.objects.get()
    form = sent(Entry, cast.agency, name=["x"], **{"scan-held": [stolen.code]})
    assert not form.is_valid()
    assert "a.pdf" not in str(form)


def test_a_refused_file_is_told_beside_its_field(cast):
    form = sent(Entry, cast.agency, files.upload("a.pdf", b"no pdf"), name=["x"])
    assert not form.is_valid()
    assert "a.pdf" in form.errors["scan"][0]
    assert not Upload.objects.exists()


def test_a_required_file_is_asked_for_and_an_optional_one_is_not(cast):
    assert "scan" in sent(Entry, cast.agency, name=["x"]).errors
    form = sent(Optional, cast.agency)
    assert form.is_valid()
    assert form.cleaned_data["scan"] is None


def test_of_several_files_the_good_ones_are_kept(cast):
    form = sent(Several, cast.agency, pdf(), files.upload("b.pdf", b"no"), pdf("c.pdf"))
    assert not form.is_valid()
    codes = [upload.code for upload in Upload.objects.order_by("pk")]
    assert len(codes) == 2
    again = sent(Several, cast.agency, pdf("d.pdf"), **{"scans-held": codes})
    assert again.is_valid()
    names = [upload.name for upload in again.cleaned_data["scans"]]
    assert names == ["a.pdf", "c.pdf", "d.pdf"]


def test_a_file_that_was_received_is_taken_away_before_sending(cast):
    form = sent(Several, cast.agency, pdf("a.pdf"), pdf("b.pdf"))
    assert form.is_valid()
    first, second = form.cleaned_data["scans"]
    codes = {"scans-held": [first.code, second.code], "scans-drop": [first.code]}
    again = sent(Several, cast.agency, **codes)
    assert again.is_valid()
    assert again.cleaned_data["scans"] == [second]
    page = str(again)
    assert f'name="scans-held" value="{first.code}"' not in page
    assert f'name="scans-drop" value="{second.code}"' in page
    none_left = {"scans-held": [first.code], "scans-drop": [first.code]}
    assert "scans" in sent(Several, cast.agency, **none_left).errors


def test_one_file_that_must_be_there_is_replaced_and_not_taken_away(cast):
    form = sent(Entry, cast.agency, pdf())
    assert "scan-drop" not in str(form)
    optional = sent(Optional, cast.agency, pdf())
    assert optional.is_valid()
    assert "scan-drop" in str(optional)


def test_forms_do_not_share_what_they_hold(cast):
    sent(Entry, cast.agency, pdf(), name=[""]).is_valid()
    assert "scan-held" not in str(Entry(by=cast.rival))


def test_a_page_shows_what_is_permitted_and_what_is_there(cast):
    sent(Entry, cast.agency, pdf(), name=[""]).is_valid()
    shown = str(Entry(by=cast.agency, initial={"scan": Upload.objects.get()}))
    assert 'accept=".pdf,.ofd,.jpg,.jpeg,.png"' in shown
    assert "a.pdf" in shown


@transaction.atomic(durable=True)
def make(made, key):
    once.spend(key, made=made, at=clock.now())


class Ordering(forms.Form):
    once = OnceField()


def test_each_form_bears_its_own_key():
    first, second = str(Ordering()), str(Ordering())
    assert 'type="hidden" name="once"' in first
    assert first != second


def test_a_key_is_spent_once_and_tells_what_it_made(cast):
    key = new_once()
    make(cast.agency, key)
    with refused("sent already"):
        make(cast.rival, key)
    with pytest.raises(once.AlreadyDone) as caught:
        make(cast.rival, key)
    assert caught.value.subject_code == cast.agency.code
    make(cast.rival, new_once())
    assert SpentKey.objects.count() == 2


def test_without_a_form_there_is_no_key_to_spend(cast):
    make(cast.agency, "")
    make(cast.rival, "")
    assert not SpentKey.objects.exists()


class Told(Drafting):
    name = forms.CharField()
    kinds = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")])
    scans = UploadField("core.test-scan", many=True)


def test_a_step_keeps_what_was_typed_right_or_wrong_less_files_that_were_taken_away(cast):
    draft = {"name": "", "kinds": ["a", "z"], "scans-held": ["ONE", "TWO"], "scans-drop": "ONE"}
    step = Told(as_sent(draft), by=cast.owner)
    assert step.typed() == {"name": "", "kinds": ["a", "z"], "scans-held": ["TWO"]}


def test_a_step_tells_the_files_that_came_with_it(cast):
    step = Told(as_sent({}), MultiValueDict({"scans": [pdf()]}), by=cast.owner)
    assert not step.is_valid()
    assert step.received() == {"scans-held": [Upload.objects.get().code]}


@pytest.mark.parametrize("typed", ["1234.5", "1,234.50", " ¥1，234.5 "])
def test_money_is_read_with_separated_thousands(typed):
    assert str(MoneyField().clean(typed)) == "1234.50"


@pytest.mark.parametrize("typed", ["", "0", "-1", "1.005", "NaN", "Infinity", "一百"])
def test_what_is_no_amount_to_the_fen_is_refused(typed):
    with pytest.raises(forms.ValidationError):
        MoneyField().clean(typed)


def test_no_money_is_none():
    assert MoneyField(required=False).clean("") is None
