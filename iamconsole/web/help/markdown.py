"""The pages of docs/ as HTML: what they have of Markdown, which is headings, paragraphs, lists, tables and code.

They are files of ours, and escaped all the same. Pictures are left out: they aren't served. Links lead to other pages
that are shown, or out; of those to files of the repository the words are left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_HEADING = re.compile(r"(#{1,4}) (.+)")
_ITEM = re.compile(r"(?:[-*]|\d+\.) ")
_CODE = re.compile(r"`([^`]+)`")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?! )([^*\n]+)(?<! )\*(?!\w)")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_LEFT_OUT = re.compile(r"!\[|<!--")
_RULE = re.compile(r"\|[\s|:-]+\|")

LinkOf = Callable[[str], str]  # of "changes.md#undo" the address; "": it isn't shown


@dataclass(frozen=True)
class HelpSection:
    """A heading of the second level: its place on the page, and its words."""

    anchor: str
    title: str


def anchor_of(title: str) -> str:
    """As GitHub makes them, to which links between the pages keep."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def sections(text: str) -> list[HelpSection]:
    titles = [found[2] for line in text.split("\n") if (found := _HEADING.fullmatch(line)) and len(found[1]) == 2]
    return [HelpSection(anchor_of(title), title.replace("`", "")) for title in titles]


def title_of(text: str) -> str:
    return text.split("\n", 1)[0].lstrip("# ").strip()


def html_of(text: str, link_of: LinkOf) -> SafeString:
    """Without the title, which stands above it."""
    body = text.split("\n", 1)[1] if text.startswith("# ") else text
    return mark_safe("\n".join(_block(block, link_of) for block in _blocks(body)))  # noqa: S308  escaped before


def _blocks(text: str) -> Iterator[list[str]]:
    """Lines that belong together: a fence with all in it, else what blank lines part."""
    block: list[str] = []
    fenced = False
    for line in text.split("\n"):
        fence = line.startswith("```")
        if block and not fenced and (not line.strip() or fence or _HEADING.match(line)):
            yield block
            block = []
        if line.strip() or fenced:
            block.append(line)
        if fence and fenced:
            yield block
            block = []
        fenced = fenced is not fence
        if len(block) == 1 and _HEADING.match(line):
            yield block
            block = []
    if block:
        yield block


def _block(lines: list[str], link_of: LinkOf) -> str:
    first = lines[0]
    if heading := _HEADING.fullmatch(first):
        level = max(2, len(heading[1]))
        return f'<h{level} id="{anchor_of(heading[2])}">{_inline(heading[2], link_of)}</h{level}>'
    if first.startswith("```"):
        return _code(lines[1:-1])
    if first.startswith("    "):
        return _code([line.removeprefix("    ") for line in lines])
    if first.startswith("|"):
        return _table(lines, link_of)
    if _ITEM.match(first):
        return _list(lines, link_of)
    if _LEFT_OUT.match(first):
        return ""
    return f"<p>{_inline(' '.join(lines), link_of)}</p>"


def _code(lines: list[str]) -> str:
    return f'<pre class="snippet" tabindex="0"><code>{escape(chr(10).join(lines))}</code></pre>'


def _list(lines: list[str], link_of: LinkOf) -> str:
    """Of one level: what is indented goes on with the item before."""
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line) or not items:
            items.append(_ITEM.sub("", line, count=1))
        else:
            items[-1] += f" {line.strip()}"
    tag = "ol" if lines[0][0].isdigit() else "ul"
    return f"<{tag}>{''.join(f'<li>{_inline(item, link_of)}</li>' for item in items)}</{tag}>"


def _table(lines: list[str], link_of: LinkOf) -> str:
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in lines]
    head, body = rows[0], [row for line, row in zip(lines[1:], rows[1:], strict=True) if not _RULE.fullmatch(line)]
    cells = "".join(f'<th scope="col">{_inline(cell, link_of)}</th>' if cell else "<td></td>" for cell in head)
    told = "".join(f"<tr>{''.join(f'<td>{_inline(cell, link_of)}</td>' for cell in row)}</tr>" for row in body)
    table = f'<table class="table"><thead><tr>{cells}</tr></thead><tbody>{told}</tbody></table>'
    return f'<div class="scroll" tabindex="0">{table}</div>'


def _inline(text: str, link_of: LinkOf) -> str:
    """Code is taken out first: nothing in it means anything."""
    codes: list[str] = []

    def take(found: re.Match[str]) -> str:
        codes.append(f"<code>{escape(found[1])}</code>")
        return f"\x00{len(codes) - 1}\x00"

    def link(found: re.Match[str]) -> str:
        target = unescape(found[2])
        url = target if target.startswith("https://") else link_of(target)
        return f'<a class="link" href="{escape(url)}">{found[1]}</a>' if url else found[1]

    said: str = escape(_CODE.sub(take, text.replace(r"\|", "|").replace(r"\*", "\x01")))
    said = _EMPHASIS.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", _LINK.sub(link, said)))
    return re.sub(r"\x00(\d+)\x00", lambda found: codes[int(found[1])], said).replace("\x01", "*")
