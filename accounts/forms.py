"""What people and organisations type in."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric

from accounts import identity, seats
from accounts.amendments import FIXED_KINDS, Amended
from accounts.certificates import Entry
from accounts.models import (
    DEEDS_OF,
    Authority,
    Certificate,
    CertificateKind,
    Deed,
    Organisation,
    OrganisationKind,
    Rank,
    Seat,
    User,
)
from accounts.registration import Contacts, Details
from accounts.seats import Terms
from core import calendar, clock
from core.forms import OnceField, Receiving, UploadField
from core.models import Region, Upload
from core.widgets import DayInput, MoneyInput, Options

mobile = RegexValidator(r"^1[3-9]\d{9}$", _("A mobile number has 11 digits and begins with 1."))
phone = RegexValidator(
    r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|400-?\d{3}-?\d{4})$",
    _("Give a mobile number, or a landline with its area code, such as 0797-8123456."),
)


class SignupForm(forms.Form):
    """What sign-up asks beside e-mail and password (allauth adds those)."""

    name = forms.CharField(
        label=pgettext_lazy("of a person", "Name"),
        max_length=60,
        help_text=_("Your real name: it stands in contracts and records."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        validators=[mobile],
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def signup(self, request: Any, user: User) -> None:
        user.name = self.cleaned_data["name"].strip()
        user.phone = self.cleaned_data["phone"]
        user.save(update_fields=["name", "phone"])


class UnitUploadField(UploadField):
    """A file that anybody of the unit may have sent, or one of its wallet: colleagues share one
    draft.
    """

    def _held(self, codes: Iterable[str]) -> list[Upload]:
        codes = [code for code in codes if code]
        if not codes or self.by is None:
            return []
        unit = self.by.signature().get("organisation", "-")
        wallet = Certificate.objects.current().filter(organisation__code=unit).values("scan")
        found = Upload.objects.filter(
            Q(purpose=self.purpose, organisation_code=unit) | Q(pk__in=wallet), code__in=codes
        )
        if len(found) != len(set(codes)):
            raise ValidationError(self.error_messages["gone"], code="gone")
        return sorted(found, key=lambda upload: codes.index(upload.code))


class UsccField(forms.CharField):
    """A 统一社会信用代码, normalised; a wrong one is told what is wrong."""

    messages = {
        "length": _("A unified social credit code has 18 characters; this one has %(length)s."),
        "letter": _(
            "“%(letter)s” at place %(place)s cannot occur in a unified social credit code:"
            " it has digits and capitals without I, O, S, V and Z."
        ),
        "check": _(
            "The check digit “%(letter)s” does not fit the other 17 characters:"
            " compare the code with your licence."
        ),
    }

    def __init__(self, **facts: Any) -> None:
        super().__init__(
            widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
            **facts,
        )

    def to_python(self, value: Any) -> str:
        return identity.normalised(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        found = identity.fault(value) if value else None
        if found:
            raise ValidationError(self.messages[found.kind], code=found.kind, params=found.values)


class ContactsForm(forms.Form):
    """What an organisation keeps up to date by itself."""

    short_name = forms.CharField(label=_("Short name"), max_length=40, required=False)
    region = forms.CharField(
        label=_("Region"),
        max_length=60,
        help_text=_("County, city or its code by GB/T 2260, such as 章贡区 or 360702."),
    )
    address = forms.CharField(label=_("Address"), max_length=200)
    contact_name = forms.CharField(label=_("Contact person"), max_length=60)
    contact_phone = forms.CharField(label=_("Contact phone"), max_length=30, validators=[phone])
    contact_email = forms.EmailField(label=_("Contact e-mail"), required=False)

    def clean_region(self) -> Region:
        typed = self.cleaned_data["region"].strip()
        found = list(Region.objects.filter(Q(code=typed) | Q(name=typed) | Q(full_name=typed))[:5])
        if not found:
            raise ValidationError(gettext("There is no region %(typed)s.") % {"typed": typed})
        if len(found) > 1:
            names = gettext(", ").join(f"{one.full_name} {one.code}" for one in found)
            raise ValidationError(
                gettext("Several regions are called so, give the code: %(names)s.")
                % {"names": names}
            )
        return found[0]

    def contacts(self) -> Contacts:
        return Contacts(**{name: self.cleaned_data[name] for name in ContactsForm.base_fields})

    @classmethod
    def initial_of(cls, organisation: Organisation) -> dict[str, Any]:
        found = {name: getattr(organisation, name, None) for name in cls.base_fields}
        found["region"] = organisation.region.full_name if organisation.region else ""
        return found


class RegistrationForm(Receiving, ContactsForm):
    """An organisation as it is handed in for verification."""

    kind = forms.ChoiceField(
        label=_("Kind of unit"),
        choices=OrganisationKind.choices,
        widget=Options(
            hints={
                OrganisationKind.NATURAL_PERSON: _(
                    "Without a code; may place service orders and never bids."
                )
            }
        ),
    )
    uscc = UsccField(
        label=_("Unified social credit code"),
        error_messages={"required": _("Give the code of 18 characters.")},
        help_text=_("18 characters, as on the licence; empty for a natural person (GB 32100)."),
    )
    name = forms.CharField(
        label=_("Name of the unit"), max_length=120, help_text=_("In full, as on the licence.")
    )
    id_number = forms.CharField(
        label=_("ID number of the person"),
        max_length=18,
        required=False,
        help_text=_("Of a natural person only; stored encrypted and shown nowhere."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    legal_representative = forms.CharField(
        label=_("Legal representative or person in charge"), max_length=60
    )
    authority = forms.ChoiceField(
        label=_("You register as"), choices=Authority.choices, widget=Options()
    )
    licence = UploadField(
        "accounts.certificate",
        label=_("Scan of the licence or certificate"),
        error_messages={"required": _("Add a scan of the licence.")},
        help_text=_(
            "Business licence, or certificate of the unified code; of a natural person, none."
        ),
    )
    authorisation = UploadField(
        "accounts.certificate",
        label=_("Scan of the written authorisation"),
        required=False,
        help_text=_("Needed when you are not the legal representative."),
    )
    once = OnceField(required=False)

    field_order = [
        "kind",
        "uscc",
        "name",
        "id_number",
        "short_name",
        "legal_representative",
        "authority",
        "licence",
        "authorisation",
        "region",
        "address",
        "contact_name",
        "contact_phone",
        "contact_email",
        "once",
    ]

    def __init__(self, *args: Any, has_licence: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_licence = has_licence
        natural = self.data.get("kind") == OrganisationKind.NATURAL_PERSON
        self.fields["uscc"].required = not natural
        self.fields["licence"].required = not (natural or has_licence)

    def clean_id_number(self) -> str:
        number = identity.normalised(self.cleaned_data["id_number"])
        if number and not ric.is_valid(number):
            raise ValidationError(gettext("This ID number cannot be: compare it with the card."))
        return number

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("kind") == OrganisationKind.NATURAL_PERSON:
            found["uscc"], found["authority"] = "", Authority.IN_PERSON
            self.errors.pop("uscc", None)
            missing = not found.get("id_number") and "id_number" not in self.errors
            if missing and not self.has_licence:
                self.add_error("id_number", gettext("Give the ID number."))
        else:
            found["id_number"] = ""
        in_writing = found.get("authority") == Authority.IN_WRITING
        if in_writing and not found.get("authorisation") and "authorisation" not in self.errors:
            self.add_error("authorisation", gettext("Add a scan of the authorisation."))
        return found

    @property
    def warns(self) -> bool:
        """Whether the code fails the inner check of GB 11714, as some older ones do."""
        uscc: str = getattr(self, "cleaned_data", {}).get("uscc") or ""
        return bool(uscc) and not identity.inner_fits(uscc)

    def details(self) -> Details:
        found = {name: self.cleaned_data[name] for name in Details.__dataclass_fields__}
        return Details(**{**found, "uscc": found["uscc"] or None})

    @classmethod
    def initial_of(cls, organisation: Organisation) -> dict[str, Any]:
        names = ("kind", "uscc", "name", "legal_representative", "authority")
        own = {name: getattr(organisation, name) or "" for name in names}
        return {**super().initial_of(organisation), **own}


class AmendmentForm(Receiving, forms.Form):
    """What changes of what the operator verified, with its proof."""

    name = forms.CharField(
        label=_("Name of the unit"),
        max_length=120,
        help_text=_("In full, as on the new licence; leave what does not change as it is."),
    )
    kind = forms.ChoiceField(label=_("Kind of unit"))
    legal_representative = forms.CharField(
        label=_("Legal representative or person in charge"), max_length=60
    )
    reason = forms.CharField(
        label=_("Reason of the change"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as a reform, a resolution or an appointment, with its day."),
    )
    licence = UploadField(
        "accounts.certificate",
        label=_("Scan of the new licence or certificate"),
        error_messages={"required": _("Add a scan of the new licence.")},
        help_text=_("Once granted it takes the place of the old one in the wallet."),
    )
    papers = UploadField(
        "accounts.certificate",
        label=_("Other proof"),
        many=True,
        required=False,
        help_text=_("Such as the notice of the registration authority, or the appointment."),
    )
    once = OnceField(required=False)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        self.organisation = organisation
        names = ("name", "kind", "legal_representative")
        initial = {name: getattr(organisation, name) for name in names}
        super().__init__(*args, initial=initial, **kwargs)
        fixed = organisation.kind in FIXED_KINDS
        own = [kind for kind in OrganisationKind if kind == organisation.kind]
        others = [kind for kind in OrganisationKind if kind not in FIXED_KINDS]
        kind_field = self.fields["kind"]
        assert isinstance(kind_field, forms.ChoiceField)  # noqa: S101
        kind_field.choices = [(kind.value, kind.label) for kind in (own if fixed else others)]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        return name

    def amended(self) -> Amended:
        return Amended(**{name: self.cleaned_data[name] for name in Amended.__dataclass_fields__})


class ReasonForm(forms.Form):
    """Why something is refused or taken away."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Say what is wrong and what helps; the other side reads it word for word."),
    )


