"""`{{ change.title|named:names }}`: a text with what people are called in the place of their ids (sync/naming.py)."""

from __future__ import annotations

from django import template

from sync.naming import Names

register = template.Library()


@register.filter
def named(text: str, names: Names) -> str:
    return names.said(text)
