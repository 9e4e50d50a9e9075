import socket
import struct
from contextlib import contextmanager
from hashlib import sha256
from threading import Thread

import pytest
from django.core.files.storage import storages
from django.db import transaction
from django.test import Client
from django.urls import reverse

from core import clock, tasks, uploads
from core.models import Event, Scan, Upload
from tests import files
from tests.cast import signed_in
from tests.witness import refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def purposes(monkeypatch):
    monkeypatch.setattr(uploads, "purposes", {})
    uploads.purpose(
        "core.test-scan",
        label="扫描件",
        max_bytes=100_000,
        readable_by=lambda upload, request: request.seat is not None,
    )


def receive(cast, file=None, **facts):
    file = file or files.upload("报告.pdf", files.pdf())
    return uploads.receive(file, purpose="core.test-scan", by=cast.agency, at=clock.now(), **facts)


def stored() -> list[str]:
    folders, _files = storages["private"].listdir("")
    return [name for folder in folders for name in storages["private"].listdir(folder)[1]]


def answer(client, upload) -> int:
    response = client.get(upload.get_absolute_url())
    if response.streaming:
        assert b"".join(response.streaming_content)  # read to its end, it is closed
    return response.status_code


def attach(upload, to):
    with transaction.atomic():
        return uploads.attach(upload, to=to)


def test_a_file_is_stored_under_its_digest_once(cast):
    content = files.pdf()
    first = receive(cast, files.upload("a.pdf", content))
    second = receive(cast, files.upload("b.pdf", content))
    assert first.sha256 == second.sha256 == sha256(content).hexdigest()
    assert first.code != second.code
    assert stored() == [first.sha256]
    assert (first.organisation_code, first.user_code) == (
        cast.agency.organisation.code,
        cast.agency.user.code,
    )
    with uploads.content(first) as stream:
        assert stream.read() == content
    assert Event.objects.filter(name="upload.received").count() == 2


def test_a_picture_is_kept_as_redrawn(cast):
    content = files.picture() + b"tail"
    upload = receive(cast, files.upload("a.png", content))
    assert upload.sha256 != sha256(content).hexdigest()
    with uploads.content(upload) as stream:
        kept = stream.read()
    assert sha256(kept).hexdigest() == upload.sha256
    assert len(kept) == upload.size


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (files.upload("a.pdf", b"%PDF-" + b"x" * 100_000), "too large"),
        (files.upload("a.pdf", b""), "empty"),
        (files.upload("a.pdf", b"no pdf at all"), "not what its name says"),
        (files.upload("a.docx", files.docx()), "not received here"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_kept(cast, file, sentence):
    with refused(sentence):
        receive(cast, file)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("..\\..\\报告.pdf", "报告.pdf"),
        ("a\x00b\u202e.pdf", "ab.pdf"),
        ("长" * 300 + ".pdf", "长" * 186 + ".pdf"),
    ],
)
def test_names_are_cleaned(cast, name, kept):
    file = files.upload("a.pdf", files.pdf())
    file._name = name  # as a client may send it
    assert receive(cast, file).name == kept


def test_too_many_unused_files_are_refused(cast, monkeypatch):
    monkeypatch.setattr(uploads, "WAITING", 2)
    attach(receive(cast), cast.agency)
    receive(cast)
    receive(cast)
    with refused("many files"):
        receive(cast)


def test_a_file_belongs_to_one_row(cast):
    upload = attach(receive(cast), cast.agency)
    attach(upload, cast.agency)
    assert upload.subject == "accounts.seat"
    with refused("something else"):
        attach(upload, cast.rival)


def test_the_purpose_decides_who_reads(cast):
    upload = receive(cast)
    clients = [*map(signed_in, (cast.agency.user, cast.rival.user, cast.stranger)), Client()]

    # Until it is attached: who sent it, nobody else.
    assert [answer(client, upload) for client in clients] == [200, 404, 404, 404]

    attach(upload, cast.agency)
    assert [answer(client, upload) for client in clients] == [200, 200, 404, 404]


