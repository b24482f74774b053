"""Layers and condition keys in words, for the pages of this app."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from access.denied import words
from access.denied.layers import LayerLine
from access.denied.requests import DeniedRequest
from access.who_can.answer import WayLine
from iamconsole.web.words import some
from policies.engine.catalogue import spelled
from policies.engine.evaluate import LayerName

register = template.Library()
_MFA = "aws:multifactorauthpresent"

LAYERS = {
    LayerName.IDENTITY: "policies of its own and of its groups",
    LayerName.BOUNDARY: "permissions boundary",
    LayerName.SESSION: "session policy",
    LayerName.RESOURCE: "resource’s own policy",
    LayerName.ENDPOINT: "policies of VPC endpoints",
    LayerName.SCP: "service control policies",
    LayerName.RCP: "resource control policies",
    LayerName.AWS: "rules that AWS has beside all policies",
}


@register.filter
def layer(name: LayerName) -> str:
    """To stand after "the"."""
    return LAYERS[name]


@register.filter
def layer_title(line: LayerLine) -> str:
    """Of a denial's layer, as the head of its line."""
    return words.layer_title(line)


@register.filter
def said(asked: DeniedRequest) -> str:
    """What AWS gave as its reason."""
    return words.said_words(asked)


@register.filter
def read_from(asked: DeniedRequest) -> str:
    return words.READ_FROM[asked.read_from]


@register.filter
def way(line: WayLine) -> SafeString:
    """Statements of a policy that allow something, and by which groups it is had, with links."""
    statements = f", statement{'s' if len(line.statements) > 1 else ''} {', '.join(line.statements)}"
    if not line.groups:
        return format_html("{}{}", _linked(line.policy, line.url), statements)
    by = format_html_join(", ", "{}", ((_linked(name, url),) for name, url in line.groups))
    own = "its own and " if line.is_own else ""
    many = "s" if len(line.groups) > 1 else ""
    return format_html("{}{}, {}by group{} {}", _linked(line.policy, line.url), statements, own, many, by)


def _linked(text: str, url: str) -> SafeString | str:
    return format_html('<a class="link" href="{}">{}</a>', url, text) if url else text


@register.filter
def some_names(names: Sequence[str]) -> str:
    """ "a, b, c and 4 more"."""
    return some(names)


@register.filter
def keys(names: Iterable[str]) -> str:
    return ", ".join(map(spelled, names))


@register.filter
def depends(names: Sequence[str]) -> str:
    """Of condition keys on which it depends whether something is allowed."""
    return _with_mfa(names, "depends on ")


@register.filter
def denied(names: Sequence[str]) -> str:
    """Of condition keys on which it depends whether it is denied."""
    return _with_mfa(names, "may be denied, depending on ")


def _with_mfa(names: Sequence[str], words: str) -> str:
    others = [name for name in names if name != _MFA]
    described = ["only with MFA"] if len(others) < len(names) else []
    return ", ".join([*described, *([f"{words}{keys(others)}"] if others else [])])


@register.filter
def short(policy: str) -> str:
    return words.short(policy)


@register.filter
def names(actions: Sequence[str], most: int) -> str:
    """The first ones, without their service."""
    return ", ".join(action.partition(":")[2] for action in actions[:most])
