"""The audit trail's sentences for templates."""

from __future__ import annotations

from django import template

from accounts import audit

register = template.Library()
register.filter("audit_sentence", audit.sentence)
