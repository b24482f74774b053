"""Marks of what a change is writing (sync/pending.py): `{% pending row aws_account %}`."""

from __future__ import annotations

from django import template

from sync.pending import mark_of, pending_mark

register = template.Library()
register.simple_tag(pending_mark, name="pending")
register.simple_tag(mark_of, name="pending_key")
