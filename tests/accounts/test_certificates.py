from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from accounts import certificates, tasks
from accounts.certificates import Entry
from accounts.forms import CertificateChoice
from accounts.models import Certificate
from core import clock
from core.models import Letter
from tests.factories import CertificateFactory, UploadFactory
from tests.witness import refused


def today():
    return localdate(clock.now())


def enter(seat, scan=None, **facts):
    entry = Entry(**{"kind": "qualification", "name": "测绘资质证书", **facts})
    scan = scan or UploadFactory()
    return certificates.enter(seat.organisation, entry, scan=scan, by=seat, at=clock.now())


def test_a_certificate_is_kept_with_its_scan(cast):
    kept = enter(cast.agency, number="36201", valid_until=today())
    assert kept.scan.subject_code == ""  # the row as it was before
    kept.scan.refresh_from_db()
    assert (kept.scan.subject, kept.scan.subject_code) == ("accounts.certificate", kept.code)
    assert kept.is_valid(today())
    assert not kept.is_valid(today() + timedelta(days=1))


def test_a_certificate_never_ends_before_it_begins(cast):
    scan = UploadFactory()
    with refused("would end before it was issued"):
        enter(cast.agency, scan, issued_on=today(), valid_until=today() - timedelta(days=1))
    kept = enter(cast.agency, issued_on=today())
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=kept.pk).update(valid_until=today() - timedelta(days=1))


def test_replacing_keeps_the_older_and_happens_once(cast):
    older = enter(cast.agency)
    newer = certificates.replace(
        older,
        Entry("qualification", "测绘资质证书"),
        scan=UploadFactory(),
        by=cast.agency,
        at=clock.now(),
    )
    older.refresh_from_db()
    assert older.superseded_by == newer
    assert not older.is_valid(today())
    assert list(Certificate.objects.of(cast.agency.organisation).current()) == [newer]
    scan = UploadFactory()
    with refused("was replaced or put away already"):
        entry = Entry("qualification", "测绘资质证书")
        certificates.replace(older, entry, scan=scan, by=cast.agency, at=clock.now())
    certificates.put_away(newer, by=cast.agency, at=clock.now())
    with refused("was replaced or put away already"):
        certificates.put_away(newer, by=cast.agency, at=clock.now())


def test_reminders_come_once_at_90_30_and_7_days(cast, later):
    kept = enter(cast.agency, valid_until=today() + timedelta(days=91))
    enter(cast.agency)  # without end: never
    told = []
    for _day in range(95):
        tasks.remind_of_certificates()
        tasks.remind_of_certificates()  # twice does no harm
        told.append(Letter.objects.filter(kind="accounts/certificate-expiring").count())
        later(days=1)
    reminded = [day for day in range(1, 95) if told[day] != told[day - 1]]
    assert told[0] == 0
    assert reminded == [1, 61, 84]
    assert told[-1] == 3
    letters = Letter.objects.filter(kind="accounts/certificate-expiring").order_by("pk")
    assert "还有 90 天" in letters[0].body
    kept.refresh_from_db()
    assert certificates.due_reminder(kept, today(), (90, 30, 7)) is None
    with refused("No reminder of this certificate is due"):
        certificates.remind(kept, on=today(), by=cast.agency, at=clock.now())


def test_one_certificate_that_fails_does_not_hold_up_the_others(cast, caplog, monkeypatch):
    for seat in (cast.agency, cast.rival):
        enter(seat, valid_until=today() + timedelta(days=3))
    broken = Certificate.objects.get(organisation=cast.agency.organisation)
    Certificate.objects.filter(pk=broken.pk).update(name="{" * 120)
    real = certificates.remind

    def sometimes(certificate, **facts):
        if certificate.pk == broken.pk:
            raise ValueError("broken")
        return real(certificate, **facts)

    monkeypatch.setattr(tasks.certificates, "remind", sometimes)
    tasks.remind_of_certificates()
    assert "was not reminded of" in caplog.text
    assert Letter.objects.get(kind="accounts/certificate-expiring").email == "rival@example.com"


def test_forms_offer_only_what_is_valid_today_in_ones_own_wallet(cast):
    organisation = cast.agency.organisation
    valid = CertificateFactory(organisation=organisation, valid_until=today())
    CertificateFactory(organisation=organisation, valid_until=today() - timedelta(days=1))
    CertificateFactory(organisation=organisation, put_away_at=clock.now())
    CertificateFactory(organisation=organisation, superseded_by=valid)
    CertificateFactory(organisation=cast.rival.organisation)
    other = CertificateFactory(organisation=organisation, kind="finance", name="审计报告")

    field = CertificateChoice()
    field.choose_from(organisation)
    assert set(field.queryset) == {valid, other}
    field.choose_from(organisation, kind="licence")
    assert list(field.queryset) == [valid]
    assert field.clean(valid.code) == valid
