"""What AWS tells of a resource beside its policy, as its page says it: each fact as a label and some lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iamconsole.web.words import some
from resources.models import Resource
from resources.table import KINDS

OK, WARN = "ok", "warn"
_ALL_USERS = "http://acs.amazonaws.com/groups/global/"
_GROUPS = {"AllUsers": "everybody", "AuthenticatedUsers": "everybody who has any AWS account"}
_OWNERSHIP = {
    "BucketOwnerEnforced": "Bucket owner enforced: access control lists are off",
    "BucketOwnerPreferred": "Bucket owner preferred: access control lists count",
    "ObjectWriter": "Object writer: access control lists count",
}
_BLOCKS = {
    "BlockPublicAcls": "new public access control lists",
    "IgnorePublicAcls": "public access control lists that are there",
    "BlockPublicPolicy": "new public policies",
    "RestrictPublicBuckets": "access by public policies that are there",
}
_GRANTS_SHOWN = 20


@dataclass(frozen=True)
class FactLine:
    """`ink`: "ok", "warn" or "" for how it looks; `code` is shown in code type after the words."""

    words: str
    ink: str = ""
    code: str = ""


@dataclass(frozen=True)
class ResourceFact:
    """`missing`: why it was not read, in a sentence; `held_at`: then the lines are as old as that, ISO 8601."""

    label: str
    lines: Sequence[FactLine]
    missing: str = ""
    held_at: str = ""


def facts_of(row: Resource) -> list[ResourceFact]:
    """In the order of the parts of its kind, with those that the list tells first."""
    kind = KINDS[row.kind]
    found = [
        ResourceFact(label, [FactLine("", code=str(row.facts[name]))])
        for name, label in _LISTED.items()
        if row.facts.get(name) and isinstance(row.facts[name], str) and name not in {part.name for part in kind.parts}
    ]
    return found + [_fact(row, part.name, part.title) for part in kind.parts if not part.is_policy]


_LISTED = {
    "role": "Runs as",
    "kms_key": "Encrypted by",
    "bucket": "Bucket",
    "network": "Reached from",
    "vpc": "VPC",
    "for": "Leads to",
    "type": "Type",
}


def _fact(row: Resource, part: str, title: str) -> ResourceFact:
    problem: Mapping[str, Any] | None = row.not_read.get(part)
    is_held = problem is None or bool(problem["held_at"])
    lines = list(_WORDS[part](row.facts.get(part))) if is_held else []
    if problem is None:
        return ResourceFact(title, lines)
    return ResourceFact(title, lines, str(problem["why"]), str(problem["held_at"] or ""))


def _block(value: Mapping[str, bool] | None) -> Iterator[FactLine]:
    if not value or not any(value.values()):
        yield FactLine("Off: nothing public is blocked here", WARN)
    elif all(value.get(name) for name in _BLOCKS):
        yield FactLine("On: nothing here can be public", OK)
    else:
        on = some([words for name, words in _BLOCKS.items() if value.get(name)], shown=len(_BLOCKS))
        off = some([words for name, words in _BLOCKS.items() if not value.get(name)], shown=len(_BLOCKS))
        yield FactLine(f"In part: blocks {on}", WARN)
        yield FactLine(f"Not: {off}", WARN)


def _ownership(value: str | None) -> Iterator[FactLine]:
    if not value:
        yield FactLine("Never set: access control lists count", WARN)
    else:
        yield FactLine(_OWNERSHIP.get(value, value), OK if value == "BucketOwnerEnforced" else WARN)


def _acl(value: Mapping[str, Any] | None) -> Iterator[FactLine]:
    grants = (value or {}).get("grants") or ()
    owner = (value or {}).get("owner")
    others = [grant for grant in grants if grant["grantee"] != owner]
    if not others:
        yield FactLine("Names nobody but the owner")
    for grant in others:
        group = str(grant["grantee"]).removeprefix(_ALL_USERS)
        words = _GROUPS.get(group)
        said = str(grant["permission"]).lower().replace("_", " ")
        if words:
            yield FactLine(f"Gives {words}: {said}", WARN)
        else:
            yield FactLine(f"Gives {said} to", WARN, str(grant["grantee"]))


def _grants(value: Sequence[Mapping[str, Any]] | None) -> Iterator[FactLine]:
    grants = value or ()
    if not grants:
        yield FactLine("None")
    for grant in grants[:_GRANTS_SHOWN]:
        limits = ", as far as its encryption context allows" if grant.get("constraints") else ""
        yield FactLine(f"{some(grant['operations'], shown=5)}{limits}, to", code=str(grant["to"]))
    if len(grants) > _GRANTS_SHOWN:
        yield FactLine(f"and {len(grants) - _GRANTS_SHOWN} more: see Raw")


def _urls(value: Sequence[Mapping[str, Any]] | None) -> Iterator[FactLine]:
    if not value:
        yield FactLine("None")
    for url in value or ():
        if url["auth"] == "NONE":
            yield FactLine("Asks for no sign-in:", WARN, str(url["url"]))
        else:
            yield FactLine("Asks for a signature of IAM:", OK, str(url["url"]))


def _enabled(value: bool | None) -> Iterator[FactLine]:
    yield FactLine("Yes" if value else "No: nobody comes in by it")


def _authority(value: Mapping[str, str] | None) -> Iterator[FactLine]:
    said = value or {}
    yield FactLine(
        _AUTHORITIES.get(said.get("type", ""), "An authority that AWS doesn’t name"), code=said.get("arn", "")
    )


def _arns(value: Sequence[str] | None) -> Iterator[FactLine]:
    for arn in (value or ())[:_GRANTS_SHOWN]:
        yield FactLine("", code=arn)
    yield from _rest(len(value or ()))


def _session_policy(value: str | None) -> Iterator[FactLine]:
    yield FactLine("" if value else "None: sessions have what the role has", code=value or "")


def _status(value: str | None) -> Iterator[FactLine]:
    yield FactLine("", code=value or "")


def _owned(value: Sequence[Mapping[str, str]] | None) -> Iterator[FactLine]:
    for each in (value or ())[:_GRANTS_SHOWN]:
        yield FactLine(f"{each['logical_id']}, {each['type']}:", code=each["physical_id"])
    yield from _rest(len(value or ()))


def _rest(count: int) -> Iterator[FactLine]:
    if not count:
        yield FactLine("None")
    elif count > _GRANTS_SHOWN:
        yield FactLine(f"and {count - _GRANTS_SHOWN} more: see Raw")


_AUTHORITIES = {
    "AWS_ACM_PCA": "AWS Private CA",
    "CERTIFICATE_BUNDLE": "An authority of one’s own, by its certificates",
    "SELF_SIGNED_REPOSITORY": "Certificates that sign themselves",
}


def _key(value: str | None) -> Iterator[FactLine]:
    yield FactLine("", code=value) if value else FactLine("A key of AWS")


_WORDS: Mapping[str, Callable[[Any], Iterator[FactLine]]] = {
    "public_access_block": _block,
    "ownership": _ownership,
    "acl": _acl,
    "grants": _grants,
    "urls": _urls,
    "kms_key": _key,
    "enabled": _enabled,
    "authority": _authority,
    "roles": _arns,
    "session_policy": _session_policy,
    "session_policies": _arns,
    "attributes": _arns,
    "status": _status,
    "owned": _owned,
}
