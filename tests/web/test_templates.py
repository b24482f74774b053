"""What every template must be: it compiles, and the strict Content-Security-Policy has nothing to refuse in it.

Nor in the HTML that Python has: the small elements, and the cells of lists.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django.template import Node, engines
from django.template.defaulttags import URLNode
from django.template.loader import get_template
from django.template.loader_tags import BlockNode

from tests.web.sources import TEMPLATES_DIR, modules, template_name, templates

REFUSED = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\ssrc=)", re.IGNORECASE),
    "javascript address": re.compile(r"""=["']?\s*javascript:""", re.IGNORECASE),
    "evaluated htmx": re.compile(r"\shx-(?:on\b|vals=[\"']js:|headers=[\"']js:)", re.IGNORECASE),
    "json_script": re.compile(r"\|\s*json_script"),
}
COMMENTS = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}", re.DOTALL)


@pytest.mark.parametrize("path", templates(), ids=template_name)
def test_template_compiles(path: Path) -> None:
    get_template(template_name(path))


def test_no_block_reads_an_address_that_another_one_keeps() -> None:
    """`{% url … as name %}` holds until its block ends: in another one the link leads to the page that it is on."""
    lost = [(template_name(path), *each) for path in templates() for each in lost_addresses(template_name(path))]
    assert lost == []


def lost_addresses(name: str) -> list[tuple[str, str]]:
    """Each with the block that reads it."""
    template: Any = get_template(name)
    inside = {block: block.get_nodes_by_type(Node) for block in template.template.nodelist.get_nodes_by_type(BlockNode)}
    kept = {block: {n.asvar for n in nodes if isinstance(n, URLNode) and n.asvar} for block, nodes in inside.items()}
    return [
        (address, other.name)
        for block, addresses in kept.items()
        for address in addresses
        for other in inside
        if address not in kept[other] and other not in inside[block]
        if any(re.search(rf"\b{address}\b", node.token.contents) for node in inside[other])
    ]


@pytest.mark.parametrize("path", templates(), ids=template_name)
def test_template_has_nothing_inline(path: Path) -> None:
    markup = COMMENTS.sub("", path.read_text())
    assert [name for name, pattern in REFUSED.items() if pattern.search(markup)] == []


def test_python_has_nothing_inline() -> None:
    texts = [
        (path, node.value)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [(path.name, text) for path, text in texts if any(each.search(text) for each in REFUSED.values())] == []


@pytest.mark.parametrize(
    "markup",
    ['<p style="x">', '<a onclick="x">', "<script>x</script>", '<div hx-on:click="x">', "{{ data|json_script }}"],
)
def test_the_patterns_find_what_they_are_for(markup: str) -> None:
    assert any(pattern.search(markup) for pattern in REFUSED.values())


def test_an_external_script_is_fine() -> None:
    assert not any(pattern.search('<script src="{% static "x.js" %}" defer></script>') for pattern in REFUSED.values())


def test_all_templates_are_looked_at() -> None:
    [engine] = [engine for engine in engines.all() if engine.template_dirs]
    assert Path(engine.template_dirs[0]) == TEMPLATES_DIR
