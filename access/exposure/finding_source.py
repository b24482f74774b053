"""Exposed resources as findings, and to whom each resource is open as a column of its row: a scope is a resource.

Looked at anew where its policies or what decides beside them changed, never on a page's request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from access.exposure.known import known_accounts
from access.exposure.looking import exposure_of
from access.exposure.rules import RULES, AboutResource, findings_about
from access.surroundings import surroundings_of
from accounts.models import AwsAccount
from findings.rules import Rule
from findings.sources import FindingSource, Found, stamp_of, stamp_of_code
from iamconsole.web.once import page_is_made
from resources.models import Resource, ResourcePolicy
from resources.selectors import HeldPolicies, held_policies, why_not_read
from resources.table import KINDS
from resources.table.s3 import ACCOUNT
from sync.mirror.paced_writes import paced_write

_CODE = ("access", "policies/engine", "resources", "aws_constraints")
_AT_ONCE = 500


class ExposureSource(FindingSource):
    """One whose policies aren't held can't be looked at: what was found stays, and it is open to nobody knows whom."""

    name = "exposure"
    title = "Exposed resources"
    rules: Mapping[str, Rule] = RULES

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        rows = _rows(aws_account)
        if not rows.exists():
            return {}
        policies = _policies(aws_account)
        around = surroundings_of(aws_account.account_id)
        known = known_accounts(aws_account)
        of_account = [row[3:] for row in rows.filter(kind=ACCOUNT.kind).values_list(*_COLUMNS)]
        of_all = (stamp_of_code(*_CODE), around.stamp, sorted(known), of_account, aws_account.name)
        begun = stamp_of(*of_all)
        with page_is_made():
            return {
                aws_id: stamp_of(begun, why_not_read(aws_account, KINDS[kind], region), rest, policies[pk])
                for pk, aws_id, kind, region, *rest in rows.values_list("pk", *_COLUMNS)
                if kind != ACCOUNT.kind and KINDS[kind].decides_access
            }

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        around = surroundings_of(aws_account.account_id)
        known = known_accounts(aws_account)
        found: dict[str, Sequence[Found]] = {}
        states: dict[Resource, Resource.Exposure] = {}
        with page_is_made():
            for row in _to_look_at(aws_account, scopes):
                held = held_policies(row)
                if not isinstance(held, HeldPolicies):
                    states[row] = Resource.Exposure.UNKNOWN
                    continue
                exposure = exposure_of(held, around)
                as_made = held.is_none and held.kind.instead_of_none is not None
                about = AboutResource(row, known, around.organization_id, as_made)
                found[row.aws_id] = findings_about(about, exposure) if exposure else ()
                if exposure:
                    states[row] = exposure.state
        _write(states)
        return found


_COLUMNS = ("aws_id", "kind", "region", "name", "facts", "not_read")


def _rows(aws_account: AwsAccount) -> Any:
    return Resource.objects.live().filter(aws_account=aws_account).order_by("pk")


def _policies(aws_account: AwsAccount) -> Mapping[int, list[tuple[str, ...]]]:
    """By the pk of a resource: on which ARN which document stands."""
    found: defaultdict[int, list[tuple[str, ...]]] = defaultdict(list)
    rows = ResourcePolicy.objects.filter(resource__aws_account=aws_account, resource__gone_at=None)
    for pk, *said in rows.order_by("pk").values_list("resource_id", "part", "arn", "document__text_hash"):
        found[pk].append(tuple(said))
    return found


def _to_look_at(aws_account: AwsAccount, scopes: Collection[str]) -> Iterable[Resource]:
    rows = _rows(aws_account).filter(aws_id__in=list(scopes))
    listed: Sequence[Resource] = rows.select_related("aws_account").prefetch_related("policies__document")
    return listed


def _write(states: Mapping[Resource, Resource.Exposure]) -> None:
    """Of what differs only."""
    changed = []
    for row, state in states.items():
        if row.exposure != state:
            row.exposure = state
            changed.append(row)
    if changed:
        with paced_write():
            Resource.objects.bulk_update(changed, ["exposure"], batch_size=_AT_ONCE)
