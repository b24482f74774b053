"""What templates say of a message."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from iamconsole.web.elements import state
from notifications.tables import mark_of, state_word, title_of

register = template.Library()


@register.filter
def message_title(delivery: Any) -> str:
    return title_of(delivery)


@register.simple_tag
def message_state(delivery: Any) -> SafeString:
    return state(mark_of(delivery), state_word(delivery))
