"""The text of a charter: chapters and articles, read from plain text and written back. Pure.

    第一章 总则
    第一条 联盟名称
    本联盟的名称为……

`parse` and `write` are each other's inverse. `compare` sets two versions side by side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import cn2an

from alliance.terms import in_chinese

CHAPTER = re.compile(r"第([零〇一二三四五六七八九十百]+)章[ \u3000]*(.*)")
ARTICLE = re.compile(r"第([零〇一二三四五六七八九十百]+)条(?:[ \u3000]+(.*))?")
PIECES = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9.]+|\s+|.", re.S)
UNTITLED = 30  # a longer line beside the number is the article's text

Chapters = Sequence[Mapping[str, Any]]


class Unreadable(ValueError):
    """Text that is no charter: says the line, in Chinese, as the text is."""


def parse(text: str) -> list[dict[str, Any]]:
    """The chapters of a text. Raises Unreadable where numbers skip or a part is missing."""
    chapters: list[dict[str, Any]] = []
    articles: list[dict[str, Any]] = []
    for place, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line:
            continue
        if found := CHAPTER.fullmatch(line):
            _next(found[1], len(chapters) + 1, "章", place)
            if not found[2].strip():
                raise Unreadable(f"第{place}行：这一章没有标题")
            chapters.append(
                {"title": f"第{in_chinese(len(chapters) + 1)}章 {found[2].strip()}", "articles": []}
            )
        elif found := ARTICLE.fullmatch(line):
            _next(found[1], len(articles) + 1, "条", place)
            if not chapters:
                raise Unreadable(f"第{place}行：第一条之前没有章")
            articles.append({"number": len(articles) + 1, "title": "", "text": ""})
            chapters[-1]["articles"].append(articles[-1])
            beside = (found[2] or "").strip()
            is_title = len(beside) <= UNTITLED and not beside.endswith(("。", "；", "："))
            articles[-1]["title" if is_title else "text"] = beside
        elif not chapters or not chapters[-1]["articles"]:
            raise Unreadable(f"第{place}行：这一行不在任何一条之内")
        else:
            article = articles[-1]
            article["text"] = f"{article['text']}\n{line}" if article["text"] else line
    if not articles:
        raise Unreadable("没有条文：每条以“第一条 标题”另起一行")
    for article in articles:
        if not article["text"]:
            raise Unreadable(f"第{in_chinese(article['number'])}条没有内容")
    for chapter in chapters:
        if not chapter["articles"]:
            raise Unreadable(f"{chapter['title']}：这一章没有条文")
    return chapters


def write(chapters: Chapters) -> str:
    """The text that `parse` reads."""
    lines = []
    for chapter in chapters:
        lines += ["", chapter["title"]]
        for article in chapter["articles"]:
            head = f"第{in_chinese(article['number'])}条"
            if article["title"]:
                lines += ["", f"{head} {article['title']}", article["text"]]
            else:
                first, *rest = article["text"].split("\n")
                lines += (
                    ["", f"{head} {first}", *rest] if _beside(first) else ["", head, first, *rest]
                )
    return "\n".join(lines).strip()


def articles_of(chapters: Chapters) -> dict[int, Mapping[str, Any]]:
    return {article["number"]: article for chapter in chapters for article in chapter["articles"]}


@dataclass(frozen=True)
class Changed:
    """One article in two versions: `pieces` are (same | gone | new, text)."""

    number: int
    title: str
    kind: str  # same, changed, new, gone
    pieces: tuple[tuple[str, str], ...]

    @property
    def head(self) -> str:
        return f"第{in_chinese(self.number)}条 {self.title}".strip()


def compare(old: Chapters, new: Chapters) -> list[Changed]:
    """Every article of both versions by number, in order."""
    before, after = articles_of(old), articles_of(new)
    found = []
    for number in sorted(before.keys() | after.keys()):
        was, now = before.get(number), after.get(number)
        title = (now or was or {})["title"]
        pieces = _pieces(_whole(was), _whole(now))
        kind = "new" if was is None else "gone" if now is None else "changed"
        if _whole(was) == _whole(now):
            kind = "same"
        found.append(Changed(number, title, kind, pieces))
    return found


def _whole(article: Mapping[str, Any] | None) -> str:
    if article is None:
        return ""
    return f"{article['title']}\n{article['text']}" if article["title"] else str(article["text"])


def _pieces(old: str, new: str) -> tuple[tuple[str, str], ...]:
    before, after = PIECES.findall(old), PIECES.findall(new)
    found: list[tuple[str, str]] = []
    for deed, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if deed == "equal":
            found.append(("same", "".join(before[a:b])))
            continue
        if b > a:
            found.append(("gone", "".join(before[a:b])))
        if d > c:
            found.append(("new", "".join(after[c:d])))
    return tuple(found)


def _next(number: str, wanted: int, unit: str, place: int) -> None:
    if int(cn2an.cn2an(number, "smart")) != wanted:
        raise Unreadable(f"第{place}行：应当是第{in_chinese(wanted)}{unit}，写的是第{number}{unit}")


def _beside(line: str) -> bool:
    """Whether an untitled article's first line may stand beside its number."""
    return len(line) > UNTITLED or line.endswith(("。", "；", "："))
