"""Blocks of the editors' pages: what they write, and what is looked up as the page is shown."""

from wagtail import blocks

from cms.blocks.body import Body
from cms.blocks.content import MenuItem, Office, QuestionGroup, written
from cms.blocks.live import looked_up


def content() -> list[tuple[str, blocks.Block]]:
    """Whatever a page may hold."""
    return [*written(), *looked_up()]


def menu() -> list[tuple[str, blocks.Block]]:
    return [("item", MenuItem())]


def groups_of_questions() -> list[tuple[str, blocks.Block]]:
    return [("group", QuestionGroup())]


def offices() -> list[tuple[str, blocks.Block]]:
    return [("office", Office())]


__all__ = ["Body", "content", "groups_of_questions", "menu", "offices"]
