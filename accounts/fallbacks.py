"""What would be lost without SECRET_KEY_FALLBACKS, for whoever wants to take them out.

An app that keeps something signed or encrypted under SECRET_KEY for longer than a page registers how it is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import KeyCheck
from accounts.sessions import under_fallbacks
from iamconsole.web import words

ADVICE = "Wait until nothing needs it, or take it out of SECRET_KEY_FALLBACKS now and lose that (docs/keys.md)."


@dataclass(frozen=True)
class FallbackNeed:
    what: str  # in the plural: "sessions"
    count: Callable[[], int]


_needs = [FallbackNeed("sessions", under_fallbacks)]


def register_need(need: FallbackNeed) -> None:
    _needs.append(need)


def still_needed() -> list[str]:
    """What needs them still, in words; nothing: they can go."""
    return [*(f"{count} {need.what}" for need in _needs if (count := need.count())), *_links()]


def _links() -> Iterator[str]:
    """Links in mails are kept nowhere: they last so long after the key was changed."""
    changed = KeyCheck.objects.filter(name="SECRET_KEY").values_list("since", flat=True).first()
    if changed is None:
        return
    until = changed + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    if until > timezone.now():
        yield f"links in invitations, until {words.full_time(until)}"
