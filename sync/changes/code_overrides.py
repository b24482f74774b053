"""Overrides of code: a change of what Terraform or CloudFormation owns is applied all the same, until an end.

Until then the object's page says so, and drift says where somebody, such as the code's pipeline, undoes it. After the
end the console says no more about it, and changes nothing: whoever overrides puts it into the code, or has it undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from accounts.models import AwsAccount, Operator
from iamconsole.web.words import full_time
from sync import clock
from sync.changes import demands
from sync.changes.approvers import valid_approvals
from sync.changes.bookkeeping import PlanError, locked, log_line, record
from sync.changes.guards import Objection, void_approvals
from sync.changes.plan import digest_of
from sync.changes.rules import check
from sync.changes.transitions import OVERRIDE_CODE
from sync.models import Change, MirroredRow, OverriddenObject, Override, Step

LONGEST = timedelta(days=90)
_AT_ONCE = 500


def override_code(*, change: Change, actor: Operator, reason: str, until: datetime) -> Override:
    """Lets the change past the code that owns what it is about. Raises PlanError.

    It is part of the plan's digest: who approved it before is asked again, with the override in sight.
    """
    with locked(change.pk) as change:
        found = check(OVERRIDE_CODE, change, actor).owned
        if not reason.strip():
            raise PlanError("Say why it can’t wait for the code.", field="reason")
        _check_end(until)
        findings = [each.as_json() for each in found]
        made = change.overrides.create(operator=actor, reason=reason, findings=findings, until=until)
        OverriddenObject.objects.bulk_create(
            OverriddenObject(override=made, aws_account=change.aws_account, kind=kind, object_id=object_id)
            for kind, object_id in (each.about for each in found if each.about)
        )
        change.digest = digest_of(change)
        void_approvals(change, Objection("Code was overridden since."))
        unmet = demands.unmet_demands(change, valid_approvals(change))
        change.state = Change.State.PROPOSED if unmet else change.state
        log_line(change, f"{actor} overrides the code that owns what it changes, until {full_time(until)}.")
        change.save(update_fields=["state", "digest"])
        objects = [f"{kind} {object_id}" for kind, object_id in (each.about for each in found if each.about)]
        record(
            "change.code_overridden",
            change,
            actor=actor,
            reason=reason,
            objects=objects,
            until=until.isoformat(),
            digest=change.digest,
        )
    return made


def _check_end(until: datetime) -> None:
    now = clock.now()
    if until <= now:
        raise PlanError("The end of the override is in the past.", field="until")
    if until > now + LONGEST:
        raise PlanError("An override ends within 90 days: this would be later.", field="until")


def overrides_of(aws_account: AwsAccount, rows: Iterable[MirroredRow]) -> Mapping[tuple[str, str], Sequence[Override]]:
    """Those in force of objects that code owns, by kind and unique id; the one that ends last comes first.

    In force: it hasn't ended, and its change was not given up. In one query where code owns any of the rows, else none.
    """
    ids = [row.aws_id for row in rows if getattr(row, "in_code", False)]
    found: dict[tuple[str, str], list[Override]] = {}
    for begin in range(0, len(ids), _AT_ONCE):
        entries = OverriddenObject.objects.filter(
            aws_account=aws_account, object_id__in=ids[begin : begin + _AT_ONCE], override__until__gt=clock.now()
        )
        open_ones = entries.exclude(override__change__state__in=Change.GIVEN_UP).order_by("-override__until", "-pk")
        for each in open_ones.select_related("override__operator", "override__change"):
            found.setdefault((each.kind, each.object_id), []).append(each.override)
    return found


def overrides_of_row(row: MirroredRow) -> Sequence[Override]:
    return overrides_of(row.aws_account, [row]).get((row.kind, row.aws_id), ())


def is_to_come(override: Override) -> bool:
    """Whether nothing of its change was sent yet, as far as is known."""
    sent = (*Step.FINISHED, Step.State.SENDING, Step.State.UNKNOWN)
    return not override.change.steps.filter(state__in=sent).exists()


def undone_of(overrides: Iterable[Override], seen_at: datetime) -> Override | None:
    """The first of them after whose change came what was seen then outside this console. One that still waits to be
    applied is undone by nothing, and hides none that was."""
    return next((each for each in overrides if _undoes(each, seen_at)), None)


def _undoes(override: Override, seen_at: datetime) -> bool:
    applied: Sequence[Change.State] = (Change.State.APPLIED, *Change.STUCK)
    at = override.change.finished_at
    return override.change.state in applied and at is not None and seen_at >= at
