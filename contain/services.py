"""Contains somebody, and releases them: both are ordinary changes, with their plan, approvals, leases and reversal."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.db import transaction

from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import CONTAIN
from contain.models import Containment
from contain.pieces import Piece, Uncut
from contain.subjects.base import PiecesOf, Subject
from contain.uncut import as_json
from sync import changes, clock, operations, ticks
from sync.activity import principals
from sync.changes import PlanError, guards
from sync.changes.approvers import ChangeSituation
from sync.changes.follow_ups import behind
from sync.changes.plan import check_steps, plan
from sync.changes.rules import why_not
from sync.changes.transitions import APPROVE_ALONE, BREAK_GLASS, OVERRIDE_CODE
from sync.models import Change
from sync.operations import Gate, StepSpec
from sync.placeholders import placeholder_for, resolved
from sync.plan_draft import Draft

logger = logging.getLogger(__name__)
audit.register({"contain.begun": "contained {name} by change {change}"})

_OVERRIDDEN = timedelta(days=30)  # how long the pages of what code owns say that the code doesn't have it
_MAY_NOT = "You may not contain anybody in {}: that takes the role editor or owner."


def contain(*, parts: Sequence[PiecesOf], actor: Operator, reason: str) -> Containment:
    """Proposes a change for each that is to be contained and hands it to the workers, without approvals that are
    missing where an owner may. Returns the first one's containment.

    Raises PlanError, and then nothing is proposed of any. Where a change waits for somebody else, or something stands
    against it, it stays proposed, and the others don't wait for it; nor do they where starting it breaks off.
    """
    wanted = [each for each in parts if each.chosen]
    if not wanted:
        raise PlanError("Choose what is to be cut.", field="pieces")
    for each in wanted:
        _check_in(each, actor, is_first=each is parts[0])
    made = _all_proposed(wanted, actor, reason)
    start_each(made, actor, reason)
    for each in wanted:
        _by_itself(partial(ask_trail, each.subject, actor))
    return made[0]


def start_each(made: Iterable[Containment], actor: Operator, reason: str) -> None:
    for containment in made:
        _by_itself(partial(start, containment.change, actor, reason))


def _by_itself(act: Callable[[], None]) -> None:
    """What goes wrong keeps nobody else from being cut off: the page of the containment says what wasn't started."""
    try:
        act()
    except PlanError as error:
        logger.info("A containment waits: %s", error)
    except Exception:
        logger.exception("A containment was proposed, and something broke off after that")
        ticks.restore_connection()


def _check_in(part: PiecesOf, actor: Operator, *, is_first: bool) -> None:
    try:
        check(part.subject, actor, part.chosen)
    except PlanError as error:
        where = "" if is_first else f"{part.subject.aws_account}: "
        raise PlanError(f"{where}{error}", field=error.field) from error


@transaction.atomic
def _all_proposed(parts: Sequence[PiecesOf], actor: Operator, reason: str) -> list[Containment]:
    cut = {each.subject.object_id for each in parts}
    made: list[Containment] = []
    for each in parts:
        made.append(_proposed(each, actor, reason, cut=cut, together=made[0] if made else None))
    return made


def check(subject: Subject, actor: Operator, chosen: Sequence[Piece]) -> None:
    """Raises PlanError."""
    if not may(actor, CONTAIN, subject.aws_account):
        raise PlanError(_MAY_NOT.format(subject.aws_account))
    if subject.refusal:
        raise PlanError(subject.refusal)
    if read_only := why_read_only(subject.aws_account):
        raise PlanError(read_only)
    if not chosen:
        raise PlanError("Choose what is to be cut.", field="pieces")
    for piece in chosen:
        if why := piece.refused or problem_of(subject.aws_account, piece):
            raise PlanError(f"{piece.title}: {why} Leave it out, and cut the rest.", field="pieces")
    if refused := subject.why_not(chosen):
        raise PlanError(refused, field="pieces")


def why_read_only(aws_account: AwsAccount) -> str:
    """Why nothing is written there; "" where it is."""
    if aws_account.writes_enabled:
        return ""
    return f"{aws_account} is read-only in this console. An owner can turn on writes in its settings."


