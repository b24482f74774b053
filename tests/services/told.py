"""What is told of a change, as workers send it."""

from __future__ import annotations

from notifications import outbox
from notifications.models import NotifiedEvent
from sync.changes import notices
from sync.models import Change


def tell(change_id: int, verb: str) -> None:
    """What goes with that entry of the trail, and nothing that was told before."""
    NotifiedEvent.objects.all().delete()
    notices.notify(verb, Change.objects.get(pk=change_id))
    outbox.work()
