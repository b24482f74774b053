"""One user, group or role read alone, in the shape that GetAccountAuthorizationDetails gives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from django.conf import settings

from sync.aws.errors import NotFound
from sync.mirror import Item, Reader
from sync.object_ref import ObjectRef


def read(client: Reader, noun: str, ref: ObjectRef) -> Item | None:
    """`noun` is AWS's: User, Group, Role. None when there is none, or another one by the same name."""
    item = _read(client, noun, ref)
    return _read(client, noun, replace(ref, name=ref.former_name)) if item is None and ref.former_name else item


def _read(client: Reader, noun: str, ref: ObjectRef) -> Item | None:
    by_name = {f"{noun}Name": ref.name}
    limit = {"MaxItems": 1} if noun == "Group" else {}  # GetGroup lists the members, too
    try:
        item: Item = client.call("iam", f"Get{noun}", **by_name, **limit)[noun]
        if ref.object_id and item[f"{noun}Id"] != ref.object_id:
            return None
        item[f"{noun}PolicyList"] = list(_inline(client, noun, by_name))
        item["AttachedManagedPolicies"] = _listed(client, f"ListAttached{noun}Policies", "AttachedPolicies", by_name)
        if noun == "User":
            groups = _listed(client, "ListGroupsForUser", "Groups", by_name)
            item["GroupList"] = [group["GroupName"] for group in groups]
    except NotFound:
        return None
    return item


def renamed(client: Reader, noun: str, lost: Sequence[ObjectRef]) -> list[ObjectRef]:
    """Those that go by another name now, and perhaps have another path: found by their ids among all there are."""
    by_id = {ref.object_id: ref for ref in lost}
    return [
        replace(by_id[found[f"{noun}Id"]], name=found[f"{noun}Name"], arn=found["Arn"])
        for page in client.pages("iam", f"List{noun}s", MaxItems=settings.PULL_PAGE_ITEMS)
        for found in page.items[f"{noun}s"]
        if found[f"{noun}Id"] in by_id
    ]


def found_role(client: Reader, ref: ObjectRef) -> ObjectRef | None:
    """Itself; where its ARN has a "*", the newest role that fits (None for none): AWS names those of its services."""
    if "*" not in ref.arn:
        return ref
    path = ref.arn[ref.arn.index("/") : ref.arn.rindex("/") + 1]
    pages = client.pages("iam", "ListRoles", PathPrefix=path)
    there = [role for page in pages for role in page.items["Roles"] if fnmatchcase(role["Arn"], ref.arn)]
    # AWS tells whole seconds; of two, the longer name is that with the suffix.
    newest = max(there, key=lambda role: (role["CreateDate"], -len(role["RoleName"])), default=None)
    return newest and replace(ref, name=newest["RoleName"], arn=newest["Arn"])


def _inline(client: Reader, noun: str, by_name: dict[str, str]) -> Iterator[Item]:
    for name in _listed(client, f"List{noun}Policies", "PolicyNames", by_name):
        try:
            answer = client.call("iam", f"Get{noun}Policy", **by_name, PolicyName=name)
        except NotFound:
            continue  # deleted since it was listed
        yield {"PolicyName": name, "PolicyDocument": answer["PolicyDocument"]}


def _listed(client: Reader, operation: str, key: str, by_name: dict[str, str]) -> list[Item]:
    return [found for page in client.pages("iam", operation, **by_name) for found in page.items[key]]