def test_an_unknown_purpose_and_an_unknown_code_answer_alike(cast, monkeypatch):
    upload = attach(receive(cast), cast.agency)
    monkeypatch.setattr(uploads, "purposes", {})
    client = signed_in(cast.agency.user)
    assert client.get(reverse("core:upload", args=[upload.code])).status_code == 404
    assert client.get(reverse("core:upload", args=["nosuch"])).status_code == 404


def test_a_download_can_do_nothing_in_the_browser(cast):
    upload = receive(cast, files.upload('报 告".pdf', files.pdf()))
    response = signed_in(cast.agency.user).get(upload.get_absolute_url())
    assert b"".join(response.streaming_content) == files.pdf()
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%8A%A5%20")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]


def test_the_proxy_may_carry_the_bytes(cast, settings):
    settings.X_ACCEL = "/private"
    upload = receive(cast)
    response = signed_in(cast.agency.user).get(upload.get_absolute_url())
    assert response["X-Accel-Redirect"] == f"/private/{upload.sha256[:2]}/{upload.sha256}"
    assert response.content == b""


@contextmanager
def clamd(answer: bytes):
    """A scanner that speaks clamd's protocol; yields its address and what it was sent."""
    heard = bytearray()

    def read(client, size):
        got = b""
        while len(got) < size:
            got += client.recv(size - len(got))
        return got

    def serve():
        client, _ = server.accept()
        with client:
            assert read(client, 10) == b"zINSTREAM\0"
            while size := struct.unpack("!L", read(client, 4))[0]:
                heard.extend(read(client, size))
            client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve)
        thread.start()
        yield "{}:{}".format(*server.getsockname()), heard
        thread.join()


def test_what_the_scanner_finds_clean_is_marked_so(cast, settings):
    with clamd(b"stream: OK\0") as (settings.CLAMD, heard):
        upload = receive(cast)
    assert upload.scan == Scan.CLEAN
    assert bytes(heard) == files.pdf()


def test_a_virus_is_not_received(cast, settings):
    with clamd(b"stream: Eicar-Test FOUND\0") as (settings.CLAMD, _), refused("virus"):
        receive(cast)
    assert not storages["private"].exists("")


@pytest.fixture
def waiting(cast, settings):
    """A file that came while the scanner was away, attached."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        settings.CLAMD = "{}:{}".format(*probe.getsockname())
    return attach(receive(cast), cast.agency)


def test_until_the_scanner_is_back_only_its_sender_reads_a_file(cast, waiting):
    assert waiting.scan == Scan.PENDING
    assert answer(signed_in(cast.agency.user), waiting) == 200
    assert answer(signed_in(cast.rival.user), waiting) == 404


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (b"stream: OK\0", Scan.CLEAN, 200),
        (b"stream: Eicar-Test FOUND\0", Scan.INFECTED, 404),
        (b"INSTREAM size limit exceeded. ERROR\0", Scan.PENDING, 404),
    ],
)
def test_the_scanner_is_asked_again(cast, waiting, settings, words, said, status):
    tasks.scan_pending()
    assert Upload.objects.get().scan == Scan.PENDING  # still away
    with clamd(words) as (settings.CLAMD, _):
        tasks.scan_pending()
    assert Upload.objects.get().scan == said
    assert answer(signed_in(cast.rival.user), waiting) == status


def test_what_does_not_wait_is_not_noted_again(cast):
    upload = receive(cast)
    with refused("does not wait"):
        uploads.note_scan(upload, Scan.CLEAN, by=cast.agency, at=clock.now())


def test_past_the_ceiling_nothing_is_kept_while_it_comes(settings):
    settings.UPLOAD_CEILING = 10
    ceiling = uploads.Ceiling()
    assert ceiling.receive_data_chunk(b"x" * 10, 0) == b"x" * 10
    assert ceiling.receive_data_chunk(b"x", 10) is None
    assert ceiling.file_complete(11) is None


def test_no_purpose_allows_more_than_the_ceiling(settings):
    settings.UPLOAD_CEILING = 10
    with pytest.raises(ValueError, match="UPLOAD_CEILING"):
        uploads.purpose("core.big", label="", max_bytes=11, readable_by=lambda *_: True)
