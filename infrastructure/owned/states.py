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
from infrastructure.owned.marks import mark_rows

MOST_MB = 100
_MOST_RESOURCES = 200_000
_AT_ONCE = 500

audit.register(
    {
        "infrastructure.state_read": "read a Terraform state for {aws_account}: {number} resources",
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
        elsewhere = f"{found.elsewhere:,} resources are elsewhere"
        raise StateError(f"It has nothing in {aws_account} that this console mirrors: {elsewhere}.")
    with transaction.atomic():
        StateFile.objects.filter(aws_account=aws_account, name=name).delete()
        state = StateFile.objects.create(
            aws_account=aws_account, name=name, read_at=timezone.now(), read_by=actor, elsewhere=found.elsewhere
        )
        for batch in _batches(found.here):
            OwnedResource.objects.bulk_create(
                OwnedResource(
                    aws_account=aws_account,
                    state=state,
                    is_own=bool(each.arn),
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
    mark_rows(aws_account)
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
    mark_rows(state.aws_account)


def _sorted(aws_account: AwsAccount, resources: Iterator[StateResource]) -> _Sorted:
    """What belongs to an object has no ARN, and that of a bucket names no AWS account: such are here where all that
    names one is here, and what belongs to an object also where that stands here in the state."""
    all_of_it = list(islice(resources, _MOST_RESOURCES + 1))
    if len(all_of_it) > _MOST_RESOURCES:
        raise StateError(f"It has more than {_MOST_RESOURCES:,} such resources: split the state.")
    accounts = [each.arn.split(":")[4:5] for each in all_of_it if each.arn]
    here = [each for each in all_of_it if each.arn and each.arn.split(":")[4:5] == [aws_account.account_id]]
    owners, known = {(each.kind, each.name) for each in here}, set(here)
    is_alone = all(found in ([aws_account.account_id], _OF_NOBODY) for found in accounts)
    kept = [*here, *(each for each in all_of_it if each not in known and _is_here(each, owners, is_alone=is_alone))]
    return _Sorted(kept, len(all_of_it) - len(kept))


_OF_NOBODY = [""]  # of ARNs that name no AWS account, such as a bucket's


def _is_here(each: StateResource, owners: set[tuple[str, str]], *, is_alone: bool) -> bool:
    if each.arn:
        return is_alone and each.arn.split(":")[4:5] == _OF_NOBODY
    return is_alone or (each.kind, each.name) in owners


def _batches(resources: list[StateResource]) -> Iterator[list[StateResource]]:
    for begin in range(0, len(resources), _AT_ONCE):
        yield resources[begin : begin + _AT_ONCE]
