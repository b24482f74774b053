"""What a change across AWS accounts is like now: its waves, and a state that is computed of its changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.db import models

from sync.changes.span import current_changes, digest_of_span, is_left_out, stops_others
from sync.models import Change, SpanningChange


class SpanState(models.TextChoices):
    """Of no row: nothing is stored of it."""

    PROPOSED = "proposed", "Proposed"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Expired"
    APPLYING = "applying", "Applying"
    STOPPING = "stopping", "Stopping"
    HALTED = "halted", "Halted"
    APPLIED = "applied", "Applied"
    CANCELLED = "cancelled", "Cancelled"


@dataclass(frozen=True)
class AccountWave:
    """`number`: from 1. `changes`: those that weren't left out, one for each AWS account."""

    number: int
    changes: Sequence[Change]

    @property
    def is_settled(self) -> bool:
        return all(each.state == Change.State.APPLIED for each in self.changes)


class SpanSituation:
    """As it is now: whoever changes something asks with a new one."""

    def __init__(self, span: SpanningChange, changes: Sequence[Change] | None = None) -> None:
        """`changes`: its current ones, where they are at hand."""
        self.span = span
        self.changes = current_changes(span) if changes is None else changes

    @cached_property
    def digest(self) -> str:
        return digest_of_span(self.changes)

    @cached_property
    def included(self) -> Sequence[Change]:
        """Without those that were left out."""
        return [each for each in self.changes if not is_left_out(each)]

    @cached_property
    def waves(self) -> Sequence[AccountWave]:
        ordered = sorted(self.included, key=lambda each: (each.wave, each.aws_account.name, each.pk))
        return [AccountWave(number, list(group)) for number, group in groupby(ordered, key=lambda each: each.wave)]

    @property
    def wave(self) -> AccountWave | None:
        """The first that isn't applied yet; None: all are."""
        return next((each for each in self.waves if not each.is_settled), None)

    @property
    def remaining(self) -> Sequence[Change]:
        """Those of which something is still to be done."""
        return [each for each in self.included if each.state != Change.State.APPLIED]

    @property
    def stopped(self) -> Sequence[Change]:
        """Those that keep the others from being begun."""
        return [each for each in self.included if stops_others(each)]

    @property
    def moving(self) -> Sequence[Change]:
        return [each for each in self.included if each.state in Change.MOVING]

    @property
    def is_halted(self) -> bool:
        released = self.span.is_open and self.span.released_at is not None
        return released and (self.span.halted_at is not None or bool(self.stopped))

    @property
    def state(self) -> SpanState:
        if self.span.cancelled_at is not None:
            return SpanState.STOPPING if self.moving else SpanState.CANCELLED
        if self.span.released_at is None:
            return self._before_release()
        if self.is_halted:
            return SpanState.HALTED
        if self.remaining:
            return SpanState.APPLYING
        return SpanState.APPLIED if self.included else SpanState.CANCELLED

    def _before_release(self) -> SpanState:
        states = {each.state for each in self.included}
        for state in Change.GIVEN_UP:
            if state in states:
                return SpanState(state.value)
        return SpanState.APPROVED if states == {Change.State.APPROVED} else SpanState.PROPOSED


def situations(spans: Iterable[SpanningChange]) -> Mapping[int, SpanSituation]:
    """Of many, in one query."""
    by_pk = {each.pk: each for each in spans}
    newest: dict[int, dict[int, Change]] = {pk: {} for pk in by_pk}
    rows = Change.objects.filter(span__in=by_pk).order_by("pk").defer("measured", "findings")
    for change in rows.select_related("aws_account", "left_out"):
        assert change.span_id is not None  # noqa: S101  as filtered
        newest[change.span_id][change.aws_account_id] = change
    return {pk: SpanSituation(by_pk[pk], list(changes.values())) for pk, changes in newest.items()}
