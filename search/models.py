"""The one table that both engines read, what files say, which words mean the same.

A document is what an anonymous visitor may find, written by `search.index` and by nobody else. The
database engine finds it by `tokens` (SQLite: the FTS5 table search_words, kept by triggers of
migration 0001; PostgreSQL: the column `vector` of the same migration).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from core.letters import Recipient
from core.numbering import new_code
from core.searched import Standing
from search import words

LATE = timedelta(seconds=30)
SEPARATORS = "、,，;；/ \n"


class SearchDocumentQuerySet(models.QuerySet["SearchDocument"]):
    def findable(self, at: datetime) -> SearchDocumentQuerySet:
        """Neither gone, nor outside its time."""
        begun = Q(shown_from=None) | Q(shown_from__lte=at)
        ended = Q(shown_until__isnull=False, shown_until__lte=at)
        return self.filter(begun, gone_at=None).exclude(ended)

    def to_carry(self) -> SearchDocumentQuerySet:
        """What the cluster does not have as it is here, gone ones too; oldest first."""
        return self.filter(carried_at=None).order_by("pk")

    def late(self, at: datetime) -> SearchDocumentQuerySet:
        """What the cluster has lacked for so long that the database is to be asked."""
        return self.to_carry().filter(indexed_at__lte=at - LATE)


class SearchDocument(models.Model):
    """One thing that is found. Gone ones stay, without words, until the cluster has let them go."""

    # Greater is newer, and no two are equal: the row of the word table, read backwards.
    place = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=30)
    code = models.CharField(max_length=60)
    path = models.CharField(max_length=300)
    number = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=300)
    summary = models.CharField(max_length=1000, blank=True)
    text = models.TextField(blank=True)  # names and files included; for excerpts

    # facets and orders
    region = models.CharField(max_length=6, blank=True)
    items = models.JSONField(default=list)
    method = models.CharField(max_length=30, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    public_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True)
    standing = models.CharField(max_length=12, choices=Standing)
    standing_after = models.CharField(max_length=12, choices=Standing, blank=True)
    changes_at = models.DateTimeField(null=True)
    grade = models.CharField(max_length=40, blank=True)
    marks = models.TextField(blank=True)  # every facet as a token, `kind:order`

    # words, all folded
    tokens = models.TextField(blank=True)  # distinct, with one space between them
    head = models.TextField(blank=True)  # the normal title
    brief = models.TextField(blank=True)  # the normal summary and names
    body = models.TextField(blank=True)  # everything normal, a line for each field
    key = models.CharField(max_length=80, blank=True)  # the number, squeezed
    sounds = models.TextField(blank=True)
    initials = models.TextField(blank=True)

    shown_from = models.DateTimeField(null=True)
    shown_until = models.DateTimeField(null=True)
    refresh_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64)  # of all that was indexed
    indexed_at = models.DateTimeField()
    appeared_at = models.DateTimeField(null=True)  # when it was found for the first time, or again
    gone_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)  # one more each time it is written
    carried_at = models.DateTimeField(null=True)  # when the cluster got it as it is

    objects = SearchDocumentQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=["key"], name="searchdocument_by_key"),
            Index(fields=["-amount", "-place"], name="searchdocument_by_amount"),
            Index(fields=["deadline", "place"], name="searchdocument_by_deadline"),
            Index(
                fields=["changes_at"],
                condition=Q(changes_at__isnull=False),
                name="searchdocument_changing",
            ),
            Index(
                fields=["refresh_at"],
                condition=Q(refresh_at__isnull=False),
                name="searchdocument_to_refresh",
            ),
            Index(fields=["id"], condition=Q(carried_at=None), name="searchdocument_to_carry"),
            Index(fields=["appeared_at"], name="searchdocument_by_appearance"),
        ]
        constraints = [
            UniqueConstraint(fields=["kind", "code"], name="searchdocument_once"),
            CheckConstraint(
                condition=Q(standing__in=Standing.values), name="searchdocument_standing_known"
            ),
            CheckConstraint(
                condition=Q(standing_after="", changes_at=None)
                | Q(standing_after__in=Standing.values, changes_at__isnull=False),
                name="searchdocument_change_whole_or_none",
            ),
            CheckConstraint(
                condition=Q(gone_at=None) | Q(tokens="", marks="", text=""),
                name="searchdocument_gone_has_no_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"

    def standing_at(self, at: datetime) -> Standing:
        turned = self.changes_at is not None and self.changes_at <= at
        return Standing(self.standing_after if turned else self.standing)


class DocumentFile(models.Model):
    """A public file whose text belongs to a document."""

    document = models.ForeignKey(SearchDocument, models.CASCADE, related_name="files")
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [Index(fields=["digest"], name="documentfile_by_digest")]
        constraints = [
            UniqueConstraint(fields=["document", "digest"], name="documentfile_once"),
        ]

    def __str__(self) -> str:
        return self.digest


class FileText(models.Model):
    """What a public file says, read once by a task; by the digest of its bytes."""

    digest = models.CharField(max_length=64, unique=True)
    text = models.TextField(blank=True)
    fault = models.CharField(max_length=200, blank=True)  # why it could not be read
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [Index(fields=["id"], condition=Q(read_at=None), name="filetext_to_read")]

    def __str__(self) -> str:
        return self.digest


class Word(models.Model):
    """A Latin word or code of some document: see `search.vocabulary`."""

    word = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.word


class SynonymManager(models.Manager["Synonym"]):
    def groups(self) -> list[tuple[str, ...]]:
        """Each group's words, folded; one query."""
        return [one.folded() for one in self.only("words")]


