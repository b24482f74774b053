"""The context keys of a request that the mirror tells: by the place of principal and resource, and by who asks."""

from __future__ import annotations

from access.holders import Holder
from access.surroundings import Surroundings
from policies.engine.callers import KEYS_OF_SERVICES, Caller, CallerKind
from policies.engine.regions import only_region

# IAM User Guide, "AWS global condition context keys": only of those who are in an AWS account, or in its organization.
_OF_ACCOUNTS = frozenset({"aws:principalarn", "aws:principalorgid", "aws:principalorgpaths"})


def facts_of_place(
    own: Surroundings, of_resource: Surroundings, resource: str, action: str = ""
) -> dict[str, tuple[str, ...]]:
    """The context keys that the place of principal and resource tells; with an action, that of a global service, too.

    IAM User Guide, "AWS global condition context keys".
    """
    found: dict[str, tuple[str, ...]] = {}
    parts = resource.split(":", 5)
    region = (parts[3] or only_region(action, parts[1])) if len(parts) == 6 else ""
    if region and "*" not in region and "?" not in region:
        found["aws:requestedregion"] = (region,)
    if own.organization_id:
        found["aws:principalorgid"] = (own.organization_id,)
        found["aws:principalorgpaths"] = (own.organization_path,)
    if of_resource.organization_id:
        found["aws:resourceorgid"] = (of_resource.organization_id,)
        found["aws:resourceorgpaths"] = (of_resource.organization_path,)
    return found


def facts_of_holder(holder: Holder) -> dict[str, tuple[str, ...]]:
    """A tag of a session takes the place of its role's (IAM User Guide, "Pass session tags in AWS STS")."""
    tags = {} if may_be_tagged(holder) else holder.tags
    found: dict[str, tuple[str, ...]] = {
        f"aws:principaltag/{key.lower()}": (str(value),) for key, value in tags.items()
    }
    if not holder.is_role:
        found["aws:userid"] = (holder.unique_id,)
    return found


class UnknownContextKeys:
    """Says of a context key that nobody gave whether it may be there all the same."""

    __slots__ = ("_absent", "_tags_are_known")

    def __init__(self, caller: Caller, holder: Holder | None) -> None:
        is_no_service = caller.is_in_an_account or caller.kind is CallerKind.ANONYMOUS
        self._absent = KEYS_OF_SERVICES if is_no_service else frozenset()
        if caller.kind is not CallerKind.USER and not (caller.is_in_an_account and not caller.arn):
            self._absent |= {"aws:username"}
        if caller.kind in (CallerKind.SERVICE, CallerKind.ANONYMOUS):
            self._absent |= _OF_ACCOUNTS
        self._tags_are_known = holder is not None and not may_be_tagged(holder)

    def __call__(self, key: str) -> bool:
        if self._tags_are_known and key.startswith("aws:principaltag/"):
            return False
        return key not in self._absent


def may_be_tagged(holder: Holder) -> bool:
    """Whether a session may have tags that the role itself doesn't."""
    return holder.trust is not None and any(each.allows for each in holder.trust.document.about("sts:tagsession"))
