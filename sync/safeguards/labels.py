"""Gives AWS accounts labels, and takes them away.

A label is for those who own every AWS account that has it. Taking it from one loosens what plans have to meet there, as
long as a safeguard of the label blocks: so it takes what loosening that safeguard takes (services.py). What is granted
by a label ends where the label is taken, and waits for an owner of all AWS accounts where it is given
(accounts/services/grant_rules.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import may
from accounts.models import AccountLabel, AwsAccount, LabelledAwsAccount, Operator
from accounts.roles import ADMINISTER, SEE_IAM
from accounts.services.grant_rules import follow_labels
from sync.changes.sole_owner import decides_alone
from sync.models import LabelRemoval, SafeguardVersion
from sync.safeguards.in_force import versions_of
from sync.safeguards.scopes import asks_for_approvals, owns
from sync.safeguards.services import NOT_OWNED, SafeguardError, check_blocks_none_of, check_may_agree, may_refuse
from sync.texts import storable

MOST = 200  # labels that an operator sees
MOST_OF_ONE = 20  # labels of an AWS account: each plan looks at what is set for all of them
_State = LabelRemoval.State
_NEEDS_ONE = "Choose at least one AWS account."
_LAST = "It is the last AWS account with this label: delete the label instead."

audit.register(
    {
        "label.made": "made the label {object} and gave it to {aws_account}",
        "label.renamed": "gave the label {number}, which {aws_account} has, the name {object}",
        "label.added": "gave {aws_account} the label {object}",
        "label.removed": "took the label {object} from {aws_account}",
        "label.removal_asked": "asked to take the label {object}, for which plans are blocked, from {aws_account}",
        "label.removal_agreed": "agreed to take the label {object} from {aws_account}, as {who} had asked",
        "label.removed_alone": "took the label {object}, for which plans are blocked, from {aws_account}, as the only "
        "one who may approve",
        "label.removal_refused": "refused to take the label {object} from {aws_account}",
        "label.removal_withdrawn": "no longer asks to take the label {object} from {aws_account}",
        "label.deleted": "deleted the label {object}, which {aws_account} had",
    }
)


@transaction.atomic
def make(*, actor: Operator, name: str, aws_accounts: Sequence[AwsAccount]) -> AccountLabel:
    """Raises SafeguardError."""
    if not aws_accounts:
        raise SafeguardError(_NEEDS_ONE)
    name = _checked_name(actor, name)
    if AccountLabel.objects.visible_to(actor, SEE_IAM).count() >= MOST:
        raise SafeguardError(f"There are {MOST} labels: delete one first.")
    label = AccountLabel.objects.create(name=name)
    for each in aws_accounts:
        _give(label, each, actor, "made")
    return label


@transaction.atomic
def rename(*, actor: Operator, label: AccountLabel, name: str) -> None:
    """Raises SafeguardError."""
    label = _held(label, actor)
    label.name = _checked_name(actor, name, label)
    label.save(update_fields=["name"])
    for each in label.aws_accounts():
        _record("renamed", label, each, actor)


@transaction.atomic
def add(*, actor: Operator, label: AccountLabel, aws_accounts: Sequence[AwsAccount]) -> None:
    """What is set for the label holds there from now on, also for changes that wait. Raises SafeguardError."""
    label = _held(label, actor)
    if not aws_accounts:
        raise SafeguardError(_NEEDS_ONE)
    for each in aws_accounts:
        _give(label, each, actor, "added")


@transaction.atomic
def give_by_name(*, names: Sequence[str], aws_account: AwsAccount, actor_name: str) -> None:
    """For who runs commands on this machine: each is the one of that name, or a new one. Raises SafeguardError."""
    for name in names:
        said = clean_name(name)
        there = {each.name.casefold(): each for each in AccountLabel.objects.there()}
        found = there.get(said.casefold())
        label = found or AccountLabel.objects.create(name=said)
        _put(label, aws_account, None, "added" if found else "made", actor_name)


@transaction.atomic
def remove(*, actor: Operator, label: AccountLabel, aws_account: AwsAccount, reason: str = "") -> LabelRemoval | None:
    """None where it is done; else what waits for a second person. Raises SafeguardError."""
    label = _held(label, actor)
    aws_account = AwsAccount.objects.select_for_update().get(pk=aws_account.pk)
    _check_removable(label, aws_account)
    if label.removals.filter(aws_account=aws_account, state=_State.PENDING).exists():
        raise SafeguardError("That waits for a second person already: decide about it first.")
    verb = "removed"
    if blocking := blocking_of(label):
        _check_no_change(blocking, aws_account, actor)
        if asks_for_approvals(aws_account):
            if not decides_alone(actor, aws_account):
                waiting = LabelRemoval.objects.create(
                    label=label, aws_account=aws_account, author=actor, reason=storable(reason)
                )
                _record("removal_asked", label, aws_account, actor, reason)
                return waiting
            verb = "removed_alone"
    label.labelled.filter(aws_account=aws_account).delete()
    _record(verb, label, aws_account, actor, reason)
    follow_labels([aws_account], actor=actor)
    return None


@transaction.atomic
def agree(*, actor: Operator, removal: LabelRemoval) -> None:
    """By the second person. Raises SafeguardError."""
    removal = _pending(removal)
    label, aws_account, author = removal.label, removal.aws_account, removal.author
    if removal.author_id == actor.pk:
        raise SafeguardError("You asked for it: somebody else has to agree.")
    check_may_agree(actor, aws_account)
    if not owns(author, label):
        raise SafeguardError(f"{author} is no owner any more: refuse it.")
    _check_removable(label, aws_account)
    blocking = blocking_of(label)
    _check_no_change(blocking, aws_account, actor)
    _check_no_change(blocking, aws_account, author, who=str(author))
    label.labelled.filter(aws_account=aws_account).delete()
    _decided(removal, actor, _State.AGREED)
    _record("removal_agreed", label, aws_account, actor, removal.reason, who=str(author))
    follow_labels([aws_account], actor=actor)


@transaction.atomic
def refuse(*, actor: Operator, removal: LabelRemoval) -> None:
    """By the second person, or taken back by who asked. Raises SafeguardError."""
    removal = _pending(removal)
    is_own = removal.author_id == actor.pk
    if not is_own and not may_refuse(actor, removal.aws_account):
        raise SafeguardError("Only an approver or owner, or who asked for it, can refuse it.")
    _decided(removal, actor, _State.REFUSED)
    _record("removal_withdrawn" if is_own else "removal_refused", removal.label, removal.aws_account, actor)


@transaction.atomic
def delete(*, actor: Operator, label: AccountLabel) -> None:
    """One for which nothing is set any more. Raises SafeguardError."""
    label = _held(label, actor)
    if versions_of(label).exists():
        raise SafeguardError("Guard rails or tests are set for it: delete these first.")
    having = label.aws_accounts()
    for each in having:
        _record("deleted", label, each, actor)
    label.labelled.all().delete()
    follow_labels(having, actor=actor)
    label.removals.filter(state=_State.PENDING).update(
        state=_State.REFUSED, decided_by=actor, decided_at=timezone.now()
    )
    label.deleted_at = timezone.now()
    label.save(update_fields=["deleted_at"])


def clean_name(name: str) -> str:
    """On one line. Raises SafeguardError for what can't be the name of a label."""
    name = storable(" ".join(name.split()))
    try:
        AccountLabel(name=name).full_clean()
    except ValidationError as problem:
        raise SafeguardError(" ".join(problem.messages)) from problem
    return name


