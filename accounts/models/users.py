"""A natural person 自然人 who signs in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.letters import Recipient
from core.numbering import new_code


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):  # type: ignore[django-manager-missing]  # of Wagtail's, which are untyped
    """A natural person who signs in by e-mail."""

    username = None  # type: ignore[assignment]  # the e-mail is the name to sign in with
    first_name = last_name = None  # type: ignore[assignment]  # Chinese names are one field
    code = models.CharField(max_length=16, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=60)
    phone = models.CharField(_("mobile phone"), max_length=20, blank=True)
    has_keys = models.BooleanField(_("keys for lists"), default=True)  # WCAG 2.1.4: may be off

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()  # type: ignore[assignment,misc]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.code:  # users are made by allauth and Wagtail too, which know no rule of ours
            self.code = new_code()
        super().save(*args, **kwargs)

    def signature(self) -> Mapping[str, str]:
        return {"actor": self.code}

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]:
        yield Recipient(self.code, "", self.email, str(self))
