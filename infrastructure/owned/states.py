"""States that operators give: read once, piece by piece; what they own is kept, the file isn't."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AwsAccount, Operator
from infrastructure.code.state import StateError, StateResource, resources_in
from infrastructure.models import OwnedResource, StateFile

MOST_MB = 100
_MOST_RESOURCES = 200_000
_AT_ONCE = 500

audit.register(
    {
        "infrastructure.state_read": "read a Terraform state for {aws_account}: {number} resources of IAM",
        "infrastructure.state_removed": "removed a Terraform state of {aws_account}",
    }
)


@dataclass(frozen=True)
class _Sorted:
    here: list[StateResource]
    elsewhere: int


def take_state(
    *,
    aws_account: AwsAccount,
    name: str,
    file: IO[bytes],
    actor: Operator | None,
    request: HttpRequest | None = None,
    actor_name: str = "",
) -> StateFile:
    """Reads the file to its end, then takes its place for an older one of that name. Raises StateError: nothing is kept
    then."""
    found = _sorted(aws_account, resources_in(file))
    if not found.here:
        raise StateError(f"It has no resources of IAM in {aws_account}: {found.elsewhere:,} are of other AWS accounts.")
    with transaction.atomic():
        StateFile.objects.filter(aws_account=aws_account, name=name).delete()
        state = StateFile.objects.create(
            aws_account=aws_account, name=name, read_at=timezone.now(), read_by=actor, elsewhere=found.elsewhere
        )
        for batch in _batches(found.here):
            OwnedResource.objects.bulk_create(
                OwnedResource(
                    state=state,
                    kind=each.kind,
                    name=each.name,
                    arn=each.arn,
                    unique_id=each.unique_id,
                    address=each.address,
                )
                for each in batch
            )
        audit.record(
            "infrastructure.state_read",
            actor=actor,
            actor_name=actor_name,
            aws_account=aws_account,
            obj=("state_file", state.pk, ""),
            data={"number": len(found.here), "elsewhere": found.elsewhere},
            request=request,
        )
    return state


def remove_state(*, state: StateFile, actor: Operator, request: HttpRequest) -> None:
    with transaction.atomic():
        audit.record(
            "infrastructure.state_removed",
            actor=actor,
            aws_account=state.aws_account,
            obj=("state_file", state.pk, ""),
            request=request,
        )
        state.delete()


def _sorted(aws_account: AwsAccount, resources: Iterator[StateResource]) -> _Sorted:
    """What belongs to an object has no ARN: it is here where its owner stands here in the state, or where all that has
    an ARN is here."""
    all_of_it = list(islice(resources, _MOST_RESOURCES + 1))
    if len(all_of_it) > _MOST_RESOURCES:
        raise StateError(f"It has more than {_MOST_RESOURCES:,} resources of IAM: split the state.")
    own = [each for each in all_of_it if each.arn]
    here = [each for each in own if each.arn.split(":")[4:5] == [aws_account.account_id]]
    owners, is_alone = {(each.kind, each.name) for each in here}, len(here) == len(own)
    belonging = [each for each in all_of_it if not each.arn and (is_alone or (each.kind, each.name) in owners)]
    kept = [*here, *belonging]
    return _Sorted(kept, len(all_of_it) - len(kept))


def _batches(resources: list[StateResource]) -> Iterator[list[StateResource]]:
    for begin in range(0, len(resources), _AT_ONCE):
        yield resources[begin : begin + _AT_ONCE]
