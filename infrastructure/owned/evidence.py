"""What says that code owns an object: states and stacks that were read, and tags, which anybody may set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from accounts.models import AwsAccount
from infrastructure.models import OwnedResource
from sync.models import MirroredRow

# Tags by which tools or their users say so (casefolded, without separators). A tag is a claim: nothing checks it, also
# not of those that AWS reserves for itself, which a stack may have left on what it no longer has.
_STACK_TAG = "aws:cloudformation:stackname"
_CLAIMS = {
    _STACK_TAG: "CloudFormation:",
    "managedby": "",
    "provisionedby": "",
    "terraform": "Terraform:",
    "createdby": "",
    "lambda:createdby": "",
}
_TOOLS = ("terraform", "tofu", "cloudformation", "cdk", "pulumi", "sam", "crossplane", "ansible")
_MOST = 200


@dataclass(frozen=True)
class OwnershipEvidence:
    """`is_sure`: a state or a stack that has it; else a claim. `where`: a sentence; with `url` a link that follows
    `lead`."""

    words: str
    address: str = ""
    lead: str = ""
    named: str = ""
    url: str = ""
    resource: OwnedResource | None = None
    why: str = ""
    is_sure: bool = True


def evidence_of(row: MirroredRow) -> list[OwnershipEvidence]:
    """The object itself first, then what belongs to it, then tags."""
    sure = list(_of_code(row.aws_account, [row]))
    has_stack = any(each.resource and each.resource.stack_id for each in sure)
    return [*sure, *_claims(getattr(row, "tags", None) or {}, has_stack=has_stack)]


def owned_by_code(aws_account: AwsAccount, rows: Iterable[MirroredRow]) -> dict[MirroredRow, OwnedResource]:
    """Those of the rows that a state or a stack has as resources of their own."""
    found: dict[MirroredRow, OwnedResource] = {}
    for row in rows:
        for resource in _resources(aws_account, row):
            if resource.is_own:
                found.setdefault(row, resource)
    return found


def _of_code(aws_account: AwsAccount, rows: Iterable[MirroredRow]) -> Iterator[OwnershipEvidence]:
    for row in rows:
        for resource in sorted(_resources(aws_account, row), key=lambda each: not each.is_own):
            yield _told(aws_account, resource)


def _told(aws_account: AwsAccount, resource: OwnedResource) -> OwnershipEvidence:
    owns = "owns it" if resource.is_own else "owns what belongs to it"
    kwargs = {"account_id": aws_account.account_id}
    if resource.stack:
        url = reverse("resource", kwargs={**kwargs, "aws_id": resource.stack.aws_id})
        lead, named = f"In {resource.stack.region}, by the stack", resource.stack.name
        return OwnershipEvidence(f"CloudFormation {owns}", resource.address, lead, named, url, resource)
    url = reverse("owned_by_code", kwargs=kwargs)
    named = resource.state.name if resource.state else ""
    return OwnershipEvidence(f"Terraform {owns}", resource.address, "In the state", named, url, resource)


def _resources(aws_account: AwsAccount, row: MirroredRow) -> list[OwnedResource]:
    """Not those of an earlier object of its name: the state knows another unique id."""
    named = Q(arn=row.arn) | Q(arn="", name=row.name)
    rows = OwnedResource.objects.filter(named, aws_account=aws_account, kind=row.kind)
    found = rows.select_related("state__read_by", "stack").order_by("address")[:_MOST]
    return [each for each in found if each.unique_id in ("", row.aws_id)]


def _claims(tags: Mapping[str, str], *, has_stack: bool) -> Iterator[OwnershipEvidence]:
    for key, value in tags.items():
        plain = key.casefold().replace("-", "").replace("_", "").replace(" ", "")
        lead = _CLAIMS.get(plain)
        if lead is None or not (lead or any(tool in value.casefold() for tool in _TOOLS)):
            continue
        why = "Anybody who may tag it can set this."
        if plain == _STACK_TAG:
            if has_stack:
                continue
            why = "No stack that was read has it as a resource: a tag alone proves nothing."
        yield OwnershipEvidence(f"The tag {key} = {value} claims it", why=why, is_sure=False)
