"""The terms of docs/glossary.md, which is their only place: read once, and shown by the page and beside words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import unescape

from django.conf import settings
from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

OF_CODE = "In the code"  # of no use to who reads pages
_TERM = re.compile(r"- \*\*(?P<name>[^*]+)\*\*(?P<rest>.*)", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
_EMPHASIS = re.compile(r"\*([^*]+)\*")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")  # to a page beside the glossary, which the console doesn’t serve


@dataclass(frozen=True)
class GlossaryTerm:
    """`slug` is its place on the page ("trust-policy"). `name` may say of what: "Label of AWS accounts"."""

    slug: str
    name: str
    text: SafeString

    @property
    def plain(self) -> str:
        return unescape(strip_tags(self.text))


@dataclass(frozen=True)
class GlossarySection:
    title: str
    terms: Sequence[GlossaryTerm]


@cache
def sections() -> Sequence[GlossarySection]:
    text = (settings.BASE_DIR / "docs" / "glossary.md").read_text(encoding="utf-8")
    parts = (_section(part) for part in text.split("\n## ")[1:])
    taken: Counter[str] = Counter()
    return tuple(_with_own_places(part, taken) for part in parts if part.title != OF_CODE)


def _with_own_places(section: GlossarySection, taken: Counter[str]) -> GlossarySection:
    """A word may mean two things: its second meaning is at "digest-2"."""
    terms = []
    for term in section.terms:
        taken[term.slug] += 1
        number = taken[term.slug]
        terms.append(replace(term, slug=f"{term.slug}-{number}") if number > 1 else term)
    return replace(section, terms=tuple(terms))


@cache
def terms() -> Mapping[str, GlossaryTerm]:
    """By their slugs, without those of the code."""
    return {term.slug: term for section in sections() for term in section.terms}


def _section(part: str) -> GlossarySection:
    title, _, body = part.partition("\n")
    entries = re.split(r"\n(?=- \*\*)", body.strip())
    found = (_TERM.fullmatch(re.sub(r"\n\s+", " ", entry)) for entry in entries)
    return GlossarySection(title.strip(), tuple(_term(each["name"], each["rest"].strip()) for each in found if each))


def _term(name: str, rest: str) -> GlossaryTerm:
    of_what, _, text = rest.partition(": ")
    text = text[:1].upper() + text[1:]
    return GlossaryTerm(slugify(name), " ".join(filter(None, (name, of_what.strip().rstrip(":")))), _html(text))


def _html(markdown: str) -> SafeString:
    """What glossary lines have of Markdown: code, emphasis, and links, of which the words are left."""
    text = _LINK.sub(r"\1", str(conditional_escape(markdown)))
    text = _EMPHASIS.sub(r"<em>\1</em>", _CODE.sub(r"<code>\1</code>", text))
    return mark_safe(text)  # noqa: S308  the file is ours, and escaped before
