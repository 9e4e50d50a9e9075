"""Forms of an agency's entry: one for each section, and those for what is added later.

A section keeps what was typed, right or wrong, as lists by name: so a draft can be bound again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as NumberFault

from accounts.forms import UnitUploadField
from accounts.models import Certificate, CertificateKind, Seat
from core import clock
from core.calendar import day_of
from core.forms import Receiving, UploadField
from core.models import Upload
from core.widgets import DayInput, MoneyInput
from marketplace.entry import Authorised, Individual, Paper, Profile, Terms, Unit
from marketplace.models import (
    Agency,
    FeeBasis,
    FileKind,
    Holder,
    QualificationCategory,
    ServiceItem,
)

SCAN = "marketplace.qualification-scan"
FILE = "marketplace.entry-file"


def _offer(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    field: Any = form.fields[name]
    field.choices = choices


class IdNumberField(forms.CharField):
    """A resident's ID number 公民身份号码 (GB 11643)."""

    def __init__(self, **facts: Any) -> None:
        facts.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(max_length=30, **facts)

    def clean(self, value: Any) -> str:
        number = ric.compact(super().clean(value)).upper()
        if not number:
            return ""
        if len(number) != 18:
            raise ValidationError(
                _("An ID number has 18 characters; this one has %(count)d."),
                params={"count": len(number)},
            )
        try:
            ric.get_birth_date(number)
            fits = number[:-1].isdecimal() and ric.calc_check_digit(number) == number[-1]
        except (NumberFault, ValueError):
            fits = False
        if not fits:
            raise ValidationError(_("This ID number does not fit its check digit: read it again."))
        return number


