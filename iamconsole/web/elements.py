"""The small elements of pages, in Python: templates print them as tags of `{% load console %}`, lists in their cells.

A list has hundreds of them on a page. As templates within templates they took most of the time that it takes.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree
from zipfile import ZipFile

import lucide
from django.urls import get_script_prefix, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from iamconsole.web import vocabulary, words


def escaped(value: Any) -> str:
    """`conditional_escape`, without its detours for the two classes that nearly all values have."""
    if value.__class__ is SafeString:
        return value
    return SafeString(html.escape(value)) if value.__class__ is str else conditional_escape(value)


def format_html(template: str, *values: Any) -> SafeString:
    """Django's function, by `escaped`: a list calls it some 600 times for a page."""
    return SafeString(template.format(*map(escaped, values)))


def joined(parts: Iterable[Any], between: str = "") -> SafeString:
    """One after the other; what isn't safe is escaped."""
    return SafeString(escaped(between).join(map(escaped, parts)))


# ---- Marks ---------------------------------------------------------------------------------------------------


def icon(name: str, extra: str = "") -> SafeString:
    """A Lucide icon as inline SVG. It says nothing to a screen reader: a word stands beside it."""
    return _icon(str(name), str(extra))


@lru_cache(maxsize=512)
def _icon(name: str, extra: str) -> SafeString:
    """As lucide renders it, which opens its archive of some 1,700 icons anew for each."""
    try:
        svg = ElementTree.fromstring(_icons().read(f"{name}.svg"))  # noqa: S314 (the package's own file)
    except KeyError as error:
        raise lucide.IconDoesNotExist(f"The icon {name!r} does not exist.") from error
    for node in svg.iter():
        node.tag = node.tag.rpartition("}")[2]  # without the namespace, which inline SVG needs not
    svg.attrib |= {"width": "16", "height": "16", "class": f"icon {extra}".strip(), "aria-hidden": "true"}
    return SafeString(ElementTree.tostring(svg, encoding="unicode"))


@cache
def _icons() -> ZipFile:
    return ZipFile(BytesIO(resources.files("lucide").joinpath("lucide.zip").read_bytes()))


def muted(text: Any) -> SafeString:
    """Words that say that there is nothing."""
    return format_html('<span class="muted">{}</span>', text)


def small(text: Any) -> SafeString:
    return format_html('<span class="small">{}</span>', text)


def flag(text: Any, kind: str = "", icon: str = "", url: str = "") -> SafeString:
    """A badge for heads and risk columns."""
    return _flag(text, kind, _icon(icon, "") if icon else "", url)


def _flag(text: Any, kind: str, mark: str, url: str = "") -> SafeString:
    css = f"flag flag-{kind}" if kind else "flag"
    if url:
        return format_html('<a href="{}" class="{}">{}{}</a>', url, css, mark, text)
    return format_html('<span class="{}">{}{}</span>', css, mark, text)


def state(value: str, word: str = "") -> SafeString:
    """A state in a cell, by the value that the database holds; `word` says it more exactly."""
    known = vocabulary.state_of(str(value))
    ink = known.kind if known.kind in ("", "muted") else f"ink-{known.kind}"
    return marked(word or known.word, known.icon, ink, turning=known.turning)


def marked(text: Any, icon: str, ink: str = "", *, turning: bool = False) -> SafeString:
    """A word with its mark; `ink`: "ink-ok", "ink-warn", "ink-danger", "muted"."""
    mark = _icon(icon, "turning" if turning else "")
    return format_html('<span class="{}">{}{}</span>', f"state {ink}".rstrip(), mark, text)


def state_flag(value: str, word: str = "") -> SafeString:
    """The same as a badge, for the head of a page."""
    known = vocabulary.state_of(str(value))
    kind = known.kind if known.kind != "muted" else ""
    return _flag(word or known.word, kind, _icon(known.icon, "turning" if known.turning else ""))


_COPY = '<button class="copy needs-js" type="button" data-copy="{}" aria-label="Copy {}">{}{}</button>'


def copy(value: Any, what: str = "it") -> SafeString:
    """A copy button; `what` ends the sentence "Copy …" for screen readers."""
    return format_html(_COPY, value, what, _icon("copy", ""), _icon("check", "copy-done"))


def copyable(value: Any, what: str = "it") -> SafeString:
    """A value in code type with its copy button."""
    return format_html('<span class="copyable"><code>{}</code>{}</span>', value, copy(value, what))


# ---- Times ---------------------------------------------------------------------------------------------------


def ago(moment: datetime | None, never: str = "never") -> SafeString:
    """ "12 min ago", with the full local time as its title; `never` is what None says."""
    return _time(moment, words.ago(moment) if moment else never)


def day(moment: datetime | None, never: str = "never") -> SafeString:
    """ "4 Mar 2019"."""
    return _time(moment, words.day(moment) if moment else never)


def full_time(moment: datetime | None, never: str = "never") -> SafeString:
    """ "4 Mar 2019, 16:42:11 CET"."""
    return _time(moment, words.full_time(moment) if moment else never)


def _time(moment: datetime | None, said: str) -> SafeString:
    if moment is None:
        return muted(said)
    machine, full = words.machine_time(moment), words.full_time(moment)
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, full, said)


# ---- Cells that several lists have ---------------------------------------------------------------------------------
# A cell gets the row and what the list is of, such as an AWS account.
Cell = Callable[[Any, Any], str]

NONE, NOT_HELD = muted("None"), muted("Not read yet")


def _unmarked(row: Any, aws_account: Any) -> str:
    return ""


def named(url_name: str, mark: Cell = _unmarked) -> Cell:
    """The name of a mirrored row, as a link to its page, perhaps with a mark beside it; and a second line."""

    def cell(row: Any, aws_account: Any) -> SafeString:
        below = joined((mark(row, aws_account), second_line(row)))
        return name_link(object_url(url_name, aws_account.account_id, row.aws_id), row.name, below)

    return cell


def name_link(url: str, name: str, below: str = "") -> SafeString:
    return format_html('<a class="name" href="{}">{}</a>{}', url, name, below)


def second_line(row: Any) -> str:
    """Since when it is gone, or its tag `Name`, or its path."""
    if row.gone_at:
        return gone_since(row)
    if said := (getattr(row, "tags", None) or {}).get("Name"):
        return small(said)
    path = getattr(row, "path", "/")
    return small(path) if path != "/" else ""


def gone_since(row: Any) -> SafeString:
    return format_html('<span class="small ink-warn">Gone since {}</span>', ago(row.gone_at))


def created(row: Any, aws_account: Any) -> SafeString:
    return day(row.created_at, "unknown")


def object_url(url_name: str, account_id: str, aws_id: str) -> str:
    """The address of a mirrored object's page: `reverse`, without its work for each of many rows."""
    before, after = _around_id(url_name, account_id, get_script_prefix())
    return f"{before}{quote(aws_id, safe='~:@')}{after}"


@lru_cache(maxsize=1024)
def _around_id(url_name: str, account_id: str, script_prefix: str) -> tuple[str, str]:
    before, _, after = reverse(url_name, kwargs={"account_id": account_id, "aws_id": "~"}).partition("~")
    return before, after
