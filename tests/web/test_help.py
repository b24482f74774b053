"""The pages of docs/ that the console shows: what they have of Markdown, and that no link of theirs leads nowhere."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from iamconsole.web.help.markdown import html_of
from iamconsole.web.help.pages import SHOWN, help_pages

# The glossary has a page of its own.
NOT_SHOWN = {
    "adding-a-mirrored-kind",
    "adding-a-page",
    "adding-a-setting",
    "adding-an-operation",
    "architecture",
    "backup",
    "command",
    "mcp",
    "engine",
    "front-end",
    "glossary",
    "change-operations",
    "deployment",
    "keys",
    "retention",
    "upgrade",
    "operations",
    "threat-model",
}


def told(text: str) -> str:
    return html_of(f"# Title\n\n{text}", lambda target: f"/help/{target}" if target.endswith(".md") else "")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("## Two words", '<h2 id="two-words">Two words</h2>'),
        ("a\nb", "<p>a b</p>"),
        ("**a** and *b* `c*d*` 2 * 3 * 4", "<p><strong>a</strong> and <em>b</em> <code>c*d*</code> 2 * 3 * 4</p>"),
        ("- a\n  b\n- c", "<ul><li>a b</li><li>c</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("[x](y.md) [z](../z.py)", '<p><a class="link" href="/help/y.md">x</a> z</p>'),
        ("[x](https://a.example/?b=1&c=2)", '<p><a class="link" href="https://a.example/?b=1&amp;c=2">x</a></p>'),
        ("[x](javascript:alert(1))", "<p>x)</p>"),
        ("<script>&", "<p>&lt;script&gt;&amp;</p>"),
        ("![a](b.png)", ""),
        (
            "```\n# not a heading\n\n<b>\n```",
            '<pre class="snippet" tabindex="0"><code># not a heading\n\n&lt;b&gt;</code></pre>',
        ),
        ("    code\n    more", '<pre class="snippet" tabindex="0"><code>code\nmore</code></pre>'),
    ],
)
def test_tells(text: str, html: str) -> None:
    assert told(text) == html


def test_tells_tables() -> None:
    table = told("| a | b |\n|---|---|\n| `x \\| y` | **z** |")
    assert '<th scope="col">a</th><th scope="col">b</th>' in table
    assert "<tr><td><code>x | y</code></td><td><strong>z</strong></td></tr>" in table
    assert "---" not in table


def test_every_page_opens_and_its_links_lead_somewhere(bobs: Client) -> None:
    pages = {page.url_name: bobs.get(f"/help/{name}/").content.decode() for name, page in help_pages().items()}
    assert len(pages) >= 12
    ids = {
        f"/help/{name}/": set(re.findall(r'\bid="([^"]+)"', pages[page.url_name]))
        for name, page in help_pages().items()
    }
    for name, page in help_pages().items():
        here = f"/help/{name}/"
        article = pages[page.url_name].split("<article", 1)[1]
        for target in re.findall(r'href="(/help/[^"]*|#[^"]*)"', article):
            path, _, anchor = target.partition("#")
            assert (path or here) in ids, target
            assert not anchor or anchor in ids[path or here], f"{name}: {target}"
        assert "**" not in re.sub(r"<(code|pre)\b.*?</\1>", "", article, flags=re.DOTALL), name


def test_search_finds_their_headings(bobs: Client) -> None:
    assert 'href="/help/changes/#break-glass"' in bobs.get("/search/", {"q": "break-glass"}).content.decode()
    assert bobs.get("/help/").status_code == 200
    assert bobs.get("/help/threat-model/").status_code == 404


def test_every_document_is_shown_or_for_who_works_on_the_console() -> None:
    there = {path.stem for path in (settings.BASE_DIR / "docs").glob("*.md")}
    assert set(SHOWN) | NOT_SHOWN == there and not set(SHOWN) & NOT_SHOWN
