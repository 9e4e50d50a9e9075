"""Forms of arguments: what the notice says, experts, opinions, comments, replies, the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms import OnceField, Receiving, UploadField
from core.widgets import DayInput, InstantInput, Options
from procurement.arguments import Terms
from procurement.models import Conclusion, Stance, Verdict
from procurement.opinions import Answer, Person

SCAN = "procurement.opinion-scan"
COMMENT_SCAN = "procurement.comment-scan"


class TermsForm(forms.Form):
    """Everything of the notice that the need does not say."""

    opens_at = forms.DateTimeField(
        label=_("Comments from"),
        required=False,
        widget=InstantInput,
        help_text=_("To the minute, after the notice is published."),
    )
    closes_at = forms.DateTimeField(
        label=_("Comments until"),
        required=False,
        widget=InstantInput,
        help_text=_("What comes at that very minute is late."),
    )
    procurement_method = forms.CharField(label=_("Intended method"), max_length=60, required=False)
    agency_name = forms.CharField(
        label=_("Procurement agency"),
        max_length=120,
        required=False,
        help_text=_("Leave it empty where the unit purchases itself."),
    )
    agency_contact = forms.CharField(
        label=_("Contact of the agency"), max_length=120, required=False
    )
    contact_name = forms.CharField(label=_("Contact person"), max_length=60, required=False)
    contact_phone = forms.CharField(label=_("Contact phone"), max_length=30, required=False)
    finding = forms.CharField(
        label=_("Finding of the expert group"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What the group as a whole says; published with the opinions."),
    )

    def terms(self) -> Terms:
        return Terms(**self.cleaned_data)


class ExpertForm(forms.Form):
    name = forms.CharField(label=_("Name of the expert"), max_length=60)
    unit = forms.CharField(label=_("Unit"), max_length=120)
    title = forms.CharField(label=_("Duty or title"), max_length=60)
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        required=False,
        help_text=_("Never published; to send the link."),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    is_head = forms.BooleanField(label=_("Head of the group"), required=False)

    def person(self) -> Person:
        return Person(**self.cleaned_data)


class OpinionForm(forms.Form):
    """A verdict and words on each topic."""

    def __init__(self, *args: Any, topics: Sequence[dict[str, str]], **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.topics = topics
        own = list(self.fields)
        for topic in topics:
            key = topic["key"]
            self.fields[f"verdict-{key}"] = forms.ChoiceField(
                label=topic["text"], choices=Verdict.choices, widget=Options
            )
            self.fields[f"text-{key}"] = forms.CharField(
                label=_("Grounds, or what is to be amended"),
                max_length=2000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        self.fields["remark"] = forms.CharField(
            label=_("Other opinions and suggestions"),
            max_length=3000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
        self.order_fields([*(name for name in self.fields if name not in own), *own])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for topic in self.topics:
            verdict, text = (
                cleaned.get(f"verdict-{topic['key']}"),
                cleaned.get(f"text-{topic['key']}"),
            )
            if verdict and verdict != Verdict.AGREE and not text:
                self.add_error(
                    f"text-{topic['key']}",
                    _("Say what is to be amended, or why you do not agree."),
                )
        return cleaned

    def answers(self) -> list[Answer]:
        said = self.cleaned_data
        return [
            Answer(one["key"], said[f"verdict-{one['key']}"], said[f"text-{one['key']}"])
            for one in self.topics
        ]

    def groups(self) -> Iterator[tuple[Any, Any]]:
        """The two fields of each topic."""
        for topic in self.topics:
            yield self[f"verdict-{topic['key']}"], self[f"text-{topic['key']}"]


class SignForm(OpinionForm):
    """The expert's own: with the name typed out, over the digest of what was shown."""

    digest = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    typed = forms.CharField(label=_("Type your name to sign"), max_length=60, required=False)


class ScanForm(Receiving, OpinionForm):
    """The owner's: what an expert signed on paper."""

    signed_on = forms.DateField(label=_("Day on the paper"), widget=DayInput)
    scan = UploadField(SCAN, label=_("Scan of the signed paper"))


class CommentForm(forms.Form):
    topic = forms.ChoiceField(label=_("Topic"), widget=Options)
    text = forms.CharField(
        label=pgettext_lazy("opinion", "Comment"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    contact = forms.CharField(
        label=_("Phone or e-mail"),
        max_length=120,
        help_text=_("For questions of the purchaser; published only in part."),
    )
    once = OnceField()

    def __init__(self, *args: Any, topics: Sequence[dict[str, str]], **facts: Any) -> None:
        super().__init__(*args, **facts)
        field = self.fields["topic"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
        field.choices = [(topic["key"], topic["text"]) for topic in topics]


class PaperCommentForm(Receiving, CommentForm):
    """The owner's: a comment that came on paper."""

    name = forms.CharField(label=_("Who comments"), max_length=120, help_text=_("As on the paper."))
    came_on = forms.DateField(label=_("Day on which it came"), widget=DayInput)
    scan = UploadField(
        COMMENT_SCAN,
        label=_("Scan of the paper"),
        help_text=_("Never published; read by your unit and by supervisors."),
    )

    field_order = ("name", "contact", "came_on", "topic", "text", "scan", "once")


class ReplyForm(forms.Form):
    stance = forms.ChoiceField(
        label=_("What you do about it"), choices=Stance.choices, widget=Options
    )
    text = forms.CharField(
        label=_("Answer"), max_length=3000, widget=forms.Textarea(attrs={"rows": 5})
    )


class CloseForm(forms.Form):
    conclusion = forms.ChoiceField(
        label=_("Conclusion"),
        choices=Conclusion.choices,
        widget=Options(
            hints={
                Conclusion.KEPT: _("The need is settled: its procurement may begin."),
                Conclusion.REVISED: _("The need is corrected by a new version, argued again."),
            }
        ),
    )
    result = forms.CharField(
        label=_("Result of the argument"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What was decided, and on which grounds; published."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
