"""The mirrored rows that operations look at, and those of objects that the same plan makes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, cast

from aws_constraints.arn import Arn, name_of
from sync.models import MirroredRow
from sync.object_ref import ObjectRef
from sync.operations import BadParams, Refusal
from sync.plan_draft import Draft

R = TypeVar("R", bound=MirroredRow)

_NOT_SAVED = 0  # the primary key of a row that isn't there yet: nothing refers to it


def live_row(model: type[R], draft: Draft, arn: str) -> R:
    """The row, or one that isn't saved, for what the draft makes. Raises Refusal when there is no such object.

    Looked up once for all steps of a plan: nobody may change the row.
    """
    key = object_key(model, arn)
    if new := draft.placeholder_of(key):
        if (made := draft.remembered.get((model, arn, new))) is None:
            fields: dict[str, Any] = {"aws_account": draft.aws_account, "aws_id": new, "arn": arn, "name": name_of(arn)}
            made = draft.remembered[model, arn, new] = model(pk=_NOT_SAVED, **fields)
        return cast(R, made)
    if draft.is_deleted(key):
        raise Refusal(f"An earlier step deletes the {_word(model)} {name_of(arn)}.")
    row = draft.remembered.get((model, arn))
    if row is None:
        row = model.objects.live().filter(aws_account=draft.aws_account, arn=arn).order_by("-pk").first()
        draft.remembered[model, arn] = row
    if row is None:
        raise Refusal(f"The mirror of {draft.aws_account} has no {_word(model)} {name_of(arn)}: pull, then try again.")
    return cast(R, row)


def prefetch_rows(model: type[MirroredRow], draft: Draft, arns: Iterable[str]) -> None:
    """Looks up in one query what `live_row` will be asked for."""
    wanted = {arn for arn in arns if (model, arn) not in draft.remembered}
    rows = model.objects.live().filter(aws_account=draft.aws_account, arn__in=wanted).order_by("pk")
    draft.remembered.update({(model, row.arn): row for row in rows})


def names_of(
    draft: Draft, model: type[MirroredRow], owner_field: str, name_field: str, owner: MirroredRow
) -> frozenset[str]:
    """Of the rows that depend on an owner, what tells them apart: the ARNs of what is attached to it.

    Looked up once for all steps of a plan.
    """
    names = model.objects.live().filter(**{owner_field: owner.pk}).values_list(name_field, flat=True)
    return draft.once((model, owner_field, owner.pk), lambda: frozenset(names))


def prefetch_names(
    draft: Draft, model: type[MirroredRow], owner_field: str, name_field: str, owners: Sequence[MirroredRow]
) -> None:
    """Looks up in one query what `names_of` will be asked for."""
    names: dict[int, set[str]] = {owner.pk: set() for owner in owners}
    rows = model.objects.live().filter(**{f"{owner_field}__in": list(names)})
    for owner, name in rows.values_list(owner_field, name_field):
        names[owner].add(name)
    draft.remembered.update({(model, owner_field, owner): frozenset(found) for owner, found in names.items()})


def object_key(model: type[MirroredRow], arn: str) -> str:
    """As leases and drafts know it."""
    return f"{model.kind}:{arn}"


def ref(model: type[MirroredRow], arn: str) -> ObjectRef:
    """What has that ARN, whichever object that is by then."""
    return ObjectRef(model.kind, "", name_of(arn), arn, by_arn=True)


def _word(model: type[MirroredRow]) -> str:
    return model.kind.removeprefix("iam.").replace("_", " ")


def check_arn(arn: str, kind: str) -> None:
    """`kind` as ARNs have it: user, group, role, policy, saml-provider … Raises BadParams."""
    if Arn.match(arn, "iam", kind) is None:
        raise BadParams(f"{arn!r} isn't the ARN of {'an' if kind[0] in 'io' else 'a'} {kind.replace('-', ' ')}.")