class TermsForm(forms.Form):
    """What a seat is good for, among what the granting seat may pass on."""

    rank = forms.ChoiceField(label=_("Rank"), widget=Options())
    deeds = forms.MultipleChoiceField(
        label=_("Scope"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("A legal representative may do everything; choose for the other ranks."),
    )
    amount_ceiling = forms.DecimalField(
        label=_("Up to the amount (yuan)"),
        max_digits=16,
        decimal_places=2,
        min_value=0,
        required=False,
        widget=MoneyInput(),
        help_text=_("Empty: without limit."),
    )
    held_until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DayInput(),
        help_text=_("Empty: until revoked. Every seat can be revoked at once."),
    )

    def __init__(self, *args: Any, giver: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rank_field, deeds_field = self.fields["rank"], self.fields["deeds"]
        assert isinstance(rank_field, forms.ChoiceField)  # noqa: S101
        assert isinstance(deeds_field, forms.ChoiceField)  # noqa: S101
        ranks = [rank for rank in Rank if rank in seats.GRANTS[giver.rank]]
        rank_field.choices = [(rank.value, rank.label) for rank in ranks]
        scope = giver.scope()
        own = [deed for deed in Deed if deed in DEEDS_OF[giver.organisation.standing]]
        deeds_field.choices = [(deed.value, deed.label) for deed in own if deed in scope]

    def terms(self, **facts: Any) -> Terms:
        last_day = self.cleaned_data["held_until"]
        rank = self.cleaned_data["rank"]
        everything = rank == Rank.LEGAL_REPRESENTATIVE
        return Terms(
            rank=rank,
            deeds=() if everything else tuple(self.cleaned_data["deeds"]),
            amount_ceiling=self.cleaned_data["amount_ceiling"],
            held_until=calendar.end_of(last_day) if last_day else None,
            **facts,
        )


class InvitationForm(TermsForm):
    email = forms.EmailField(
        label=_("E-mail of the person"),
        help_text=_("Who has no account yet is asked to sign up with this address."),
    )
    held_from = forms.DateField(
        label=_("First day"),
        required=False,
        widget=DayInput(),
        help_text=_("Empty: from the acceptance on."),
    )
    once = OnceField(required=False)

    field_order = [
        "email",
        "rank",
        "deeds",
        "amount_ceiling",
        "held_from",
        "held_until",
        "once",
    ]

    def offered(self) -> Terms:
        first = self.cleaned_data["held_from"]
        return self.terms(held_from=calendar.start_of(first) if first else None)


class CertificateForm(Receiving, forms.Form):
    """A paper of the wallet."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CertificateKind.choices)
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As on the paper."))
    number = forms.CharField(label=_("Number"), max_length=80, required=False)
    holder = forms.CharField(
        label=_("Holder"),
        max_length=60,
        required=False,
        help_text=_("The person, where it is a person's."),
    )
    issuer = forms.CharField(label=_("Issued by"), max_length=120, required=False)
    issued_on = forms.DateField(label=_("Issued on"), required=False, widget=DayInput())
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=DayInput(),
        help_text=_("The last day on which it is valid; empty where it has no end."),
    )
    scan = UploadField("accounts.certificate", label=_("Scan"))
    once = OnceField(required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        issued_on, valid_until = found.get("issued_on"), found.get("valid_until")
        if issued_on and valid_until and valid_until < issued_on:
            self.add_error("valid_until", gettext("This day lies before the day of issue."))
        return found

    def entry(self) -> Entry:
        return Entry(**{name: self.cleaned_data[name] for name in Entry.__dataclass_fields__})

    @classmethod
    def initial_of(cls, certificate: Certificate) -> dict[str, Any]:
        return {name: getattr(certificate, name) for name in Entry.__dataclass_fields__}


class CertificateChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among the certificates of one's own wallet that are valid today.

    The form binds it: `form.fields["licence"].choose_from(organisation, kind=…)`. The page links
    to the wallet for what is missing there.
    """

    def __init__(self, **facts: Any) -> None:
        facts.setdefault("empty_label", _("Choose from the wallet"))
        super().__init__(Certificate.objects.none(), to_field_name="code", **facts)

    def choose_from(self, organisation: Organisation, *, kind: str | None = None) -> None:
        valid = Certificate.objects.of(organisation).valid_on(localdate(clock.now()))
        if kind is not None:
            valid = valid.filter(kind=kind)
        self.queryset = valid.select_related("scan").order_by("kind", "name", "pk")

    def label_from_instance(self, certificate: Any) -> str:
        if certificate.valid_until is None:
            return gettext("%(certificate)s, without end") % {"certificate": certificate}
        return gettext("%(certificate)s, valid until %(day)s") % {
            "certificate": certificate,
            "day": certificate.valid_until.isoformat(),
        }
