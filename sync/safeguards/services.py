"""Makes, changes and deletes safeguards.

Who may propose changes may make one that blocks nothing. What blocks is for owners, with a fresh sign-in (the views ask
for it). To loosen one that blocks takes a second person, who may approve, where the AWS account asks for approvals; and
never is it somebody who proposed an open change that it blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import may
from accounts.models import ApprovalRule, AwsAccount, Operator
from accounts.roles import ADMINISTER, APPROVE, PROPOSE
from sync.changes.approvers import decides_alone
from sync.models import Change, Safeguard, SafeguardVersion
from sync.safeguards.kinds import registry
from sync.texts import storable, storable_json

LONGEST_NAME = 200
MOST = 500  # of an AWS account: each plan looks at all of them
_State = SafeguardVersion.State

audit.register(
    {
        "safeguard.made": "made the {noun} {number} of {aws_account}{blocks}",
        "safeguard.changed": "changed the {noun} {number} of {aws_account}{blocks}",
        "safeguard.deleted": "deleted the {noun} {number} of {aws_account}",
        "safeguard.loosening_asked": "asked to loosen the {noun} {number} of {aws_account}, which blocks plans",
        "safeguard.loosened": "agreed to loosen the {noun} {number} of {aws_account}, as {who} had asked",
        "safeguard.loosened_alone": "loosened the {noun} {number} of {aws_account}, as the only one who may approve",
        "safeguard.loosening_refused": "refused to loosen the {noun} {number} of {aws_account}",
        "safeguard.loosening_withdrawn": "no longer asks to loosen the {noun} {number} of {aws_account}",
    }
)


class SafeguardError(ValueError):
    """Why it isn't done, in a sentence."""


@dataclass(frozen=True)
class Wanted:
    """What a new version is to say."""

    name: str
    content: Mapping[str, Any]
    is_blocking: bool = False
    reason: str = ""
    deletes: bool = False


@transaction.atomic
def make(*, kind: str, aws_account: AwsAccount, actor: Operator, wanted: Wanted) -> SafeguardVersion:
    """Raises SafeguardError."""
    _check_name(wanted)
    _check_may(actor, aws_account, kind, blocks=wanted.is_blocking)
    if Safeguard.objects.there().filter(aws_account=aws_account, kind=kind).count() >= MOST:
        raise SafeguardError(f"{aws_account} has {MOST} of these: delete one first.")
    safeguard = Safeguard.objects.create(aws_account=aws_account, kind=kind)
    version = _version(safeguard, actor, wanted, 1, _State.IN_FORCE)
    _record("made", version, actor)
    return version


@transaction.atomic
def change(*, safeguard: Safeguard, actor: Operator, wanted: Wanted) -> SafeguardVersion:
    """In force at once, or pending where it takes a second person. Raises SafeguardError."""
    safeguard = Safeguard.objects.select_for_update().get(pk=safeguard.pk)
    before = _in_force(safeguard)
    _check_name(wanted)
    _check_may(actor, safeguard.aws_account, safeguard.kind, blocks=wanted.is_blocking or before.is_blocking)
    if safeguard.versions.filter(state=_State.PENDING).exists():
        raise SafeguardError("A change of it waits for a second person: decide about that first.")
    if not _differs(before, wanted):
        raise SafeguardError("That is what it says already.")
    number = safeguard.versions.order_by("-number").values_list("number", flat=True)[0] + 1
    verb = "deleted" if wanted.deletes else "changed"
    if loosens(before, wanted):
        _check_blocks_none_of(actor, before)
        if takes_second_person(safeguard.aws_account):
            if not decides_alone(actor, safeguard.aws_account):
                version = _version(safeguard, actor, wanted, number, _State.PENDING)
                _record("loosening_asked", version, actor)
                return version
            verb = "loosened_alone"
    return _put_in_force(_version(safeguard, actor, wanted, number, _State.REPLACED), actor, verb)


@transaction.atomic
def delete(*, safeguard: Safeguard, actor: Operator, reason: str = "") -> SafeguardVersion:
    """Raises SafeguardError."""
    before = _in_force(safeguard)
    wanted = Wanted(before.name, before.content, is_blocking=False, reason=reason, deletes=True)
    return change(safeguard=safeguard, actor=actor, wanted=wanted)


@transaction.atomic
def accept(*, version: SafeguardVersion, actor: Operator) -> SafeguardVersion:
    """By the second person. Raises SafeguardError."""
    version = _pending(version)
    aws_account = version.safeguard.aws_account
    if version.author_id == actor.pk:
        raise SafeguardError("You asked for it: somebody else has to agree.")
    if not may(actor, APPROVE, aws_account):
        raise SafeguardError("Only an approver or owner can agree.")
    if not may(version.author, ADMINISTER, aws_account):
        raise SafeguardError(f"{version.author} is no owner any more: refuse it.")
    before = _in_force(version.safeguard)
    _check_blocks_none_of(actor, before)
    _check_blocks_none_of(version.author, before, who=str(version.author))
    return _put_in_force(version, actor, "loosened", who=str(version.author))


@transaction.atomic
def refuse(*, version: SafeguardVersion, actor: Operator) -> SafeguardVersion:
    """By the second person, or taken back by who asked. Raises SafeguardError."""
    version = _pending(version)
    is_own = version.author_id == actor.pk
    if not is_own and not may(actor, APPROVE, version.safeguard.aws_account):
        raise SafeguardError("Only an approver or owner, or who asked for it, can refuse it.")
    version.state, version.decided_by, version.decided_at = _State.REFUSED, actor, timezone.now()
    version.save(update_fields=["state", "decided_by", "decided_at"])
    _record("loosening_withdrawn" if is_own else "loosening_refused", version, actor)
    return version