class ProfileForm(forms.Form):
    """What a listed agency says of itself."""

    introduction = forms.CharField(
        label=_("Introduction"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=_("Main business, past work and strengths; public after listing."),
    )
    registered_capital = forms.DecimalField(
        label=_("Registered capital (yuan)"),
        widget=MoneyInput,
        min_value=0,
        max_digits=16,
        decimal_places=2,
        required=False,
    )
    staff_count = forms.IntegerField(label=_("Number of staff"), min_value=1, max_value=1_000_000)
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    quality_measures = forms.CharField(
        label=_("Measures for the quality of service"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    honours = forms.CharField(
        label=_("Honours"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
    )
    authorised_phone = forms.CharField(label=_("Phone of the authorised person"), max_length=30)

    def profile(self) -> Profile:
        names = Profile.__dataclass_fields__
        return Profile(**{name: self.cleaned_data[name] for name in names})

    @classmethod
    def initial_of(cls, agency: Agency) -> dict[str, Any]:
        return {name: getattr(agency, name) for name in cls.base_fields}


class UnitForm(Receiving, ProfileForm):
    established_on = forms.DateField(label=_("Established on"), widget=DayInput)
    licence = UnitUploadField(
        FILE, label=_("Business licence or certificate of registration"), many=True
    )
    legal_representative_id = IdNumberField(
        label=_("ID number of the legal representative"),
        help_text=_("Stored encrypted; shown to reviewers only, and every look is recorded."),
    )
    legal_id = UnitUploadField(
        FILE, label=_("ID card of the legal representative, both sides"), many=True
    )
    authorised_name = forms.CharField(
        label=_("Authorised person"),
        max_length=60,
        help_text=_("业务授权人: who handles business with owners for your unit."),
    )
    authorised_id = IdNumberField(label=_("ID number of the authorised person"))
    authorised_id_card = UnitUploadField(
        FILE, label=_("ID card of the authorised person, both sides"), many=True
    )
    authorisation = UnitUploadField(FILE, label=_("Letter of authorisation"), many=True)
    insurance = UnitUploadField(
        FILE,
        label=_("Social insurance record of the authorised person, last 3 months"),
        many=True,
    )
    other = UnitUploadField(
        FILE,
        label=_("Other material"),
        many=True,
        required=False,
        help_text=_("Such as internal rules, honours or a credit report."),
    )

    FILES = {
        "licence": FileKind.LICENCE,
        "legal_id": FileKind.LEGAL_ID,
        "authorised_id_card": FileKind.AUTHORISED_ID,
        "authorisation": FileKind.AUTHORISATION,
        "insurance": FileKind.INSURANCE,
        "other": FileKind.OTHER,
    }

    # What the wallet has already, by field.
    WALLET = {
        "licence": CertificateKind.LICENCE,
        "authorisation": CertificateKind.AUTHORISATION,
        "insurance": CertificateKind.SOCIAL_INSURANCE,
    }

    def clean_established_on(self) -> date:
        day: date = self.cleaned_data["established_on"]
        if day > day_of(clock.now()):
            raise ValidationError(_("This day is to come: a unit that exists was founded before."))
        return day

    GROUPS = (
        (
            _("Unit"),
            (
                "introduction",
                "established_on",
                "registered_capital",
                "staff_count",
                "website",
                "quality_measures",
                "honours",
                "licence",
            ),
        ),
        (_("Legal representative"), ("legal_representative_id", "legal_id")),
        (
            _("Authorised person"),
            (
                "authorised_name",
                "authorised_phone",
                "authorised_id",
                "authorised_id_card",
                "authorisation",
                "insurance",
            ),
        ),
        (_("Other material"), ("other",)),
    )

    def groups(self) -> list[dict[str, Any]]:
        return [
            {"label": label, "fields": [self[name] for name in names]}
            for label, names in self.GROUPS
        ]

    def unit(self) -> Unit:
        data = dict(self.cleaned_data)
        files = {kind.value: tuple(data.pop(name)) for name, kind in self.FILES.items()}
        return Unit(**data, files=files)


class AuthorisedForm(Receiving, forms.Form):
    """Another authorised person, with the papers of an entry."""

    name = forms.CharField(
        label=_("Authorised person"),
        max_length=60,
        help_text=_("业务授权人: who handles business with owners for your unit."),
    )
    phone = forms.CharField(label=_("Phone of the authorised person"), max_length=30)
    id_number = IdNumberField(
        label=_("ID number of the authorised person"),
        help_text=_("Stored encrypted; shown to reviewers only, and every look is recorded."),
    )
    id_card = UnitUploadField(FILE, label=_("ID card of the authorised person, both sides"))
    authorisation = UnitUploadField(FILE, label=_("Letter of authorisation"))
    insurance = UnitUploadField(
        FILE, label=_("Social insurance record of the authorised person, last 3 months")
    )

    def authorised(self) -> Authorised:
        return Authorised(**self.cleaned_data)


class ServiceForm(forms.Form):
    item = forms.ModelChoiceField(ServiceItem.objects.offered(), label=_("Service"))
    conditions = forms.CharField(
        label=_("Conditions"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
        help_text=_("What the owner must have ready, and which jobs you take."),
    )
    process = forms.CharField(
        label=_("Process"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
    time_limit_days = forms.IntegerField(
        label=_("Time limit (working days)"), min_value=1, max_value=720
    )
    fee_basis = forms.ChoiceField(
        label=_("Fee basis"), choices=FeeBasis.choices, initial=FeeBasis.MARKET
    )
    fee = forms.CharField(
        label=_("Fee"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        help_text=_("How you charge, with figures where you can; public after listing."),
    )

    def __init__(self, *args: Any, items: Sequence[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if items is not None:  # asked for once for all rows
            _offer(self, "item", items)

    def terms(self) -> Terms:
        names = ("item", "process", "time_limit_days", "fee_basis", "fee", "conditions")
        return Terms(**{name: self.cleaned_data[name] for name in names})


@dataclass(frozen=True)
class Offered:
    wallet: Sequence[Certificate]
    categories: Sequence[QualificationCategory]


class PaperForm(Receiving, forms.Form):
    """A certificate; its category and level are one choice, its specialties another."""

    holder = Holder.UNIT
    kind = CertificateKind.QUALIFICATION
    wallet = forms.ChoiceField(
        label=_("From the wallet"),
        required=False,
        help_text=_("Number, dates and scan are then taken from there; leave them empty."),
    )
    grade = forms.ChoiceField(label=_("Qualification and level"))
    specialties = forms.MultipleChoiceField(
        label=_("Specialties"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
        help_text=_("Several may be chosen (Ctrl or ⌘); none where the certificate names none."),
    )
    number = forms.CharField(label=_("Certificate number"), max_length=60)
    issuer = forms.CharField(label=_("Issued by"), max_length=80, required=False)
    issued_on = forms.DateField(label=_("Issued on"), widget=DayInput)
    valid_until = forms.DateField(
        label=_("Valid until"),
        widget=DayInput,
        required=False,
        help_text=_("The last day printed on it; empty where it is valid for good."),
    )
    scan = UnitUploadField(SCAN, label=_("Scan of the certificate"))

    def __init__(self, *args: Any, by: Seat, offered: Offered | None = None, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        offered = offered or self.offered(by)
        self.held = {row.code: row for row in offered.wallet}
        taken = [
            ("", _("no: type it below")),
            *((row.code, f"{row.name} {row.number}") for row in offered.wallet),
        ]
        _offer(self, "wallet", taken)
        if self["wallet"].value():
            for name in ("number", "issued_on", "scan"):
                self.fields[name].required = False
        self.categories = {row.code: row for row in offered.categories}
        grades: list[Any] = [("", _("choose one"))]
        specialties = []
        for row in self.categories.values():
            levels = [(f"{row.code}|{level}", f"{row.name} {level}") for level in row.levels]
            grades.append((row.name, levels) if levels else (f"{row.code}|", row.name))
            if row.specialties:
                choices = [(f"{row.code}|{name}", name) for name in row.specialties]
                specialties.append((row.name, choices))
        _offer(self, "grade", grades)
        _offer(self, "specialties", specialties)

    @classmethod
    def offered(cls, by: Seat) -> Offered:
        """What may be chosen; asked for once for all rows of a section."""
        own = Certificate.objects.of(by.organisation).current().filter(kind=cls.kind)
        categories = QualificationCategory.objects.filter(holder=cls.holder)
        return Offered(list(own.select_related("scan").order_by("pk")), list(categories))

    def clean(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        if held := self.held.get(data.get("wallet", "")):
            self._take(held)
        code = data.get("grade", "").partition("|")[0]
        strange = [one for one in data.get("specialties", ()) if one.partition("|")[0] != code]
        if code and strange:
            name = self.categories[code].name
            self.add_error(
                "specialties",
                gettext("These specialties are not of “%(name)s”.") % {"name": name},
            )
        issued_on, valid_until = data.get("issued_on"), data.get("valid_until")
        if issued_on and valid_until and valid_until < issued_on:
            self.add_error("valid_until", gettext("It ends before it was issued."))
        elif valid_until and valid_until < day_of(clock.now()):
            self.add_error(
                "valid_until", gettext("It is expired: hand in the renewed certificate.")
            )
        return data

    def _take(self, held: Certificate) -> None:
        """Fill what was left empty from the wallet."""
        for name in ("number", "issuer", "issued_on", "valid_until", "scan"):
            if not self.cleaned_data.get(name):
                self.cleaned_data[name] = getattr(held, name)
        for name in ("number", "issued_on"):
            if not self.cleaned_data[name] and name not in self.errors:
                self.add_error(name, gettext("The wallet does not say it: type it here."))

    def paper(self) -> Paper:
        data = self.cleaned_data
        code, _bar, level = data["grade"].partition("|")
        return Paper(
            category=self.categories[code],
            level=level,
            specialty="、".join(one.partition("|")[2] for one in data["specialties"]),
            number=data["number"],
            issuer=data["issuer"],
            issued_on=data["issued_on"],
            valid_until=data["valid_until"],
            scan=data["scan"],
        )


class CertificateForm(PaperForm):
    """A certificate of a practitioner."""

    holder = Holder.PERSON
    kind = CertificateKind.PERSON


class PractitionerForm(CertificateForm):
    """A person with one certificate; another row of the same ID number adds a certificate."""

    name = forms.CharField(label=_("Name of the person"), max_length=60)
    id_number = IdNumberField(label=_("ID number"))
    title = forms.CharField(label=_("Professional title"), max_length=60, required=False)
    insurance = UnitUploadField(FILE, label=_("Social insurance record, last 3 months"))

    field_order = ("name", "id_number", "title", "insurance")

    def individual(self) -> Individual:
        data = self.cleaned_data
        return Individual(
            name=data["name"],
            id_number=data["id_number"],
            title=data["title"],
            insurance=data["insurance"],
            certificates=(self.paper(),),
        )


class RowSet(forms.BaseFormSet[Any]):
    """Rows of a section; at least one where `needed`."""

    needed = False

    def clean(self) -> None:
        if self.needed and not any(self.filled()) and not any(self.errors):
            raise ValidationError(_("Name one service at least that your unit offers."))

    def filled(self) -> list[Any]:
        """The forms that say something and stay."""
        return [
            form
            for form in self.forms
            if form.has_changed() and not self._should_delete_form(form)  # type: ignore[attr-defined]
        ]


class ServiceRows(RowSet):
    needed = True

    def clean(self) -> None:
        super().clean()
        items = [form.cleaned_data["item"] for form in self.filled() if form.is_valid()]
        if len({item.pk for item in items}) < len(items):
            raise ValidationError(_("A service is named twice: keep it once."))


class PractitionerRows(RowSet):
    def clean(self) -> None:
        super().clean()
        names: dict[str, str] = {}
        for form in self.filled():
            if form.is_valid():
                data = form.cleaned_data
                if names.setdefault(data["id_number"], data["name"]) != data["name"]:
                    form.add_error(
                        "name", gettext("Another row has this ID number with another name.")
                    )

    def individuals(self) -> list[Individual]:
        """Rows of one person joined."""
        found: dict[str, Individual] = {}
        for form in self.filled():
            one = form.individual()
            first = found.get(one.id_number)
            certificates = (*first.certificates, *one.certificates) if first else one.certificates
            found[one.id_number] = Individual(
                name=one.name,
                id_number=one.id_number,
                title=(first.title if first else "") or one.title,
                insurance=first.insurance if first else one.insurance,
                certificates=certificates,
            )
        return list(found.values())


def rows(form: type[forms.Form], formset: type[RowSet] = RowSet) -> type[RowSet]:
    made: Any = forms.formset_factory(form, formset=formset, extra=1, can_delete=True, max_num=200)
    return made  # type: ignore[no-any-return]  # the factory's own type forgets the base


SERVICES = rows(ServiceForm, ServiceRows)
QUALIFICATIONS = rows(PaperForm)
PRACTITIONERS = rows(PractitionerForm, PractitionerRows)
FORMS: Mapping[str, Any] = {
    "unit": UnitForm,
    "services": SERVICES,
    "qualifications": QUALIFICATIONS,
    "practitioners": PRACTITIONERS,
}
Sheet = Any  # a form or a formset of FORMS


def sheet(section: str, by: Seat, data: Any = None, files: Any = None) -> Sheet:
    """The form of a section, empty or bound."""
    if section == "unit":
        return UnitForm(data, files, by=by, initial=None if data else _wallet(by))
    rows = FORMS[section]
    kwargs: dict[str, Any] = {"by": by}
    if section == "services":
        names = ServiceItem.objects.offered().values_list("pk", "name")
        kwargs = {"items": [("", _("choose one")), *names]}
    else:
        kwargs["offered"] = rows.form.offered(by)
    return rows(data, files, form_kwargs=kwargs, prefix=section)


def _wallet(by: Seat) -> dict[str, list[Upload]]:
    """The scans that the unit's wallet has for its own papers."""
    own = Certificate.objects.of(by.organisation).current().select_related("scan")
    return {
        name: [row.scan for row in own if row.kind == kind]
        for name, kind in UnitForm.WALLET.items()
    }


def from_draft(section: str, by: Seat, typed: Mapping[str, list[str]] | None) -> Sheet:
    """The form of a section as it was left; empty where nothing was typed."""
    if not typed:
        return sheet(section, by)
    data: MultiValueDict[str, str] = MultiValueDict()
    for name, values in typed.items():
        data.setlist(name, values)
    return sheet(section, by, data, {})


def without_errors(form: Sheet) -> Sheet:
    """As it was left, without a word about what is still missing."""
    if form.is_bound:
        form.is_valid()  # files that are held are found here
        several = isinstance(form, RowSet)
        for one in form.forms if several else [form]:
            one._errors = ErrorDict()
        if several:
            form._non_form_errors = form.error_class()
            form._errors = [{} for _form in form.forms]
    return form


def typed(form: Sheet, *, more: bool = False) -> dict[str, list[str]]:
    """What is kept of a bound form: rows taken out and empty ones dropped; `more`: one added."""
    form.is_valid()
    if not isinstance(form, RowSet):
        return _typed(form, form.prefix, form.prefix)
    kept: dict[str, list[str]] = {}
    stay = form.filled()
    for place, one in enumerate(stay):
        kept |= _typed(one, one.prefix, f"{form.prefix}-{place}")
    total = len(stay) + (1 if more or not stay else 0)
    counts = {"TOTAL_FORMS": total, "INITIAL_FORMS": 0}
    return kept | {f"{form.prefix}-{name}": [str(count)] for name, count in counts.items()}


def _typed(form: Any, old: str | None, new: str | None) -> dict[str, list[str]]:
    kept = {}
    for name, field in form.fields.items():
        if name == "DELETE":
            continue
        key = f"{old}-{name}" if old else name
        target = f"{new}-{name}" if new else name
        if isinstance(field, UploadField):
            held: list[Upload] = field.widget.held
            kept[f"{target}-held"] = [upload.code for upload in held]
        else:
            kept[target] = form.data.getlist(key)
    return kept
