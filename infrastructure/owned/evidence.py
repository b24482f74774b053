"""What says that code owns an object: states that were read, and tags, which anybody may set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.models import AwsAccount
from infrastructure.models import OwnedResource
from sync.models import MirroredRow

# Tags by which tools or their users say so (casefolded, without separators). A tag is a claim: nothing checks it.
_CLAIMS = {
    "aws:cloudformation:stackname": "CloudFormation:",
    "managedby": "",
    "provisionedby": "",
    "terraform": "Terraform:",
    "createdby": "",
    "lambda:createdby": "",
}
_TOOLS = ("terraform", "tofu", "cloudformation", "cdk", "pulumi", "sam", "crossplane", "ansible")


@dataclass(frozen=True)
class OwnershipEvidence:
    """`is_sure`: a state that names its unique id or its ARN; else a claim."""

    words: str
    address: str = ""
    state: Any = None  # StateFile
    is_sure: bool = True


def evidence_of(row: MirroredRow) -> list[OwnershipEvidence]:
    """The object itself first, then what belongs to it, then tags."""
    return [*_of_states(row.aws_account, [row]), *_claims(getattr(row, "tags", None) or {})]


def owned_by_state(aws_account: AwsAccount, rows: Iterable[MirroredRow]) -> dict[MirroredRow, OwnedResource]:
    """Those of the rows that a state has as resources of their own."""
    found: dict[MirroredRow, OwnedResource] = {}
    for row in rows:
        for resource in _resources(aws_account, row):
            if resource.arn:
                found.setdefault(row, resource)
    return found


def _of_states(aws_account: AwsAccount, rows: Iterable[MirroredRow]) -> Iterator[OwnershipEvidence]:
    for row in rows:
        for resource in sorted(_resources(aws_account, row), key=lambda each: not each.arn):
            words = "Terraform owns it" if resource.arn else "Terraform owns what belongs to it"
            yield OwnershipEvidence(words, resource.address, resource.state)


def _resources(aws_account: AwsAccount, row: MirroredRow) -> list[OwnedResource]:
    """Not those of an earlier object of its name: the state knows another unique id."""
    named = Q(arn=row.arn) | Q(arn="", name=row.name)
    rows = OwnedResource.objects.filter(named, state__aws_account=aws_account, kind=row.kind)
    found = rows.select_related("state__read_by").order_by("address")[:200]
    return [each for each in found if each.unique_id in ("", row.aws_id)]


def _claims(tags: Mapping[str, str]) -> Iterator[OwnershipEvidence]:
    for key, value in tags.items():
        plain = key.casefold().replace("-", "").replace("_", "").replace(" ", "")
        lead = _CLAIMS.get(plain)
        if lead is None or not (lead or any(tool in value.casefold() for tool in _TOOLS)):
            continue
        yield OwnershipEvidence(f"The tag {key} = {value} claims it", is_sure=False)
