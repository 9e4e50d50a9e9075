"""Forms of meetings, fees and leaving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from alliance import leaving, minutes, motions
from alliance.meetings import Call, Proposed, is_body
from alliance.models.fees import Direction, Due
from alliance.models.meetings import Answer, BallotChoice, Meeting, Seating, VoteChannel
from alliance.terms import CharterTerms
from core.forms import OnceField, Receiving, UploadField

OWN = 3  # free motions that the form of a call has room for
FREE = ("other", "budget", "officers", "dissolution")


class Lines(forms.Textarea):
    def __init__(self, rows: int = 4) -> None:
        super().__init__({"rows": rows})


def day_input() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def instant_input() -> forms.DateTimeInput:
    return forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class CallForm(forms.Form):
    body = forms.ChoiceField(label=pgettext_lazy("of an alliance", "body"))
    channel = forms.ChoiceField(
        label=_("how it votes"), choices=VoteChannel.choices, widget=forms.RadioSelect
    )
    title = forms.CharField(label=_("title"), max_length=160)
    begins_at = forms.DateTimeField(
        label=_("begins at"),
        widget=instant_input(),
        help_text=_("In writing: from when votes may be cast."),
    )
    place = forms.CharField(
        label=_("place"), max_length=200, required=False, help_text=_("For a meeting in a room.")
    )
    votes_until = forms.DateTimeField(
        label=_("votes until"),
        widget=instant_input(),
        required=False,
        help_text=_("For a vote in writing: what comes at that instant is late."),
    )
    agenda = forms.CharField(label=_("agenda"), widget=Lines(5))
    candidates = forms.MultipleChoiceField(
        label=_("what waits for a decision"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Applications, withdrawals, expulsions, charters and fees that are ready."),
    )
    secret = forms.BooleanField(
        label=_("secret ballot"),
        required=False,
        help_text=_("Nobody can tell afterwards who chose what; the totals are published."),
    )
    once = OnceField()

    def __init__(
        self, *args: Any, terms: CharterTerms, awaiting: Iterable[motions.Candidate], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.awaiting = {one.key: one for one in awaiting}
        self.fields["body"].choices = [  # type: ignore[attr-defined]
            (key, body.name) for key, body in terms.bodies.items() if is_body(key)
        ]
        self.fields["candidates"].choices = [  # type: ignore[attr-defined]
            (key, one.title) for key, one in self.awaiting.items()
        ]
        if not self.awaiting:
            del self.fields["candidates"]
        for place in range(1, OWN + 1):
            self.fields[f"own_matter_{place}"] = forms.ChoiceField(
                label=_("matter of motion %(place)s") % {"place": place},
                choices=[(key, motions.LABELS[key]) for key in FREE],
                required=False,
            )
            self.fields[f"own_title_{place}"] = forms.CharField(
                label=_("motion %(place)s") % {"place": place}, max_length=200, required=False
            )
            self.fields[f"own_text_{place}"] = forms.CharField(
                label=_("text of motion %(place)s") % {"place": place},
                widget=Lines(3),
                required=False,
            )

    def typed(self) -> dict[str, list[str]]:
        """What was typed so far, right or wrong."""
        sent: Any = self.data
        return {name: sent.getlist(name) for name in self.fields if name in sent and name != "once"}

    def begin_with(self, typed: Mapping[str, list[str]]) -> None:
        """Show what was typed before."""
        for name, values in typed.items():
            if name in self.fields and values:
                many = isinstance(self.fields[name], forms.MultipleChoiceField)
                self.initial[name] = values if many else values[0]

    def call(self) -> Call:
        """What was typed, as the rule takes it."""
        given = self.cleaned_data
        chosen = [Proposed.of(self.awaiting[key]) for key in given.get("candidates", ())]
        own = [
            Proposed(
                given[f"own_matter_{place}"], title.strip(), given[f"own_text_{place}"].strip()
            )
            for place in range(1, OWN + 1)
            if (title := given[f"own_title_{place}"]).strip()
        ]
        return Call(
            body=given["body"],
            channel=given["channel"],
            title=given["title"],
            agenda=given["agenda"],
            begins_at=given["begins_at"],
            place=given["place"],
            votes_until=given["votes_until"],
            secret=given["secret"],
            motions=(*chosen, *own),
        )


class AnswerForm(forms.Form):
    said = forms.ChoiceField(label=_("answer"), choices=Answer.choices, widget=forms.RadioSelect)
    representative = forms.CharField(
        label=_("representative"),
        max_length=60,
        required=False,
        help_text=_("Who comes for your unit."),
    )
    proxy_to = forms.ModelChoiceField(
        Seating.objects.none(), label=_("proxy to"), required=False, empty_label="——"
    )

    def __init__(self, *args: Any, meeting: Meeting, own: Seating, proxies: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if proxies:
            others = meeting.seatings.exclude(pk=own.pk)
            self.fields["proxy_to"].queryset = others  # type: ignore[attr-defined]
        else:
            del self.fields["proxy_to"]
            self.fields["said"].choices = [  # type: ignore[attr-defined]
                (key, label) for key, label in Answer.choices if key != Answer.SENDS_PROXY
            ]


class AttendanceForm(forms.Form):
    places = forms.TypedMultipleChoiceField(
        label=_("who is in the room"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seatings = list(meeting.seatings.all())
        self.fields["places"].choices = [(one.place, one.unit) for one in seatings]  # type: ignore[attr-defined]
        self.fields["places"].initial = [one.place for one in seatings if one.is_present]


class BallotForm(forms.Form):
    choice = forms.ChoiceField(
        label=_("your vote"), choices=BallotChoice.choices, widget=forms.RadioSelect
    )
    sure = forms.BooleanField(
        label=_("I have read the motion; this ballot is final."),
        error_messages={"required": _("Confirm that your ballot is final.")},
    )


class RecusalForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300, widget=Lines(2))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=500, widget=Lines)


class RemarksForm(forms.Form):
    remarks = forms.CharField(
        label=_("remarks"),
        widget=Lines(12),
        required=False,
        max_length=20_000,
        help_text=_("What was said beside the facts, which the minutes take from the record."),
    )


class SignMinutesForm(forms.Form):
    digest = forms.CharField(widget=forms.HiddenInput)
    typed = forms.CharField(
        label=_("Confirm by typing"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, digest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["digest"].initial = digest
        self.fields["typed"].help_text = _("Type “%(consent)s”.") % {"consent": minutes.CONSENT}


class PeriodForm(forms.Form):
    """A period by its first and last day; inside, the end is exclusive."""

    period_from = forms.DateField(label=_("first day"), widget=day_input())
    last_day = forms.DateField(label=_("last day"), widget=day_input())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("period_from"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first."))
        return given

    @property
    def period(self) -> tuple[date, date]:
        given = self.cleaned_data
        return given["period_from"], given["last_day"] + timedelta(days=1)


class RaiseForm(PeriodForm):
    due_on = forms.DateField(label=_("due on"), widget=day_input())
    expected = forms.DecimalField(widget=forms.HiddenInput, required=False)


class ScaleForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=500, widget=Lines)

    def __init__(self, *args: Any, terms: CharterTerms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, level in terms.levels.items():
            self.fields[f"fee_{key}"] = forms.DecimalField(
                label=_("%(level)s (yuan a period)") % {"level": level.label},
                min_value=0,
                max_digits=12,
                decimal_places=2,
            )
        self.order_fields([*(f"fee_{key}" for key in terms.levels), "reason"])

    def fees(self) -> dict[str, Decimal]:
        return {
            name.removeprefix("fee_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("fee_")
        }


class EntryForm(Receiving, forms.Form):
    direction = forms.ChoiceField(
        label=_("direction"), choices=Direction.choices, widget=forms.RadioSelect
    )
    due = forms.ModelChoiceField(
        Due.objects.none(),
        label=_("fee that it pays"),
        required=False,
        empty_label="——",
        help_text=_("A transfer for a fee, or for a part of one: each is entered by itself."),
    )
    category = forms.ChoiceField(
        label=pgettext_lazy("books", "category"),
        required=False,
        help_text=_("As the charter lists them."),
    )
    amount = forms.DecimalField(
        label=_("amount (yuan)"), max_digits=14, decimal_places=2, min_value=Decimal("0.01")
    )
    happened_on = forms.DateField(label=_("day of the bank's record"), widget=day_input())
    counterparty = forms.CharField(label=_("payer or payee"), max_length=120)
    memo = forms.CharField(label=_("purpose"), max_length=300)
    bank_reference = forms.CharField(label=_("bank reference"), max_length=60, required=False)
    voucher = UploadField("alliance.voucher", label=_("scan of the voucher"))
    once = OnceField()

    def __init__(
        self, *args: Any, dues: Any, income: tuple[str, ...], spent: tuple[str, ...], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due"].queryset = dues  # type: ignore[attr-defined]
        self.fields["due"].label_from_instance = (  # type: ignore[attr-defined]
            lambda due: f"{due.member.organisation.name} {due.period} {_left(due)}"
        )
        self.fields["category"].choices = [  # type: ignore[attr-defined]
            ("", "——"),
            (Direction.INCOME.label, [(one, one) for one in income]),
            (Direction.EXPENDITURE.label, [(one, one) for one in spent]),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("due") and not given.get("category"):
            self.add_error("category", _("Choose a category, or the fee that this pays."))
        return given


def _left(due: Due) -> str:
    left = f"¥{due.rest:,.2f}"
    return gettext("%(rest)s left") % {"rest": left} if due.is_in_parts else left


class LeaveForm(Receiving, forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=2000, widget=Lines)
    statement = forms.CharField(
        label=_("what your unit holds of common technology and files"),
        max_length=4000,
        widget=Lines(6),
        help_text=_("The review compares it with the alliance's own lists."),
    )
    scan = UploadField(
        "alliance.withdrawal",
        label=_("the written application, with the unit's seal, scanned"),
    )


class ReviewForm(forms.Form):
    opinion = forms.CharField(
        label=pgettext_lazy("of a review", "opinion"), max_length=4000, widget=Lines(5)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for point in leaving.checklist():
            self.fields[f"result_{point.key}"] = forms.ChoiceField(
                label=point.title,
                help_text=point.basis,
                widget=forms.RadioSelect,
                choices=RESULT_LABELS.items(),
            )
            self.fields[f"text_{point.key}"] = forms.CharField(
                label=_("finding"), max_length=1000, required=False, widget=Lines(2)
            )
        self.order_fields([name for name in self.fields if name != "opinion"])

    def findings(self) -> list[leaving.Finding]:
        return [
            leaving.Finding(
                point.key,
                point.title,
                point.basis,
                self.cleaned_data[f"result_{point.key}"],
                self.cleaned_data[f"text_{point.key}"].strip(),
            )
            for point in leaving.checklist()
        ]


RESULT_LABELS = {
    leaving.FINE: pgettext_lazy("result of a review", "in order"),
    leaving.OPEN: pgettext_lazy("result of a review", "still open"),
    leaving.NOT_APPLICABLE: pgettext_lazy("result of a review", "does not apply"),
}


class CertificateForm(forms.Form):
    returned_on = forms.DateField(label=_("returned on"), widget=day_input())
    note = forms.CharField(label=_("note"), max_length=300, required=False)


class ChargeForm(forms.Form):
    member: forms.ModelChoiceField[Any] = forms.ModelChoiceField(None, label=_("member"))
    breach = forms.CharField(
        label=_("what the member is charged with"), max_length=4000, widget=Lines(5)
    )
    article = forms.CharField(label=_("article of the charter or agreement"), max_length=120)
    evidence = forms.CharField(label=_("evidence"), max_length=4000, widget=Lines, required=False)
    hearing_at = forms.DateTimeField(label=_("hearing at"), widget=instant_input())
    hearing_place = forms.CharField(label=_("place of the hearing"), max_length=200)

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]


class StatementForm(forms.Form):
    statement = forms.CharField(
        label=_("statement of the unit"), max_length=10_000, widget=Lines(8)
    )


class HearingForm(forms.Form):
    was_attended = forms.TypedChoiceField(
        label=_("the unit attended"),
        coerce=lambda value: value == "yes",
        choices=[
            ("yes", pgettext_lazy("attended", "yes")),
            ("no", pgettext_lazy("attended", "no")),
        ],
        widget=forms.RadioSelect,
    )
    hearing_record = forms.CharField(
        label=_("record of the hearing"), max_length=20_000, widget=Lines(8)
    )
