from base64 import b64decode, b64encode

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, models

from core import fields, masking
from core.fields import EncryptedTextField, Undecipherable, decrypt, encrypt
from core.management.commands import rotate_field_keys
from core.management.commands.rotate_field_keys import rotate
from core.models import LegalFigure

ID = "360702199001010017"


@pytest.fixture
def rotated(settings):
    settings.FIELD_KEYS = {1: settings.FIELD_KEYS[1], 2: b"2" * 32}


def test_what_is_stored_does_not_show_what_it_says():
    stored = encrypt(ID, "table.column")
    assert stored.startswith("v1:")
    assert ID.encode() not in b64decode(stored[3:])
    assert stored != encrypt(ID, "table.column")  # nor that two are equal
    assert decrypt(stored, "table.column") == ID


@pytest.mark.parametrize("place", range(0, 46, 5))
def test_any_changed_byte_is_noticed(place):
    sealed = bytearray(b64decode(encrypt(ID, "table.column")[3:]))
    assert len(sealed) == 46
    sealed[place] ^= 1
    with pytest.raises(Undecipherable):
        decrypt(f"v1:{b64encode(sealed).decode()}", "table.column")


def test_a_text_cannot_be_moved_to_another_column():
    with pytest.raises(Undecipherable):
        decrypt(encrypt(ID, "table.column"), "table.other")


@pytest.mark.parametrize("stored", ["v9:AAAA", "plain text", "v1:", "v1:%%%"])
def test_what_no_key_of_ours_wrote_is_refused(stored):
    with pytest.raises(Undecipherable):
        decrypt(stored, "table.column")


def test_an_older_key_still_decrypts_and_the_newest_encrypts(rotated, settings):
    old = encrypt(ID, "t.c")
    assert old.startswith("v2:")
    settings.FIELD_KEYS = {2: b"2" * 32, 3: b"3" * 32}
    assert decrypt(old, "t.c") == ID
    assert encrypt(ID, "t.c").startswith("v3:")


class Holder(models.Model):
    """A table of this test's own, made and dropped with its transaction."""

    id_number = EncryptedTextField(blank=True)

    class Meta:
        app_label = "tests"  # not installed: the witness does not look for its table
        managed = False
        db_table = "test_holder"


@pytest.fixture
def table(db):
    with connection.cursor() as cursor:
        serial = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "BIGSERIAL PRIMARY KEY"}
        cursor.execute(
            f"CREATE TABLE test_holder (id {serial[connection.vendor]}, id_number text NOT NULL)"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_holder")


def stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM test_holder ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_the_database_holds_no_plain_text(table):
    Holder.objects.create(id_number=ID)
    assert Holder.objects.get().id_number == ID
    assert stored()[0].startswith("v1:")


def test_nothing_stays_nothing(table):
    Holder.objects.create()
    assert stored() == [""]
    assert Holder.objects.get().id_number == ""


def test_it_cannot_be_searched(table):
    with pytest.raises(FieldError, match="cannot be searched"):
        Holder.objects.filter(id_number=ID).exists()
    assert not Holder.objects.filter(id_number__isnull=True).exists()


def test_rotation_rewrites_what_an_older_key_wrote(table, rotated, settings):
    both, settings.FIELD_KEYS = settings.FIELD_KEYS, {1: settings.FIELD_KEYS[1]}
    for number in ("a", "", "b"):
        Holder.objects.create(id_number=number)
    settings.FIELD_KEYS = both
    Holder.objects.create(id_number="c")
    newest = stored()[3]

    assert rotate(Holder, Holder._meta.get_field("id_number")) == 2
    assert [text[:3] for text in stored()] == ["v2:", "", "v2:", "v2:"]
    assert stored()[3] == newest
    settings.FIELD_KEYS = {2: both[2]}  # the old key may go
    assert list(Holder.objects.order_by("pk").values_list("id_number", flat=True)) == [
        *"a",
        "",
        *"bc",
    ]

    assert rotate(Holder, Holder._meta.get_field("id_number")) == 0


@pytest.mark.django_db
def test_the_command_visits_every_encrypted_column(monkeypatch, capsys):
    monkeypatch.setattr(apps, "get_models", lambda: [Holder, LegalFigure])
    monkeypatch.setattr(rotate_field_keys, "rotate", lambda model, field: 7)
    monkeypatch.setattr(fields, "elsewhere", {})
    monkeypatch.setattr(rotate_field_keys, "elsewhere", fields.elsewhere)
    fields.rotated("other.data", lambda: 3)
    call_command("rotate_field_keys")
    out = capsys.readouterr().out
    assert out == "test_holder.id_number: 7 rewritten\nother.data: 3 rewritten\n"


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (masking.phone, "13907970721", "139****0721"),
        (masking.phone, "+86 139 0797 0721", "139****0721"),
        (masking.phone, "0797-8391234", "0797******34"),
        (masking.phone, "12345", "*****"),
        (masking.id_number, ID, "3607**********0017"),
        (masking.name, "王小明", "王**"),
        (masking.name, "", ""),
    ],
)
def test_masks(mask, text, shown):
    assert mask(text) == shown
