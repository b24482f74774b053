"""Personal texts of plans, sealed again under the newest of SEAL_KEYS. What was approved stays approved.

A plan's digest, which approvals sign, holds the sealed texts: so it changes with them, and what signed the digest
before signs the one after; so does what signed the digest of all plans of a change across AWS accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.keys import known_seal_keys
from iamconsole.sealed_values import SealedValues
from iamconsole.sealing import BLOB, CannotUnseal, SealingPurpose, key_names, mark_of, seal, sealed_under, unseal
from sync.changes.bookkeeping import locked, record
from sync.changes.plan import digest_of
from sync.changes.span import current_changes, digest_of_span
from sync.models import Approval, Change, Step
from sync.spanning.locks import locked_span

_TOGETHER = 200


def names_of_keys() -> Iterator[str]:
    """Of each step that has such texts, the keys that they are sealed under.

    Somebody may have typed what looks like one: it counts only where it opens, and of a key that isn't given where
    the database had that key once.
    """
    given, had = key_names(), set(known_seal_keys())
    for params, before in _steps("").values_list("params", "before").iterator(chunk_size=_TOGETHER):
        texts = [text for text in _texts([params, before]) if BLOB.fullmatch(text)]
        yield from {name for text in texts if (_opens(text) if (name := sealed_under(text)) in given else name in had)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)


def _opens(text: str) -> bool:
    try:
        unseal(text, SealingPurpose.PERSONAL)
    except CannotUnseal:
        return False
    return True


def reseal() -> Iterator[int]:
    """The plan of a change at a time. What is being applied right now waits for the next time."""
    older = key_names()[1:]
    changes = sorted({found for name in older for found in _steps(name).values_list("change", flat=True).distinct()})
    return (_plan(change_id) for change_id in changes)


def _plan(change_id: int) -> int:
    """How many steps."""
    span_id = Change.objects.values_list("span", flat=True).get(pk=change_id)
    with locked_span(span_id) if span_id else nullcontext(), locked(change_id) as change:
        if change.state == Change.State.APPLYING:
            return 0
        steps = list(change.steps.all())
        is_as_proposed = digest_of(change, steps) == change.digest
        stale = [step for step in steps if _again_in(step)]
        Step.objects.bulk_update(stale, ["params", "before"], batch_size=_TOGETHER)
        if stale and is_as_proposed:
            _sign_again(change, digest_of(change, steps))
        return len(stale)


def _sign_again(change: Change, digest: str) -> None:
    before, whole_before = change.digest, _digest_of_whole(change)
    change.digest = digest
    change.save(update_fields=["digest"])
    change.approvals.filter(digest=before).update(digest=digest)
    if whole_before:
        signed = Approval.objects.filter(change__span=change.span_id, span_digest=whole_before)
        signed.update(span_digest=_digest_of_whole(change))
    record("change.resealed", change, actor=None, digest=digest, before=before)


def _digest_of_whole(change: Change) -> str:
    return digest_of_span(current_changes(change.span_id)) if change.span_id else ""


def _again_in(step: Step) -> bool:
    params, before = _again(step.params), _again(step.before)
    differs = (params, before) != (step.params, step.before)
    step.params, step.before = params, before
    return differs


def _again(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _again(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_again(inner) for inner in value]
    if isinstance(value, str) and BLOB.fullmatch(value) and sealed_under(value) != key_names()[0]:
        with suppress(CannotUnseal):
            return seal(unseal(value, SealingPurpose.PERSONAL), SealingPurpose.PERSONAL)
    return value


def _steps(name: str) -> QuerySet[Step]:
    """Those with something that is sealed under the key of that name; under any, without one."""
    texts = Step.objects.annotate(said=Cast("params", TextField()), was=Cast("before", TextField()))
    return texts.filter(Q(said__contains=mark_of(name)) | Q(was__contains=mark_of(name)))


SEALED_PLANS = SealedValues("plans with personal texts", names_of_keys, reseal)
