"""The steps of a change that makes a cut, by operations that there are for it."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from access.cuts.candidates import CutCandidate, CutHow, DocumentPlace, PlaceKind
from access.cuts.documents import with_denial, without_action, without_principal
from accounts.models import AwsAccount
from identities import operations
from identities.models import IamGroup, IamRole, IamUser, InlinePolicy, Principal
from policies.models import ManagedPolicy
from policies.operations import plan_update
from sync.operations import StepSpec

_MODELS: dict[str, type[Principal]] = {":user/": IamUser, ":group/": IamGroup, ":role/": IamRole}
_ANYTHING = ("*",)


class NoSuchCutError(Exception):
    """It can't be made: the object isn't there, or its document says otherwise. The text is for the operator."""


def steps_of(aws_account: AwsAccount, cut: CutCandidate) -> list[StepSpec]:
    """By what the mirror has now. Raises NoSuchCutError."""
    if cut.how is CutHow.DETACH:
        return _detaching(aws_account, cut)
    if cut.place.kind is PlaceKind.MANAGED:
        policy: ManagedPolicy = _row(ManagedPolicy, aws_account, cut.place.arn)
        in_force = policy.default
        if in_force is None:
            raise NoSuchCutError(f"The mirror doesn’t have the document of {policy.name}.")
        return plan_update(policy, _text(cut, in_force.document.text))
    owner = _principal(aws_account, cut.place.arn)
    if cut.place.kind is PlaceKind.INLINE:
        inline = _inline(owner, cut.place)
        return [operations.put_inline(owner, inline.name, _text(cut, inline.document.text))]
    if not isinstance(owner, IamRole) or owner.trust is None:
        raise NoSuchCutError(f"The mirror doesn’t have {cut.place.called}.")
    return [operations.update_trust(owner, _text(cut, owner.trust.text))]


def _detaching(aws_account: AwsAccount, cut: CutCandidate) -> list[StepSpec]:
    owners = [_principal(aws_account, arn) for arn in cut.others]
    if cut.place.kind is PlaceKind.MANAGED:
        return [operations.detach(owner, cut.place.arn) for owner in owners]
    return [operations.delete_inline(owner, _inline(owner, cut.place).name) for owner in owners]


def _text(cut: CutCandidate, text: str) -> str:
    if cut.how is CutHow.LIMIT:
        made = with_denial(text, cut.action, cut.others)
    elif cut.how is CutHow.UNTRUST:
        made = without_principal(text, cut.others[0])
    else:
        made = without_action(text, cut.action) if cut.is_named else with_denial(text, cut.action, _ANYTHING)
    if made is None:
        raise NoSuchCutError(f"No edit of {cut.place.called} alone does this: nothing of it would be left.")
    return made


def _principal(aws_account: AwsAccount, arn: str) -> Principal:
    model = next((model for part, model in _MODELS.items() if part in arn), IamUser)
    found: Principal = _row(model, aws_account, arn)
    return found


def _row(model: type[Model], aws_account: AwsAccount, arn: str) -> Any:
    row = model._default_manager.filter(aws_account=aws_account, arn=arn, gone_at=None).first()
    if row is None:
        raise NoSuchCutError(f"{arn} is no longer there.")
    return row


def _inline(owner: Principal, place: DocumentPlace) -> InlinePolicy:
    rows = InlinePolicy.objects.live().filter(name=place.name, **{owner.kind.removeprefix("iam."): owner})
    found: InlinePolicy | None = rows.select_related("document").first()
    if found is None:
        raise NoSuchCutError(f"{place.called} is no longer there.")
    return found
