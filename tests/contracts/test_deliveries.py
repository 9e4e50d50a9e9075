import json
from datetime import timedelta

import pytest
from django.test import Client

from contracts import deliveries
from contracts.models import AgreementState, ChangeState, DeliverableState
from core import clock
from core.audit import Clock
from core.calendar import day_of
from core.models import CalendarDay, Event, Letter, Outbox, Scan, Upload
from core.outbox import consumers
from tests.cast import signed_in
from tests.contracts import drawing
from tests.contracts.drawing import handed_in
from tests.witness import refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def listening(monkeypatch):
    """Somebody above listens to deliveries."""
    for name in ("delivery.handed-in", "delivery.accepted", "delivery.returned"):
        monkeypatch.setitem(consumers, name, {"tests.ear": lambda event, *, at: None})
    monkeypatch.setitem(consumers, "agreement.fulfilled", {"tests.ear": lambda event, *, at: None})


def accept(deliverable, cast, opinion=""):
    return deliveries.accept(deliverable, opinion=opinion, by=cast.owner, at=clock.now())


def return_(deliverable, cast, reason="缺少附表", days=5):
    return deliveries.return_(deliverable, reason=reason, days=days, by=cast.owner, at=clock.now())


def facts(name):
    return json.loads(Event.objects.filter(name=name).latest("pk").content)["facts"]


def test_a_hand_in_binds_its_files_tells_the_client_and_sets_its_time(agreement, cast):
    file = drawing.upload(cast.agency)
    deliverable = handed_in(cast, agreement=agreement, uploads=[file])

    file.refresh_from_db()
    assert (file.subject, file.subject_code) == ("contracts.deliverable", deliverable.code)
    due = CalendarDay.objects.calendar().add_working_days(
        day_of(deliverable.handed_in_at), agreement.acceptance_days
    )
    assert deliverable.accept_until == due.until()
    assert (deliverable.round, deliverable.days_late) == (1, 0)
    told = facts("delivery.handed-in")
    assert told["agency"] == cast.agency.organisation.code
    assert (told["milestone"], told["days_late"], told["digest"]) == (1, 0, deliverable.digest)
    assert Outbox.objects.get(event__name="delivery.handed-in").event.subject_code == (
        agreement.code
    )
    readers = Letter.objects.filter(kind="contracts/delivery-handed-in")
    assert set(readers.values_list("user_code", flat=True)) == {
        cast.owner.user.code,
        cast.approver.user.code,
    }


def test_the_digest_of_a_hand_in_covers_its_note_and_its_files(agreement, cast):
    one = handed_in(cast, 1, agreement, uploads=[drawing.upload(cast.agency, "a.pdf")])
    two = handed_in(cast, 2, agreement, uploads=[drawing.upload(cast.agency, "b.pdf")])
    assert one.digest != two.digest


def test_hand_in_refuses_nothing_a_second_one_and_an_accepted_milestone(agreement, cast):
    with refused("Add at least one file"):
        handed_in(cast, agreement=agreement, uploads=[])
    files = [drawing.upload(cast.agency)]
    deliverable = handed_in(cast, agreement=agreement)
    with refused("A hand-in waits"):
        handed_in(cast, agreement=agreement, uploads=files)
    with refused("belongs to something else"):
        handed_in(cast, 2, agreement, uploads=[handed_in_file(deliverable)])
    accept(deliverable, cast)
    with refused("is accepted already"):
        handed_in(cast, agreement=agreement, uploads=files)


def handed_in_file(deliverable):
    return Upload.objects.get(subject_code=deliverable.code)


def test_hand_in_refuses_an_agreement_that_is_not_being_performed(drawn_up, cast):
    files = [drawing.upload(cast.agency)]
    with refused("by now: load the page again"):
        handed_in(cast, agreement=drawn_up, uploads=files)


