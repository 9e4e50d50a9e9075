"""Blocks of what editors write: text, pictures, steps, tables, files, questions."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

from cms import destinations
from cms.blocks.choices import DestinationBlock, LegalFigureBlock
from core import clock, figures
from core.calendar import day_of

FEATURES = ["h2", "h3", "bold", "ol", "ul", "link", "document-link"]


class Led(blocks.StructValue):
    """What leads somewhere: to a named page of the site, or to a page that editors wrote."""

    @cached_property
    def href(self) -> str:
        if page := self.get("page"):
            return str(page.url or "") if page.live else ""
        found = destinations.destination(self.get("destination") or "")
        return found.href if found else ""

    @cached_property
    def words(self) -> str:
        if label := self.get("label"):
            return str(label)
        if page := self.get("page"):
            return str(page.title)
        found = destinations.destination(self.get("destination") or "")
        return str(found.label) if found else ""


class Step(blocks.StructBlock):
    """One step of a guide: what to do, what comes of it, and where it is done."""

    title = blocks.CharBlock(label=_("step"), max_length=60)
    text = blocks.TextBlock(label=_("explanation"))
    who = blocks.CharBlock(
        label=_("who does it"), required=False, max_length=60, help_text=_("For example: 经办人")
    )
    figure = LegalFigureBlock(
        label=_("time limit or other legal figure"),
        required=False,
        help_text=_("Shown with its source, always as it is in force."),
    )
    destination = DestinationBlock(
        label=_("where it is done"),
        required=False,
        help_text=_("The form or page that the step speaks of."),
    )
    page = blocks.PageChooserBlock(label=_("or a page of the editors"), required=False)

    class Meta:
        icon = "list-ol"
        label = _("step")
        value_class = Led


class Steps(blocks.ListBlock):
    class Meta:
        icon = "list-ol"
        label = _("steps")
        template = "cms/blocks/steps.html"
        description = _("What to do one after the other; each step may lead to its form.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        names = [step["figure"] for step in value]
        in_force = figures.on(day_of(clock.now())) if any(names) else {}
        context["steps"] = [
            (step, in_force.get(name)) for step, name in zip(value, names, strict=True)
        ]
        return context


class Button(blocks.StructBlock):
    """A link to a page of the site or of the editors."""

    label = blocks.CharBlock(
        label=_("wording"),
        required=False,
        max_length=40,
        help_text=_("Empty: the page's own name."),
    )
    destination = DestinationBlock(required=False)
    page = blocks.PageChooserBlock(label=_("or a page of the editors"), required=False)

    class Meta:
        icon = "link"
        label = _("link")
        value_class = Led

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if bool(cleaned["destination"]) == bool(cleaned["page"]):
            raise ValidationError(
                _("Choose one of the two: a page of the site, or of the editors.")
            )
        return cleaned


class MenuItem(Button):
    """A line of a menu, with its English word for the pages below /en/."""

    label_en = blocks.CharBlock(label=_("words in English"), required=False, max_length=40)

    class Meta:
        label = _("line of the menu")


class Figure(blocks.StructBlock):
    """A picture with its caption. The words for who cannot see it are demanded."""

    image = ImageBlock(label=_("picture"))
    caption = blocks.CharBlock(label=_("caption"), required=False, max_length=120)
    source = blocks.CharBlock(
        label=_("where it comes from"), required=False, max_length=80, help_text=_("Who made it.")
    )

    class Meta:
        icon = "image"
        label = _("picture")
        template = "cms/blocks/picture.html"
        description = _("A picture in the width of the text.")


class Quote(blocks.StructBlock):
    text = blocks.TextBlock(label=_("wording"))
    source = blocks.CharBlock(label=_("law, number and article"), max_length=160)

    class Meta:
        icon = "openquote"
        label = _("wording of a rule")
        template = "cms/blocks/quote.html"
        description = _("An article in its own words, with where it stands.")


class Fact(blocks.StructBlock):
    name = blocks.CharBlock(label=_("name of the line"), max_length=40)
    value = blocks.TextBlock(label=_("what it says"))

    class Meta:
        label = _("line")


class Facts(blocks.ListBlock):
    class Meta:
        icon = "list-ul"
        label = _("facts line by line")
        template = "cms/blocks/facts.html"
        description = _("Names and values below each other.")


class Question(blocks.StructBlock):
    question = blocks.CharBlock(label=_("question"), max_length=120)
    answer = blocks.RichTextBlock(label=_("reply to the question"), features=FEATURES)
    destination = DestinationBlock(label=_("where it is done"), required=False)

    class Meta:
        icon = "help"
        label = _("question and answer")
        value_class = Led


class Questions(blocks.ListBlock):
    class Meta:
        icon = "help"
        label = _("questions and answers")
        template = "cms/blocks/questions.html"
        description = _("Questions that unfold; each has an address of its own.")


class QuestionGroup(blocks.StructBlock):
    title = blocks.CharBlock(label=_("subject"), max_length=40)
    questions = Questions(Question())

    class Meta:
        icon = "help"
        label = _("group of questions")
        template = "cms/blocks/question-group.html"


class Office(blocks.StructBlock):
    """Whom to ask for what."""

    name = blocks.CharBlock(label=_("office"), max_length=60)
    purpose = blocks.CharBlock(label=_("asked about"), max_length=120)
    phone = blocks.CharBlock(label=_("phone"), required=False, max_length=40)
    email = blocks.EmailBlock(label=_("e-mail"), required=False)
    address = blocks.CharBlock(label=_("address"), required=False, max_length=120)
    hours = blocks.CharBlock(label=_("hours"), required=False, max_length=80)

    class Meta:
        icon = "mail"
        label = _("office to contact")
        template = "cms/blocks/office.html"


class Files(blocks.ListBlock):
    class Meta:
        icon = "doc-full"
        label = _("files to download")
        template = "cms/blocks/files.html"
        description = _("Documents to download, with kind and size.")


class Buttons(blocks.ListBlock):
    class Meta:
        icon = "link"
        label = _("links to pages of the site")
        template = "cms/blocks/buttons.html"
        description = _("Where to go from here, chosen by name.")


def text(group: Any) -> blocks.RichTextBlock:
    return blocks.RichTextBlock(
        features=FEATURES,
        group=group,
        label=_("text"),
        icon="pilcrow",
        template="cms/blocks/text.html",
        description=_("Running text with headings, lists and links."),
    )


def note(group: Any) -> blocks.TextBlock:
    return blocks.TextBlock(
        group=group,
        label=_("important note"),
        icon="info-circle",
        template="cms/blocks/note.html",
        description=_("A sentence that must be seen."),
    )


def table(group: Any) -> TypedTableBlock:
    return TypedTableBlock(
        [("text", blocks.CharBlock(label=_("text"), required=False))],
        group=group,
        label=_("table"),
        icon="table",
        template="cms/blocks/table.html",
        description=_("A table with a head; on a phone each row becomes a card."),
    )


def written() -> list[tuple[str, blocks.Block]]:
    """What editors write themselves."""
    group = _("What editors write")
    return [
        ("text", text(group)),
        ("steps", Steps(Step(), group=group)),
        ("note", note(group)),
        ("facts", Facts(Fact(), group=group)),
        ("picture", Figure(group=group)),
        ("table", table(group)),
        ("quote", Quote(group=group)),
        ("questions", Questions(Question(), group=group)),
        ("files", Files(DocumentChooserBlock(label=_("file")), group=group)),
        ("buttons", Buttons(Button(), group=group)),
    ]
