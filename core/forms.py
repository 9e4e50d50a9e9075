"""Form fields of the house: files that outlive a refused form, and one-time keys.

    class EntryForm(Receiving, forms.Form):
        scan = UploadField("marketplace.qualification-scan", label=_("scan"))
        once = OnceField()

    form = EntryForm(request.POST, request.FILES, by=request.actor)

A chosen file is received at once; when the form is refused for another reason, the page keeps it.
"""

import secrets
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from core import clock, uploads
from core.audit import Actor
from core.lifecycle import RuleBroken
from core.models import Upload
from core.money import yuan
from core.widgets import MoneyInput


class UploadInput(forms.FileInput):
    """A choice of files, and the codes of those that were received before, less those that were
    marked to be taken away.
    """

    template_name = "forms/widgets/upload.html"
    held: list[Upload]
    purpose: uploads.Purpose | None = None

    def __init__(self, attrs: dict[str, Any] | None = None, *, many: bool = False) -> None:
        self.allow_multiple_selected = many
        self.held = []
        super().__init__({**(attrs or {}), **({"multiple": True} if many else {})})

    def __deepcopy__(self, memo: dict[int, Any]) -> "UploadInput":
        twin: UploadInput = super().__deepcopy__(memo)
        twin.held = []
        return twin

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[list[Any], list[str]]:
        chosen = files.getlist(name) if hasattr(files, "getlist") else _listed(files.get(name))
        gone = _values(data, f"{name}-drop")
        return chosen, [code for code in _values(data, f"{name}-held") if code not in gone]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files and f"{name}-held" not in data

    def use_required_attribute(self, initial: Any) -> bool:
        return super().use_required_attribute(initial) and not self.held and not initial

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        shown = self.held
        if not shown and isinstance(value, Upload | list):
            shown = [one for one in _listed(value) if isinstance(one, Upload)]
        if shown:
            context["widget"]["attrs"].pop("required", None)
        # One file that must be there is replaced, not taken away.
        droppable = self.allow_multiple_selected or not self.is_required
        context["widget"].update(held=shown, purpose=self.purpose, droppable=droppable)
        return context


class UploadField(forms.Field):
    """One received file, or with `many` a list of them. The form must be `Receiving`."""

    widget = UploadInput
    default_error_messages = {"gone": _("This file was not received: choose it again.")}
    by: Actor | None = None

    def __init__(self, purpose: str, *, many: bool = False, **facts: Any) -> None:
        self.purpose, self.many = purpose, many
        facts.setdefault("widget", UploadInput(many=many))
        super().__init__(**facts)

    def prepare(self, by: Actor) -> None:
        """Bind to who fills the form in, and to the purpose's permit list."""
        self.by = by
        wanted = uploads.purposes[self.purpose]
        self.widget.purpose = wanted
        self.widget.attrs["accept"] = ",".join(wanted.extensions)

    def clean(self, value: tuple[list[Any], list[str]]) -> Any:
        chosen, codes = value
        kept = self._held(codes) if self.many or not chosen else []
        errors = []
        for file in chosen if self.many else chosen[:1]:
            try:
                kept.append(self._receive(file))
            except RuleBroken as refused:
                errors.append(f"{file.name}: {refused}" if self.many else str(refused))
        self.widget.held = kept
        if errors:
            raise ValidationError(errors)
        if self.required and not kept:
            raise ValidationError(self.error_messages["required"], code="required")
        return kept if self.many else kept[0] if kept else None

    def _receive(self, file: Any) -> Upload:
        if self.by is None:
            raise TypeError("the form of an UploadField inherits from core.forms.Receiving")
        return uploads.receive(file, purpose=self.purpose, by=self.by, at=clock.now())

    def _held(self, codes: Iterable[str]) -> list[Upload]:
        codes = [code for code in codes if code]
        if not codes or self.by is None:
            return []
        # Only one's own: a code from elsewhere must not open another's file.
        found = Upload.objects.filter(
            code__in=codes, purpose=self.purpose, user_code=self.by.signature()["actor"]
        )
        if len(found) != len(set(codes)):
            raise ValidationError(self.error_messages["gone"], code="gone")
        return sorted(found, key=lambda upload: codes.index(upload.code))

    def has_changed(self, initial: Any, data: Any) -> bool:
        chosen, codes = data or ([], [])
        return bool(chosen) or codes != [one.code for one in _listed(initial)]


def _values(data: Any, key: str) -> list[Any]:
    return data.getlist(key) if hasattr(data, "getlist") else _listed(data.get(key))


def _listed(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


class Receiving:
    """Mixin of forms with files: takes `by`, who fills the form in."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, UploadField):
                field.prepare(by)


class Drafting(Receiving, forms.Form):
    """One step of a guided form, whose draft keeps what was typed, right or wrong."""

    data: Any  # as it was sent, or a draft as if it were

    def typed(self) -> dict[str, Any]:
        """What this step's fields hold now, as it is kept in the draft."""
        kept: dict[str, Any] = {}
        for name, field in self.fields.items():
            if isinstance(field, UploadField):
                _chosen, kept[f"{name}-held"] = self[name].data
            elif isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
                kept[name] = self.data.getlist(name)
            else:
                kept[name] = self.data.get(name, "")
        return kept

    def received(self) -> dict[str, list[str]]:
        """The codes of the files that came with this step, once it was cleaned."""
        return {
            f"{name}-held": [one.code for one in field.widget.held]
            for name, field in self.fields.items()
            if isinstance(field, UploadField)
        }


def as_sent(draft: Mapping[str, Any]) -> MultiValueDict[str, Any]:
    """A draft in the shape of a form that was sent."""
    return MultiValueDict(
        {name: value if isinstance(value, list) else [value] for name, value in draft.items()}
    )


class MoneyField(forms.DecimalField):
    """Yuan; thousands may be separated, in Chinese or in plain commas."""

    widget = MoneyInput

    def __init__(self, **facts: Any) -> None:
        super().__init__(
            **{"min_value": Decimal("0.01"), "max_digits": 16, "decimal_places": 2, **facts}
        )

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # as its base does
        typed = str(value or "").replace(",", "").replace("，", "").replace("¥", "")
        return super().to_python(typed.strip())

    def clean(self, value: Any) -> Decimal | None:
        amount = super().clean(value)  # more than the fen is refused, not rounded
        return None if amount is None else yuan(amount)


def new_once() -> str:
    return secrets.token_urlsafe(16)


class OnceField(forms.CharField):
    """The form's one-time key: its rule hands it to `core.once.spend`."""

    widget = forms.HiddenInput

    def __init__(self, *, label: Any = "", **facts: Any) -> None:
        super().__init__(label=label, max_length=32, initial=new_once, **facts)


class OnceForm(forms.Form):
    """Of a deed that makes a row and asks nothing."""

    once = OnceField(required=False)
