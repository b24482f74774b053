"""Temporary access on the page of a change: of the one that gives it, and of its removal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest

from accounts.access import signed_in
from accounts.models import Operator
from iamconsole.web.words import full_time
from sync import operations
from sync.access_ends import end_by_themselves
from sync.changes.approvers import ChangeSituation
from sync.changes.removals import is_alone, is_overdue, next_try
from sync.changes.rules import why_not
from sync.changes.temporary import removal_of
from sync.changes.transitions import MOVE_END
from sync.forms import AccessEndForm
from sync.models import Change


@dataclass(frozen=True)
class TemporaryAccess:
    """`other`: the removal of a grant, the grant of a removal."""

    change: Change
    other: Change
    form: AccessEndForm | None

    @classmethod
    def of(cls, request: HttpRequest, change: Change) -> TemporaryAccess | None:
        other = change.ends if change.ends_id else removal_of(change) if change.until else None
        if other is None:
            return None
        actor = signed_in(request)
        offered = not why_not(MOVE_END, ChangeSituation(change, actor))
        return cls(change, other, _end_form(change, actor) if offered else None)

    @property
    def sentences(self) -> Iterator[str]:
        if self.change.ends_id:
            yield f"This removes what change {self.other.pk} grants."
            yield (
                "Both were approved together: at its time this change runs without further approvals or checks, also "
                "without a pull. What is gone by then counts as done."
            )
            yield from self._put_back(self.change)
            if self.change.state not in Change.OVER:
                yield (
                    "The requester of the access can end it earlier, but not stop or delay its end: that takes another "
                    "operator who may approve, and a fresh sign-in."
                )
        elif self.change.until:
            yield f"Until {full_time(self.change.until)}. Then the change below removes it."
            yield "Approving or applying this change covers both."
            yield from self.decided
            yield _AWSS_OWN if self._ends_itself else _OURS_ONLY

    @property
    def alarm(self) -> tuple[str, ...]:
        """What is said loudly where access did not end in time."""
        removal = self.change if self.change.ends_id else self.other
        if not is_overdue(removal) or removal.not_before is None:
            return ()
        again = next_try(removal)
        return (
            f"This access should have ended {full_time(removal.not_before)}, and is still there.",
            f"Change {removal.pk}, which removes it: {removal.get_state_display().lower()}.",
            f"It is tried again by itself: {full_time(again)}." if again else _NOT_BY_ITSELF[_writes(removal)],
        )

    @property
    def decided(self) -> Iterator[str]:
        """Of a grant: what is decided together with it."""
        yield (
            f"At its time change {self.other.pk} runs without further approvals or checks, also without a pull: "
            "they are given with this one. Writes must be on then."
        )
        yield from self._put_back(self.other)

    def _put_back(self, removal: Change) -> Iterator[str]:
        """What was there before the grant comes again, whatever it allows."""
        for step in removal.steps.all():
            operation = operations.registry.get(step.kind)
            if operation is not None and "document" in step.params:
                title = operation.title(operation.parse(step.params))
                yield (
                    f"It puts back what was there when this was proposed: {title[0].lower()}{title[1:]} (step "
                    f"{step.position}). What that document allows is allowed again from then on."
                )

    @property
    def _ends_itself(self) -> bool:
        steps = list(self.change.steps.all())
        return {step.part for step in steps} <= end_by_themselves(steps)


def _end_form(removal: Change, actor: Operator) -> AccessEndForm:
    form = AccessEndForm(initial={"until": removal.not_before})
    if not is_alone(removal, actor):
        del form.fields["reason"]
    return form


def _writes(removal: Change) -> bool:
    return removal.aws_account.writes_enabled


_NOT_BY_ITSELF = {
    True: "It is running, or its outcome is unknown: look at its page.",
    False: "Writes are off for this AWS account, so nothing removes it: an owner has to turn them on.",
}
_AWSS_OWN = (
    "The document has the end date too (aws:CurrentTime): AWS allows nothing by it from then on, even without this "
    "console."
)
_OURS_ONLY = (
    "AWS doesn’t know the end date, since the change writes no policy document that could say it. This console "
    "removes the access, and needs writes turned on for that."
)
