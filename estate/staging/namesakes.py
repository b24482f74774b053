"""Those of the same name in other AWS accounts: how they differ from one, and which AWS accounts lack it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount, Operator
from aws_constraints.arn import name_of
from estate.staging.selection import StagedKind, staging_accounts
from iamconsole.web.words import some
from identities.models import Attachment
from objects.object_pages import ObjectPages
from policies.models import PolicyVersion

Told = Callable[[Any], Any]


@dataclass(frozen=True)
class Namesake:
    """`differs`: in what, in words; "" in nothing that this looks at."""

    row: Any
    differs: str
    is_origin: bool


@dataclass(frozen=True)
class Namesakes:
    """`lacking`: AWS accounts without one; `closed`: those with one where the operator may not propose changes."""

    found: Sequence[Namesake]
    lacking: Sequence[AwsAccount]
    closed: Sequence[AwsAccount]


def namesakes_of(row: Any, kind: StagedKind, operator: Operator, held: Sequence[AwsAccount]) -> Namesakes:
    """`held`: the AWS accounts that the operator may see."""
    rows = [
        each
        for each in kind.rows(operator, held).filter(name_key=row.name_key, gone_at=None)
        if not getattr(each, "is_reserved", False)
    ]
    open_ones = {each.pk for each in staging_accounts(operator, kind, held)}
    told = _told(rows, kind.pages)
    own = told.get(row.pk, {})
    found = [
        Namesake(each, _differs(own, told[each.pk]), each.pk == row.pk)
        for each in sorted(rows, key=lambda each: (each.pk != row.pk, each.aws_account.name))
        if each.aws_account_id in open_ones
    ]
    having = {each.aws_account_id for each in rows}
    lacking = [each for each in held if each.pk not in having and each.is_connected]
    return Namesakes(found, lacking, [each for each in held if each.pk in having - open_ones])


def _differs(own: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    words = [name for name, value in other.items() if name in own and own[name] != value]
    return some(words) if words else ""


def _told(rows: Sequence[Any], pages: ObjectPages) -> dict[int, dict[str, Any]]:
    """What is compared, by the primary key of the row."""
    attached = _attached(rows, pages.name) if pages.name != "policy" else _documents(rows)
    return {row.pk: {**_of_row(row), **attached[row.pk]} for row in rows}


def _of_row(row: Any) -> dict[str, Any]:
    told = {"path": row.arn.rpartition("/")[0].partition(":")[2].rpartition(":")[2]}
    if hasattr(row, "tags"):
        told["tags"] = row.tags
    if hasattr(row, "boundary_arn"):
        told["permissions boundary"] = name_of(row.boundary_arn) if row.boundary_arn else ""
    if hasattr(row, "trust_id"):
        told["trust policy"] = row.trust_id
    return told


def _attached(rows: Sequence[Any], word: str) -> defaultdict[int, dict[str, Any]]:
    found: defaultdict[int, dict[str, Any]] = defaultdict(lambda: {"attached policies": frozenset()})
    held = Attachment.objects.live().filter(**{f"{word}__in": rows}).values_list(f"{word}_id", "name")
    for pk, name in held:
        found[pk] = {"attached policies": found[pk]["attached policies"] | {name}}
    return found


def _documents(rows: Sequence[Any]) -> defaultdict[int, dict[str, Any]]:
    found: defaultdict[int, dict[str, Any]] = defaultdict(lambda: {"document": ""})
    default = {row.pk: row.default_version for row in rows}
    versions = PolicyVersion.objects.filter(policy__in=rows).select_related("document")
    for version in versions:
        if version.version_id == default[version.policy_id] and version.document is not None:
            found[version.policy_id] = {"document": version.document.canonical_hash}
    return found
