"""Makes, changes and deletes safeguards.

Who may propose changes may make one that blocks nothing. What blocks is for owners, with a fresh sign-in (the views ask
for it). To loosen one that blocks takes a second person, who may approve, where the AWS account asks for approvals; and
never is it somebody who proposed an open change that it blocks.

One of a label is for those who own every AWS account that has it; the second person may approve in each that asks for
approvals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import may
from accounts.models import AccountLabel, AwsAccount, Operator
from accounts.roles import ADMINISTER, APPROVE, PROPOSE
from sync.changes.sole_owner import decides_alone
from sync.models import Change, Safeguard, SafeguardVersion
from sync.safeguards.kinds import registry
from sync.safeguards.scopes import Scope, accounts_in, asking_in, columns_of, owns
from sync.texts import storable, storable_json

LONGEST_NAME = 200
NOT_OWNED = "Only who owns every AWS account with the label can change what holds in all of them."
MOST = 500  # of an AWS account: each plan looks at all of them
_State = SafeguardVersion.State

audit.register(
    {
        "safeguard.made": "made the {noun} {number} of {aws_account}{label}{blocks}",
        "safeguard.changed": "changed the {noun} {number} of {aws_account}{label}{blocks}",
        "safeguard.deleted": "deleted the {noun} {number} of {aws_account}{label}",
        "safeguard.loosening_asked": "asked to loosen the {noun} {number} of {aws_account}{label}, which blocks plans",
        "safeguard.loosened": "agreed to loosen the {noun} {number} of {aws_account}{label}, as {who} had asked",
        "safeguard.loosened_alone": "loosened the {noun} {number} of {aws_account}{label}, as the only one who may "
        "approve",
        "safeguard.loosening_refused": "refused to loosen the {noun} {number} of {aws_account}{label}",
        "safeguard.loosening_withdrawn": "no longer asks to loosen the {noun} {number} of {aws_account}{label}",
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
def make(*, kind: str, scope: Scope, actor: Operator, wanted: Wanted) -> SafeguardVersion:
    """Raises SafeguardError."""
    _hold(scope)
    _check_name(wanted)
    _check_may(actor, scope, kind, blocks=wanted.is_blocking)
    if Safeguard.objects.there().filter(**columns_of(scope), kind=kind).count() >= MOST:
        raise SafeguardError(f"{scope} has {MOST} of these: delete one first.")
    safeguard = Safeguard.objects.create(**columns_of(scope), kind=kind)
    version = _version(safeguard, actor, wanted, 1, _State.IN_FORCE)
    _record("made", version, actor)
    return version


@transaction.atomic
def change(*, safeguard: Safeguard, actor: Operator, wanted: Wanted) -> SafeguardVersion:
    """In force at once, or pending where it takes a second person. Raises SafeguardError."""
    _hold(safeguard.scope)
    safeguard = Safeguard.objects.select_for_update().get(pk=safeguard.pk)
    before = _in_force(safeguard)
    _check_name(wanted)
    _check_may(actor, safeguard.scope, safeguard.kind, blocks=wanted.is_blocking or before.is_blocking)
    if safeguard.versions.filter(state=_State.PENDING).exists():
        raise SafeguardError("A change of it waits for a second person: decide about that first.")
    if not _differs(before, wanted):
        raise SafeguardError("That is what it says already.")
    number = safeguard.versions.order_by("-number").values_list("number", flat=True)[0] + 1
    verb = "deleted" if wanted.deletes else "changed"
    if loosens(before, wanted):
        check_blocks_none_of(actor, before, accounts_in(safeguard.scope))
        if asking := asking_in(safeguard.scope):
            if not all(decides_alone(actor, each) for each in asking):
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
    scope = version.safeguard.scope
    if version.author_id == actor.pk:
        raise SafeguardError("You asked for it: somebody else has to agree.")
    check_may_agree(actor, scope)
    if not owns(version.author, scope):
        raise SafeguardError(f"{version.author} is no owner any more: refuse it.")
    before = _in_force(version.safeguard)
    check_blocks_none_of(actor, before, accounts_in(scope))
    check_blocks_none_of(version.author, before, accounts_in(scope), who=str(version.author))
    return _put_in_force(version, actor, "loosened", who=str(version.author))


@transaction.atomic
def refuse(*, version: SafeguardVersion, actor: Operator) -> SafeguardVersion:
    """By the second person, or taken back by who asked. Raises SafeguardError."""
    version = _pending(version)
    is_own = version.author_id == actor.pk
    if not is_own and not may_refuse(actor, version.safeguard.scope):
        raise SafeguardError("Only an approver or owner, or who asked for it, can refuse it.")
    version.state, version.decided_by, version.decided_at = _State.REFUSED, actor, timezone.now()
    version.save(update_fields=["state", "decided_by", "decided_at"])
    _record("loosening_withdrawn" if is_own else "loosening_refused", version, actor)
    return version


# ---- What it takes -------------------------------------------------------------------------------------------------
def who_agrees(scope: Scope) -> list[AwsAccount]:
    """The AWS accounts in each of which the second person may approve."""
    return asking_in(scope) or [each for each in accounts_in(scope) if each.is_connected]


def check_may_agree(actor: Operator, scope: Scope) -> None:
    """Raises SafeguardError."""
    missing = next((each for each in who_agrees(scope) if not may(actor, APPROVE, each)), None)
    if missing is None and may_refuse(actor, scope):
        return
    where = " of every AWS account with the label that asks for approvals" if isinstance(scope, AccountLabel) else ""
    raise SafeguardError(f"Only an approver or owner{where} can agree.")


def may_refuse(actor: Operator, scope: Scope) -> bool:
    return any(may(actor, APPROVE, each) for each in accounts_in(scope))


def loosens(before: SafeguardVersion, wanted: Wanted) -> bool:
    """Whether it may let through what it stops now. What blocks nothing stops nothing."""
    if not before.is_blocking:
        return False
    kind = registry[before.safeguard.kind]
    return wanted.deletes or not wanted.is_blocking or kind.loosens(before.content, wanted.content)


def may_change(operator: Operator, scope: Scope, *, blocks: bool) -> bool:
    if blocks or isinstance(scope, AccountLabel):
        return owns(operator, scope)
    return may(operator, PROPOSE, scope) or may(operator, ADMINISTER, scope)


def blocked_changes(
    operator: Operator, version: SafeguardVersion, aws_accounts: Iterable[AwsAccount]
) -> Iterator[Change]:
    """Open changes that the operator proposed there, and that it stands against: by their plans, or by the mirror of
    now.
    """
    kind = registry[version.safeguard.kind]
    found = Change.objects.filter(
        aws_account__in=list(aws_accounts), state__in=Change.OPEN, requested_by=operator, ends=None
    )
    for each in found:
        named = any(version.safeguard.key in (stored.get("about") or ()) for stored in each.findings)
        if named or kind.is_against(version, each):
            yield each


def _check_may(actor: Operator, scope: Scope, kind: str, *, blocks: bool) -> None:
    of_owners = registry[kind].is_for_owners
    if may_change(actor, scope, blocks=blocks or of_owners):
        return
    if isinstance(scope, AccountLabel):
        raise SafeguardError(NOT_OWNED)
    if of_owners:
        raise SafeguardError(f"Only an owner can change a {registry[kind].noun}.")
    raise SafeguardError(
        "Only an owner can change what blocks plans." if blocks else "Only who may propose changes can do this."
    )


def check_blocks_none_of(
    operator: Operator, version: SafeguardVersion, aws_accounts: Iterable[AwsAccount], who: str = ""
) -> None:
    """Raises SafeguardError where it stands against an open change of theirs."""
    change = next(blocked_changes(operator, version, aws_accounts), None)
    if change is not None:
        raise SafeguardError(
            f"{who or 'You'} proposed change {change.pk}, which it stands against: somebody else has to loosen it."
        )


def _hold(scope: Scope) -> None:
    """So that no AWS account gets or loses the label meanwhile."""
    if isinstance(scope, AccountLabel):
        AccountLabel.objects.select_for_update().get(pk=scope.pk)


def _check_name(wanted: Wanted) -> None:
    if not wanted.name.strip() or len(wanted.name) > LONGEST_NAME:
        raise SafeguardError(f"Give it a name of at most {LONGEST_NAME} characters.")


# ---- Versions ------------------------------------------------------------------------------------------------------
_RELATED = ("safeguard__aws_account", "safeguard__label")


def _in_force(safeguard: Safeguard) -> SafeguardVersion:
    found = safeguard.versions.filter(state=_State.IN_FORCE).select_related(*_RELATED).first()
    if found is None or safeguard.deleted_at is not None:
        raise SafeguardError("It was deleted.")
    return found


def _pending(version: SafeguardVersion) -> SafeguardVersion:
    _hold(version.safeguard.scope)
    Safeguard.objects.select_for_update().get(pk=version.safeguard_id)
    found = SafeguardVersion.objects.select_related(*_RELATED, "author").get(pk=version.pk)
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
    """Without what people typed: the version has it, and the entry a digest of the reason. Of a label's an entry in
    each of its AWS accounts.
    """
    safeguard = version.safeguard
    obj = ("safeguard", safeguard.pk, "")
    label = f", as of all AWS accounts with the label {safeguard.label_id}" if safeguard.label_id else ""
    data = {
        "noun": registry[safeguard.kind].noun,
        "number": safeguard.pk,
        "version": version.number,
        "who": who,
        "label": label,
        "blocks": ", which blocks plans" if version.is_blocking else "",
    }
    where: list[AwsAccount | None] = [*accounts_in(safeguard.scope)]
    for aws_account in where or [None]:
        texts = audit.apart(aws_account, (obj[0], obj[1]), {"reason": version.reason})
        audit.record(f"safeguard.{verb}", actor=actor, aws_account=aws_account, obj=obj, data=data, texts=texts)