def _proposed(
    part: PiecesOf, actor: Operator, reason: str, *, cut: Collection[str], together: Containment | None
) -> Containment:
    """`cut`: the ids of all that are contained by the same click."""
    subject, chosen = part.subject, part.chosen
    aws_account = subject.aws_account
    change = changes.propose(
        aws_account=aws_account,
        actor=actor,
        title=f"Contain {subject.stored_name or subject.noun.lower()}",
        reason=reason,
        steps=in_order(chosen),
        independent=True,
    )
    containment = Containment.objects.create(
        aws_account=aws_account,
        change=change,
        slug=subject.slug,
        object_id=subject.object_id,
        name=subject.stored_name,
        key=subject.asked.key,
        uncut=_left_alone(subject, chosen, cut),
        together=together,
        begun_by=actor,
        begun_at=subject.asked.at,
    )
    about = (f"contain.{subject.slug}", subject.object_id, subject.stored_name)
    audit.record(
        "contain.begun",
        actor=actor,
        aws_account=aws_account,
        obj=about,
        data={"name": containment.called, "change": change.pk, "pieces": [each.key for each in chosen]},
    )
    return containment


def _left_alone(subject: Subject, chosen: Sequence[Piece], cut: Collection[str]) -> list[dict[str, str]]:
    """What is told afterwards, too: what can't be cut, and what nobody chose."""
    keys = {each.key for each in chosen}
    left = [Uncut(each.title, "It wasn’t chosen.") for each in subject.pieces if each.key not in keys]
    return as_json([*(each for each in subject.uncut() if each.role_id not in cut), *left])


def in_order(chosen: Sequence[Piece]) -> list[StepSpec]:
    """The steps of all pieces. What only waits comes last, so that it keeps nothing from being cut.

    Steps name others of their piece by their positions in it.
    """
    steps: list[StepSpec] = []
    for piece in chosen:
        steps += behind(piece.steps, len(steps))
    ordered = sorted(enumerate(steps, start=1), key=lambda each: isinstance(operations.registry[each[1].kind], Gate))
    moved = {before: placeholder_for(now) for now, (before, _) in enumerate(ordered, start=1)}
    return [replace(spec, params=resolved(spec.params, moved)) for _, spec in ordered]


def problem_of(aws_account: AwsAccount, piece: Piece) -> str:
    """Why its steps can't be proposed; "" where they can."""
    try:
        planned = plan(aws_account, piece.steps).steps
    except PlanError as error:
        return str(error)
    found = check_steps(Draft(aws_account), planned)
    return " ".join(finding.message for finding in found if finding.severity == "error")


def start(change: Change, actor: Operator, reason: str) -> None:
    """Applies it, passing over the approvals that are missing where the actor may; else it waits for its people.

    Raises PlanError where something else stands against it.
    """
    _pass_over_code(change, actor, reason)
    at = ChangeSituation(change, actor)
    if at.missing and not why_not(APPROVE_ALONE, at):
        changes.approve_alone(change=change, actor=actor, reason=reason)
    elif at.missing:
        if why_not(BREAK_GLASS, at):
            return
        changes.break_glass(change=change, actor=actor, reason=reason)
        return
    if not at.without_override:
        changes.apply(change=change, actor=actor)


def can_start(change: Change, actor: Operator) -> bool:
    """Whether `start` sends it: nobody else is waited for."""
    at = ChangeSituation(change, actor)
    if change.state not in Change.UNDECIDED or not may(actor, CONTAIN, change.aws_account):
        return False
    if at.missing:
        return not why_not(APPROVE_ALONE, at) or not why_not(BREAK_GLASS, at)
    return not at.without_override and not guards.at_a_glance(at)


def _pass_over_code(change: Change, actor: Operator, reason: str) -> None:
    """What code owns is contained all the same: the pages of its objects say so until the override ends."""
    if why_not(OVERRIDE_CODE, ChangeSituation(change, actor)):
        return
    changes.override_code(change=change, actor=actor, reason=reason or change.title, until=clock.now() + _OVERRIDDEN)
    change.refresh_from_db()


def needs_reason(aws_account: AwsAccount) -> bool:
    """Whether approvals are asked for there: who passes over them says why."""
    return aws_account.approvals_required > 0 or aws_account.approval_rules.exists()


def ask_trail(subject: Subject, actor: Operator) -> None:
    """Asks CloudTrail anew, for the page that follows."""
    row = subject.trail_row
    if row is not None and subject.aws_account.is_connected:
        principals.ask(row=row, actor=actor)
