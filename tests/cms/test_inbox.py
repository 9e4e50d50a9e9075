from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import Letter
from core.numbering import new_code
from tests.cast import signed_in


@pytest.fixture
def written(cast):
    """`written(3)`: letters to the owner, the oldest first."""

    def write(count: int) -> list[Letter]:
        return Letter.objects.bulk_create(
            Letter(
                code=new_code(),
                user_code=cast.owner.user.code,
                organisation_code=cast.owner.organisation.code,
                addressed_to=cast.owner.organisation.name,
                email="owner@example.com",
                kind="core/test",
                subject=f"第{number}封信 <b>",
                body="请核对。\n\n<script>",
                link="/desk/",
                posted_at=clock.now() - timedelta(days=1) + timedelta(minutes=number),
            )
            for number in range(count)
        )

    return write


def test_the_inbox_shows_the_newest_first_and_says_for_which_unit(cast, written):
    written(25)
    page = signed_in(cast.owner.user).get(reverse("cms:inbox")).text
    assert page.index("第24封信") < page.index("第10封信")
    assert "第3封信" not in page
    assert "第24封信 &lt;b&gt;" in page
    assert cast.owner.organisation.name in page


def test_opening_a_letter_reads_it_and_shows_it_whole(cast, written):
    (letter,) = written(1)
    client = signed_in(cast.owner.user)

    page = client.get(reverse("cms:letter", args=[letter.code])).text

    letter.refresh_from_db()
    assert letter.read_at is not None
    assert "&lt;script&gt;" in page
    assert 'href="/desk/"' in page
    assert "owner@example.com" not in page  # masked


def test_all_can_be_marked_as_read(cast, written):
    written(3)
    client = signed_in(cast.owner.user)
    client.post(reverse("cms:inbox-read"))
    assert not Letter.objects.unread().exists()
    assert "第1封信" not in client.get(reverse("cms:inbox") + "?unread").text


def test_another_persons_letter_is_as_good_as_none(cast, written):
    (letter,) = written(1)
    answer = signed_in(cast.agency.user).get(reverse("cms:letter", args=[letter.code]))
    assert answer.status_code == 404
    letter.refresh_from_db()
    assert letter.read_at is None


def test_the_inbox_runs_the_same_queries_for_1_letter_and_for_30(cast, written):
    client = signed_in(cast.owner.user)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("cms:inbox"))
        return len(captured)

    written(1)
    queries()
    for_one = queries()
    written(29)
    assert queries() == for_one
