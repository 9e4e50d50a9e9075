import socket
from datetime import timedelta

import pytest
from django.db import connection, transaction

from core import clock, letters, mail
from core.models import Letter
from core.numbering import new_code
from tests.core.mail_server import listening


def letter(**given) -> Letter:
    facts = {
        "code": new_code(),
        "user_code": "READER",
        "organisation_code": "UNIT",
        "addressed_to": "云江明测检测技术有限公司",
        "email": "agency@example.com",
        "kind": "core/test",
        "subject": "签订合同，11月25日 17:00 前",
        "body": "“水质检测”中选，请签订合同。",
        "link": "/desk/",
        "posted_at": clock.now(),
        **given,
    }
    return Letter.objects.create(**facts)


@pytest.fixture
def server(db, settings):
    with listening() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server


def test_each_letter_is_mailed_once_under_its_own_identity(server):
    first, second = letter(), letter(email="rival@example.com")

    letters.deliver()
    letters.deliver()

    assert [mail["Message-ID"] for mail in server.taken] == [
        f"<{one.code}.letter@127.0.0.1>" for one in (first, second)
    ]
    assert [mail["To"] for mail in server.taken] == ["agency@example.com", "rival@example.com"]
    first.refresh_from_db()
    assert first.mailed_at is not None


def test_the_mail_says_what_to_do_whom_it_addresses_and_why_it_came(server):
    one = letter()
    letters.deliver()

    (mail,) = server.taken
    text = mail.get_content().replace("\r\n", "\n")
    assert mail["Subject"] == one.subject
    assert mail.get_content_type() == "text/plain"
    assert text.startswith("云江明测检测技术有限公司：")
    assert one.body in text
    assert "http://127.0.0.1:8000/desk/\n" in text
    assert "您在公信平台持有云江明测检测技术有限公司的席位" in text
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_mail_that_was_sent_and_not_noted_repeats_under_the_same_identity(server, later):
    one = letter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(letters, "note_mailed", lambda *_, **__: 1 / 0)  # the worker dies here
        with pytest.raises(ZeroDivisionError):
            letters.deliver()
    letters.deliver()
    assert len(server.taken) == 1  # its lease holds

    later(minutes=6)
    letters.deliver()
    assert [mail["Message-ID"] for mail in server.taken] == [
        f"<{one.code}.letter@127.0.0.1>",
    ] * 2


def test_a_letter_that_fails_waits_and_holds_up_nobody(server, later):
    full, fine = letter(email="full@example.com"), letter()

    letters.deliver()

    full.refresh_from_db()
    fine.refresh_from_db()
    assert (full.mailed_at, full.mail_tries) == (None, 1)
    assert fine.mailed_at
    assert not Letter.objects.to_mail(clock.now()).exists()
    later(minutes=2)
    assert Letter.objects.to_mail(clock.now()).get() == full
    Letter.objects.filter(pk=full.pk).update(email="agency@example.com")
    letters.deliver()
    assert len(server.taken) == 2


def test_a_mailbox_that_does_not_exist_is_tried_once(server, later):
    gone = letter(email="nobody@example.com")
    letters.deliver()
    later(days=30)

    letters.deliver()

    gone.refresh_from_db()
    assert gone.mail_tries == Letter.TRIES
    assert server.taken == []


def test_while_the_mail_server_is_away_letters_wait(db, settings, later):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        settings.EMAIL_PORT = probe.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    one = letter()

    letters.deliver()

    one.refresh_from_db()
    assert (one.mailed_at, one.mail_tries) == (None, 1)


def test_pauses_grow_and_end(db):
    one, at = letter(), clock.now()
    pauses = []
    while one.mail_tries < Letter.TRIES:
        letters.note_failure(one, at=at)
        one.refresh_from_db()
        pauses.append(one.mail_after - at)
    assert pauses[:3] == [timedelta(minutes=minutes) for minutes in (1, 2, 4)]
    assert max(pauses) == letters.LONGEST_PAUSE
    assert timedelta(days=1) < sum(pauses, timedelta()) < timedelta(days=5)
    assert not Letter.objects.to_mail(at + timedelta(days=30)).exists()


def test_of_two_workers_one_claims_a_letter(db):
    one = letter()
    assert letters.claim(one, at=clock.now())
    assert not letters.claim(one, at=clock.now())


def test_a_letter_without_address_is_read_in_the_inbox_only(server):
    letter(email="")
    letters.deliver()
    assert server.taken == []
    assert letters.unread("READER") == 1


def test_opening_counts_once_and_the_count_of_the_unread_falls(db):
    one = letter()
    letter(user_code="ANOTHER")
    at = clock.now()
    assert letters.unread("READER") == 1

    letters.read(one, at=at)
    letters.read(one, at=at + timedelta(hours=1))

    one.refresh_from_db()
    assert one.read_at == at
    assert (letters.unread("READER"), letters.unread("ANOTHER")) == (0, 1)


def test_reading_all_leaves_what_is_posted_later_and_what_is_others(db):
    letter()
    at = clock.now()
    letter(posted_at=at + timedelta(minutes=1))
    letter(user_code="ANOTHER")

    assert letters.read_all("READER", at=at) == 1
    assert (letters.unread("READER"), letters.unread("ANOTHER")) == (1, 1)


def test_the_unread_are_counted_to_100_in_one_query(db, django_assert_num_queries):
    Letter.objects.bulk_create(
        Letter(code=new_code(), user_code="READER", kind="k", subject="s", posted_at=clock.now())
        for _ in range(130)
    )
    with django_assert_num_queries(1):
        assert letters.unread("READER") == 100


def test_a_posted_letter_addresses_the_organisation(cast, tmp_path, settings):
    folder = tmp_path / "marketplace" / "letters"
    folder.mkdir(parents=True)
    (folder / "told.txt").write_text("{{ what }}有变\n请查看“{{ what }}”。\n")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    with transaction.atomic(durable=True):
        letters.post("marketplace/told", to=cast.owner.organisation, at=clock.now(), what="A<B")

    posted = Letter.objects.order_by("pk")
    assert {one.user_code for one in posted} == {cast.owner.user.code, cast.approver.user.code}
    assert {one.addressed_to for one in posted} == {cast.owner.organisation.name}
    assert posted[0].subject == "A<B有变"


def test_a_secret_link_is_mailed_and_gone_whether_or_not_it_arrives(db):
    one = letter(secret_link="/orders/1/witness/KEY/", link="/orders/1/")
    assert "/orders/1/witness/KEY/" in mail.message(one).body
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret_link FROM core_letter")
        assert "KEY" not in cursor.fetchone()[0]
    letters.note_failure(one, at=clock.now())
    assert Letter.objects.get().secret_link
    letters.note_failure(one, final=True, at=clock.now())
    assert Letter.objects.get().secret_link == ""
    another = letter(secret_link="/key/")
    letters.note_mailed(another, at=clock.now())
    another.refresh_from_db()
    assert another.secret_link == ""