def blocking_of(label: AccountLabel) -> list[SafeguardVersion]:
    """The versions in force that plans have to meet."""
    return list(versions_of(label).filter(is_blocking=True))


# ---- Details -------------------------------------------------------------------------------------------------------
def _held(label: AccountLabel, actor: Operator) -> AccountLabel:
    """The row as it is now, and no other's to change until the end of the transaction."""
    found = AccountLabel.objects.select_for_update().get(pk=label.pk)
    if found.deleted_at is not None:
        raise SafeguardError("The label was deleted.")
    if not owns(actor, found):
        raise SafeguardError(NOT_OWNED)
    return found


def _pending(removal: LabelRemoval) -> LabelRemoval:
    AccountLabel.objects.select_for_update().get(pk=removal.label_id)
    found = LabelRemoval.objects.select_related("label", "aws_account", "author").get(pk=removal.pk)
    if found.state != _State.PENDING:
        raise SafeguardError("It was decided already.")
    return found


def _decided(removal: LabelRemoval, actor: Operator, state: LabelRemoval.State) -> None:
    removal.state, removal.decided_by, removal.decided_at = state, actor, timezone.now()
    removal.save(update_fields=["state", "decided_by", "decided_at"])


def _checked_name(actor: Operator, name: str, label: AccountLabel | None = None) -> str:
    """Another one with the name is only told of where the operator sees it."""
    name = clean_name(name)
    seen = AccountLabel.objects.visible_to(actor, SEE_IAM)
    others = seen.exclude(pk=label.pk) if label else seen
    if name.casefold() in {each.casefold() for each in others.values_list("name", flat=True)}:
        raise SafeguardError(f"There is a label “{name}” already.")
    return name


def _give(label: AccountLabel, aws_account: AwsAccount, actor: Operator, verb: str) -> None:
    if not may(actor, ADMINISTER, aws_account):
        raise SafeguardError("Only an owner of an AWS account can give it a label.")
    _put(label, aws_account, actor, verb)


def _put(label: AccountLabel, aws_account: AwsAccount, actor: Operator | None, verb: str, actor_name: str = "") -> None:
    AwsAccount.objects.select_for_update().get(pk=aws_account.pk)
    if AccountLabel.objects.of(aws_account).count() >= MOST_OF_ONE:
        raise SafeguardError(f"{aws_account} has {MOST_OF_ONE} labels: take one from it first.")
    _, is_new = LabelledAwsAccount.objects.get_or_create(label=label, aws_account=aws_account)
    if is_new:
        _record(verb, label, aws_account, actor, actor_name=actor_name)
        follow_labels([aws_account], actor=actor)


def _check_removable(label: AccountLabel, aws_account: AwsAccount) -> None:
    there = set(label.labelled.values_list("aws_account_id", flat=True))
    if aws_account.pk not in there:
        raise SafeguardError(f"{aws_account} doesn’t have the label any more.")
    if len(there) == 1:
        raise SafeguardError(_LAST)


def _check_no_change(
    versions: Sequence[SafeguardVersion], aws_account: AwsAccount, operator: Operator, who: str = ""
) -> None:
    for each in versions:
        check_blocks_none_of(operator, each, [aws_account], who)


def _record(
    verb: str,
    label: AccountLabel,
    aws_account: AwsAccount,
    actor: Operator | None,
    reason: str = "",
    *,
    who: str = "",
    actor_name: str = "",
) -> None:
    """The name of the label and the reason stand apart, as what people typed."""
    audit.record(
        f"label.{verb}",
        actor=actor,
        actor_name=actor_name,
        aws_account=aws_account,
        obj=("label", label.pk, ""),
        data={"number": label.pk, "who": who},
        texts=audit.apart(aws_account, ("label", label.pk), {"title": label.name, "reason": storable(reason)}),
    )
