"""Actions by their names and patterns. Case doesn't matter (IAM User Guide, "IAM JSON policy elements: Action")."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from policies.engine.catalogue.keys import LONGEST_NAME, fits_key
from policies.engine.catalogue.store import CatalogueService, service, service_names
from policies.engine.catalogue.values import AccessLevel, Action, KeyNames, ResourceType
from policies.engine.matching import Glob, tokens

_TAGS = re.compile(r"Tag(s|ging)?(?![a-z])")
_GIVES_TAGS = re.compile(rf":(?!Delete|Remove|Untag).*{_TAGS.pattern}")
_NEW_TAG = "aws:requesttag/any"  # a key of what gives tags
_DEPENDENT_ACTIONS = Path(__file__).with_name("dependent_actions.json")


def action(name: str) -> Action | None:
    """By its full name, `s3:GetObject`."""
    prefix, _, short = name.lower().partition(":")
    found = service(prefix)
    return found.actions.get(short) if found else None


@cache
def all_actions() -> tuple[str, ...]:
    """As AWS writes them, service by service. Reads the whole catalogue (0.2 s) the first time."""
    return tuple(each.name for prefix in service_names() for each in _of(prefix).actions.values())


def actions_matching(pattern: str) -> tuple[str, ...]:
    """The names of all that an action pattern means, as the evaluator matches them."""
    if "*" in pattern or "?" in pattern:
        return _matching(pattern.lower()) if len(pattern) <= LONGEST_NAME else ()
    found = action(pattern)
    return (found.name,) if found else ()


@lru_cache(maxsize=16384)
def _matching(pattern: str) -> tuple[str, ...]:
    prefix, colon, short = pattern.partition(":")
    if not colon or "*" in prefix or "?" in prefix:
        glob = Glob(tokens(pattern))
        return tuple(name for name in all_actions() if glob.matches(name.lower()))
    found = service(prefix)
    if found is None:
        return ()
    glob = Glob(tokens(short))
    return tuple(each.name for lowered, each in found.actions.items() if glob.matches(lowered))


def access_levels(name: str) -> tuple[AccessLevel, ...]:
    """Some have two, such as Tagging and Write. None for what the catalogue doesn't know."""
    found = action(name)
    return found.access_levels if found else ()


def resource_types(name: str) -> tuple[ResourceType, ...]:
    """Those on which the action can be allowed; none where it takes `*` only, or is unknown."""
    found = action(name)
    return tuple(use.type for use in found.uses) if found else ()


def takes_no_resource(name: str) -> bool:
    """Known, and to be allowed on `*` only."""
    return len(name) <= LONGEST_NAME and _takes_no_resource(name)


def asked_on(name: str, partition: str = "") -> str:
    """What the resource patterns of a statement must match for an action that takes no resource; "" if it takes one.

    Such an action is allowed on `*`. Amazon S3's, as those that list and settle an AWS account's buckets, are on the
    ARN of all buckets, too (IAM User Guide, "IAM JSON policy elements: Statement", whose example has
    s3:ListAllMyBuckets on arn:aws:s3:::*). `partition`: of who asks.
    """
    if not takes_no_resource(name):
        return ""
    return f"arn:{partition or 'aws'}:s3:::*" if name.lower().startswith("s3:") else "*"


@lru_cache(maxsize=8192)
def _takes_no_resource(name: str) -> bool:
    found = action(name)
    return found is not None and not found.uses


def condition_keys(name: str) -> KeyNames:
    """Keys that the action asks for, those of its resource types too; the global ones not, but for tags."""
    found = action(name)
    if found is None:
        return ()
    of_uses = [key for use in found.uses for key in use.condition_keys]
    of_types = [key for each in resource_types(name) for key in each.condition_keys]
    return tuple(dict.fromkeys([*found.condition_keys, *of_uses, *of_types]))


def takes_key(name: str, key: str) -> bool:
    """Whether the service says the condition key (`aws:ResourceTag/team`) when it is asked for the action.

    Some services have a key of their own for the tags of resources, and don't list it with each action.
    """
    keys = condition_keys(name)
    prefix, _, rest = key.lower().partition(":")
    of_own_tags = prefix == name.lower().partition(":")[0] and rest.startswith("resourcetag/")
    return fits_key(key, keys) or (of_own_tags and fits_key(f"aws:{rest}", keys))


def dependent_actions(name: str) -> tuple[str, ...]:
    """What else the caller may need: `iam:PassRole` for `lambda:CreateFunction`."""
    return _dependent_actions().get(name.lower(), ())


@cache
def _dependent_actions() -> Mapping[str, tuple[str, ...]]:
    found = json.loads(_DEPENDENT_ACTIONS.read_text())["actions"]
    return {name.lower(): tuple(needed) for name, needed in found.items()}


def needed_by(name: str) -> tuple[str, ...]:
    """The actions, in lower case, of which it is a dependent action: `lambda:createfunction` for `iam:PassRole`."""
    return _needing().get(name.lower(), ())


@cache
def _needing() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for caller, needed in _dependent_actions().items():
        for each in needed:
            found.setdefault(each.lower(), []).append(caller)
    return {each: tuple(callers) for each, callers in found.items()}


def tagging_creators(name: str) -> tuple[str, ...]:
    """Of an action that gives tags the others, in lower case, whose caller needs it for tags of what they create.

    "Grant permission to tag resources during creation" (Amazon EC2 User Guide): AWS asks for both, of one call. None
    for an action that gives no tags.
    """
    found = action(name)
    if found is None or not _GIVES_TAGS.search(found.name) or not takes_key(name, _NEW_TAG):
        return ()
    return _creators(name.partition(":")[0])


@lru_cache(maxsize=512)
def _creators(prefix: str) -> tuple[str, ...]:
    found = service(prefix)
    names = [each.name for each in found.actions.values() if not _TAGS.search(each.name)] if found else []
    return tuple(name.lower() for name in names if takes_key(name, _NEW_TAG))


def _of(prefix: str) -> CatalogueService:
    found = service(prefix)
    assert found is not None, prefix  # noqa: S101
    return found