class Synonym(models.Model):
    """Words that mean the same: who looks for one finds the others too."""

    words = models.CharField(
        _("words that mean the same"),
        max_length=300,
        help_text=_("Two or more, separated by “、”: 环评、环境影响评价."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = SynonymManager()

    class Meta:
        ordering = ["words"]
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")

    def __str__(self) -> str:
        return self.words

    def folded(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, map(words.squeezed, _split(self.words)))))

    def clean(self) -> None:
        mine = self.folded()
        if len(mine) < 2:
            raise ValidationError({"words": _("Give at least two different words.")})
        others = Synonym.objects.exclude(pk=self.pk)
        for other in others:
            shared = set(mine) & set(other.folded())
            if shared:
                said = {"word": shared.pop(), "group": other.words}
                text = _("“%(word)s” stands in “%(group)s” already: add your words there.")
                raise ValidationError({"words": text % said})


class Rhythm(models.TextChoices):
    """How often somebody is told what a search finds anew."""

    NEVER = "never", _("not by mail")
    DAILY = "daily", _("every morning")
    WEEKLY = "weekly", _("every Monday morning")


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def of(self, user_code: str) -> SavedSearchQuerySet:
        return self.filter(user_code=user_code).order_by("name", "pk")

    def to_tell(self, at: datetime) -> SavedSearchQuerySet:
        """Whose next digest is due, the one that waits longest first."""
        return self.filter(next_at__lte=at).order_by("next_at", "pk")


class SavedSearch(models.Model):
    """A search that is kept: by a user, or by an address whose owner has confirmed it."""

    code = models.CharField(max_length=16, unique=True, default=new_code)
    user_code = models.CharField(max_length=16, blank=True)  # empty: of the address alone
    email = models.EmailField(blank=True)
    name = models.CharField(_("name"), max_length=80)
    query = models.JSONField()  # search.query.Query.to_json
    digest = models.CharField(max_length=64)  # of the query: the same is kept once
    rhythm = models.CharField(max_length=8, choices=Rhythm, default=Rhythm.DAILY)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    told_until = models.DateTimeField()
    next_at = models.DateTimeField(null=True)  # of the next digest; none while not confirmed

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="savedsearch_to_tell"
            ),
            Index(fields=["email", "created_at"], name="savedsearch_by_email"),
        ]
        constraints = [
            UniqueConstraint(fields=["user_code", "email", "digest"], name="savedsearch_once"),
            CheckConstraint(
                condition=~Q(user_code="") ^ ~Q(email=""), name="savedsearch_has_one_owner"
            ),
            CheckConstraint(
                condition=Q(next_at=None) | Q(confirmed_at__isnull=False),
                name="savedsearch_told_only_when_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def letter_recipients(self, at: datetime) -> list[Recipient]:
        """The address alone; a user is written to as a user."""
        return [Recipient(user="", organisation="", email=self.email)]


def _split(text: str) -> Iterable[str]:
    for separator in SEPARATORS[1:]:
        text = text.replace(separator, SEPARATORS[0])
    return text.split(SEPARATORS[0])