def test_lateness_is_judged_after_the_lock_whatever_the_door_said(agreement, cast, later):
    in_time = clock.now()
    due_at = agreement.milestones.get(place=1).due_at
    later(seconds=(due_at - clock.now()).total_seconds() + 3 * 86400)
    deliverable = handed_in(cast, agreement=agreement, at=in_time)
    expected = (day_of(deliverable.handed_in_at) - day_of(due_at - timedelta(seconds=1))).days
    assert deliverable.days_late == expected == facts("delivery.handed-in")["days_late"]
    assert deliverable.days_late >= 3


def test_the_last_acceptance_fulfils_the_agreement(agreement, cast):
    accept(handed_in(cast, 1, agreement), cast, "成果合格")
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.CONCLUDED
    accept(handed_in(cast, 2, agreement), cast)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.FULFILLED
    told = facts("agreement.fulfilled")
    assert (told["milestones"], told["late"], told["returned"], told["days_late"]) == (2, 0, 0, 0)
    assert Outbox.objects.filter(event__name="agreement.fulfilled").count() == 1
    assert Letter.objects.filter(kind="contracts/agreement-fulfilled").count() == 3


def test_a_return_names_what_to_correct_and_gives_the_time_for_it(agreement, cast, later):
    milestone = agreement.milestones.get(place=1)
    later(seconds=(milestone.due_at - clock.now()).total_seconds() - 60)
    deliverable = handed_in(cast, agreement=agreement)
    later(days=4)
    with refused("Say what is to be corrected"):
        return_(deliverable, cast, reason=" ")
    with refused("between 1 and"):
        return_(deliverable, cast, days=61)

    returned = return_(deliverable, cast, days=5)

    assert (returned.state, returned.reason) == (DeliverableState.RETURNED, "缺少附表")
    milestone.refresh_from_db()
    calendar = CalendarDay.objects.calendar()
    assert milestone.due_at == calendar.add_working_days(day_of(returned.decided_at), 5).until()
    again = handed_in(cast, agreement=agreement)
    assert (again.round, again.days_late) == (2, 0)  # the client's time is not the agency's


def test_a_return_does_not_shorten_what_was_agreed(agreement, cast):
    milestone = agreement.milestones.get(place=1)
    return_(handed_in(cast, agreement=agreement), cast, days=1)
    before = milestone.due_at
    milestone.refresh_from_db()
    assert milestone.due_at == before


def test_a_decision_is_made_once(agreement, cast):
    deliverable = handed_in(cast, agreement=agreement)
    accept(deliverable, cast)
    with refused("by now: load the page again"):
        accept(deliverable, cast)
    with refused("by now: load the page again"):
        return_(deliverable, cast)


def test_a_hand_in_withdraws_the_request_for_a_later_date(cast):
    change = drawing.extension_asked(cast)
    handed_in(cast, agreement=change.agreement)
    change.refresh_from_db()
    assert change.state == ChangeState.WITHDRAWN


def test_a_reminder_reaches_the_client_once(agreement, cast, later):
    deliverable = handed_in(cast, agreement=agreement)
    later(seconds=(deliverable.accept_until - clock.now()).total_seconds() - 3600)
    deliveries.remind(deliverable, by=Clock(), at=clock.now())
    assert Letter.objects.filter(kind="contracts/delivery-reminder").count() == 2
    with refused("No reminder is due"):
        deliveries.remind(deliverable, by=Clock(), at=clock.now())


def test_only_both_sides_and_the_supervisor_read_a_file(agreement, cast):
    file = drawing.upload(cast.agency)
    handed_in(cast, agreement=agreement, uploads=[file])
    assert file.scan == Scan.UNSCANNED
    seats = (cast.owner, cast.agency, cast.regulator, cast.rival, cast.operator)
    answers = [read(signed_in(seat.user), file) for seat in seats]
    assert answers == [200, 200, 200, 404, 404]
    assert read(signed_in(cast.stranger), file) == 404
    assert read(Client(), file) in (302, 404)


def read(client, file):
    response = client.get(file.get_absolute_url())
    if response.streaming:
        assert b"".join(response.streaming_content)
    return response.status_code