# ---- What it takes -------------------------------------------------------------------------------------------------
def takes_second_person(aws_account: AwsAccount) -> bool:
    """Whether the AWS account asks for approvals of anything."""
    return aws_account.approvals_required > 0 or ApprovalRule.objects.filter(aws_account=aws_account).exists()


def loosens(before: SafeguardVersion, wanted: Wanted) -> bool:
    """Whether it may let through what it stops now. What blocks nothing stops nothing."""
    if not before.is_blocking:
        return False
    kind = registry[before.safeguard.kind]
    return wanted.deletes or not wanted.is_blocking or kind.loosens(before.content, wanted.content)


def may_change(operator: Operator, aws_account: AwsAccount, *, blocks: bool) -> bool:
    if blocks:
        return may(operator, ADMINISTER, aws_account)
    return may(operator, PROPOSE, aws_account) or may(operator, ADMINISTER, aws_account)


def blocked_changes(operator: Operator, version: SafeguardVersion) -> Iterator[Change]:
    """Open changes that the operator proposed, and that it stands against: by their plans, or by the mirror of now."""
    kind = registry[version.safeguard.kind]
    found = Change.objects.filter(
        aws_account=version.safeguard.aws_account, state__in=Change.OPEN, requested_by=operator, ends=None
    )
    for each in found:
        named = any(version.safeguard.key in (stored.get("about") or ()) for stored in each.findings)
        if named or kind.is_against(version, each):
            yield each


def _check_may(actor: Operator, aws_account: AwsAccount, kind: str, *, blocks: bool) -> None:
    of_owners = registry[kind].is_for_owners
    if may_change(actor, aws_account, blocks=blocks or of_owners):
        return
    if of_owners:
        raise SafeguardError(f"Only an owner can change a {registry[kind].noun}.")
    raise SafeguardError(
        "Only an owner can change what blocks plans." if blocks else "Only who may propose changes can do this."
    )


def _check_blocks_none_of(operator: Operator, version: SafeguardVersion, who: str = "") -> None:
    change = next(blocked_changes(operator, version), None)
    if change is not None:
        raise SafeguardError(
            f"{who or 'You'} proposed change {change.pk}, which it stands against: somebody else has to loosen it."
        )


def _check_name(wanted: Wanted) -> None:
    if not wanted.name.strip() or len(wanted.name) > LONGEST_NAME:
        raise SafeguardError(f"Give it a name of at most {LONGEST_NAME} characters.")


# ---- Versions ------------------------------------------------------------------------------------------------------
def _in_force(safeguard: Safeguard) -> SafeguardVersion:
    found = safeguard.versions.filter(state=_State.IN_FORCE).select_related("safeguard__aws_account").first()
    if found is None or safeguard.deleted_at is not None:
        raise SafeguardError("It was deleted.")
    return found


def _pending(version: SafeguardVersion) -> SafeguardVersion:
    Safeguard.objects.select_for_update().get(pk=version.safeguard_id)
    found = SafeguardVersion.objects.select_related("safeguard__aws_account", "author").get(pk=version.pk)
    if found.state != _State.PENDING:
        raise SafeguardError("It was decided already.")
    return found


def _differs(before: SafeguardVersion, wanted: Wanted) -> bool:
    said = (before.name, before.content, before.is_blocking)
    return wanted.deletes or said != (wanted.name, dict(wanted.content), wanted.is_blocking)


def _version(
    safeguard: Safeguard, actor: Operator, wanted: Wanted, number: int, state: SafeguardVersion.State
) -> SafeguardVersion:
    return SafeguardVersion.objects.create(
        safeguard=safeguard,
        number=number,
        state=state,
        name=storable(wanted.name.strip()),
        content=storable_json(dict(wanted.content)),
        is_blocking=wanted.is_blocking,
        deletes=wanted.deletes,
        reason=storable(wanted.reason),
        author=actor,
    )


def _put_in_force(version: SafeguardVersion, actor: Operator, verb: str, who: str = "") -> SafeguardVersion:
    safeguard = version.safeguard
    safeguard.versions.filter(state=_State.IN_FORCE).update(state=_State.REPLACED)
    version.state = _State.REPLACED if version.deletes else _State.IN_FORCE
    version.decided_by, version.decided_at = actor, timezone.now()
    version.save(update_fields=["state", "decided_by", "decided_at"])
    if version.deletes:
        safeguard.deleted_at = timezone.now()
        safeguard.save(update_fields=["deleted_at"])
    _record(verb, version, actor, who=who)
    return version


def _record(verb: str, version: SafeguardVersion, actor: Operator, who: str = "") -> None:
    """Without what people typed: the version has it, and the entry a digest of the reason."""
    safeguard = version.safeguard
    obj = ("safeguard", safeguard.pk, "")
    noun = registry[safeguard.kind].noun
    data = {"noun": noun, "number": safeguard.pk, "version": version.number, "who": who}
    audit.record(
        f"safeguard.{verb}",
        actor=actor,
        aws_account=safeguard.aws_account,
        obj=obj,
        data={**data, "blocks": ", which blocks plans" if version.is_blocking else ""},
        texts=audit.apart(safeguard.aws_account, (obj[0], obj[1]), {"reason": version.reason}),
    )
