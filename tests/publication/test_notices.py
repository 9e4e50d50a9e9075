import json
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.audit import Clock
from core.models import Event
from core.paper import Paper
from publication import notices
from publication.models import Notice, NoticeFile, Relation
from tests.publication.conftest import correct, publish, withdraw, written
from tests.witness import refused


def test_a_notice_is_numbered_digested_and_recorded(notice, cast):
    year = clock.now().year
    assert notice.number == f"GXCS-{year}-00001"
    assert notice.digest == written().digest()
    assert notice.document == written()
    assert (notice.subject, notice.subject_code) == (
        "accounts.organisation",
        cast.owner.organisation.code,
    )
    event = Event.objects.get(name="notice.published", subject_code=notice.code)
    assert event.public
    facts = json.loads(event.content)["facts"]
    assert facts["digest"] == notice.digest
    assert facts["facts"] == {"deadline": "2026-12-01"}
    assert NoticeFile.objects.undrawn().get().notice == notice


def test_numbers_of_a_series_have_no_gap_where_a_deed_was_refused(notice, cast):
    with refused("This notice must state"):
        publish(cast.owner.organisation, by=cast.owner, facts={})
    assert publish(cast.owner.organisation, by=cast.owner).number.endswith("-00002")


@pytest.mark.parametrize("blank", [{}, {"deadline": None}, {"deadline": ""}, {"deadline": []}])
def test_a_notice_without_what_its_kind_must_state_is_refused(cast, blank):
    with refused("This notice must state"):
        publish(cast.owner.organisation, by=cast.owner, facts=blank)


def test_a_part_of_publication_runs_only_within_a_rule(cast):
    with pytest.raises(RuntimeError, match="publish is a part"):
        notices.publish(
            "test-notice",
            about=cast.owner.organisation,
            title="公告",
            paper=written(),
            by=cast.owner,
            at=clock.now(),
            facts={"deadline": "明天"},
        )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE publication_notice SET title = 'x'",
        "UPDATE publication_notice SET number = number || '1'",
        "DELETE FROM publication_notice",
        "DELETE FROM publication_noticefile",
    ],
)
def test_a_notice_cannot_be_changed_or_deleted_not_even_by_sql(notice, change):
    with (
        pytest.raises(DatabaseError, match="immutable"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert Notice.objects.get() == notice
    assert Notice.objects.get().title == notice.title


def test_a_noted_file_cannot_be_noted_otherwise_not_even_by_sql(notice):
    notices.note_file(notice, pdf=b"%PDF", by=Clock(), at=clock.now())
    with (
        pytest.raises(DatabaseError, match="immutable"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE publication_noticefile SET size = 1")


def test_a_correction_is_the_next_version_and_links_both_ways(notice, cast):
    second = correct(notice, by=cast.owner)
    third = correct(second, by=cast.owner)

    assert [notice.version, second.version, third.version] == [1, 2, 3]
    assert (second.follows, second.relation, second.issuer) == (
        notice,
        Relation.CORRECTS,
        notice.issuer,
    )
    assert second.facts["reason"] == "金额有误"
    assert notice.superseded_by == second
    assert notices.newest(notice) == third
    assert list(Notice.objects.in_force()) == [third]
    assert list(Notice.objects.about(cast.owner.organisation)) == [notice, second, third]


def test_a_correction_must_state_all_that_its_kind_demands(notice, cast):
    with refused("This notice must state"):
        correct(notice, by=cast.owner, facts={})


def test_a_correction_or_withdrawal_without_a_reason_is_refused(notice, cast):
    with refused("State the reason"):
        correct(notice, by=cast.owner, reason=" ")
    with refused("State the reason"):
        withdraw(notice, by=cast.owner, reason="")


def test_what_is_superseded_cannot_be_corrected_or_withdrawn_again(notice, cast):
    correct(notice, by=cast.owner)
    with refused("was superseded by"):
        correct(notice, by=cast.owner)
    with refused("was superseded by"):
        withdraw(notice, by=cast.owner)


def test_a_withdrawal_writes_its_own_paper_and_leaves_the_notice(notice, cast):
    withdrawal = withdraw(notice, by=cast.owner)

    assert withdrawal.kind == "withdrawal"
    assert withdrawal.number.startswith("GXCH-")
    assert withdrawal.title == f"关于撤回《{notice.title}》的公告"
    assert notice.number in withdrawal.document.text()
    assert "项目取消" in withdrawal.document.text()
    assert notice.superseded_by == withdrawal
    assert Notice.objects.get(pk=notice.pk).paper == notice.paper


def test_a_result_follows_its_notice_without_superseding_it(notice, cast):
    result = publish(
        cast.owner.organisation, by=cast.owner, follows=notice, relation=Relation.RESULT_OF
    )
    assert result.version == 1
    assert notice.superseded_by is None
    assert withdraw(notice, by=cast.owner).follows == notice


def test_the_file_is_noted_once(notice):
    file = notices.note_file(notice, pdf=b"%PDF-1.4", by=Clock(), at=clock.now())

    assert file.digest == sha256(b"%PDF-1.4").hexdigest()
    assert file.size == 8
    assert Event.objects.get(name="notice.drawn").public
    with refused("was noted already"):
        notices.note_file(notice, pdf=b"%PDF-1.5", by=Clock(), at=clock.now())


def test_an_unknown_kind_is_a_bug_and_no_refusal(cast):
    with pytest.raises(KeyError), transaction.atomic(durable=True):
        notices.publish(
            "no-such",
            about=cast.owner.organisation,
            title="公告",
            paper=Paper("公告", ()),
            by=cast.owner,
            at=clock.now(),
            facts={},
        )
