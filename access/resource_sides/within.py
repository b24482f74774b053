"""Finds the resources that a pattern stands for, of the AWS account that is asked and of others that may be told of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from access.resource_sides.kinds import side_of
from access.resource_sides.places import PLACES, below_of
from access.resource_sides.planned import planned_as_whole
from access.resource_sides.values import ResourceSide
from access.resource_sides.wide import MOST, PlaceHeld, WideResources, is_readable, parts_on
from access.surroundings import Surroundings
from accounts.models import AwsAccount
from policies.engine.matching import Glob, tokens
from policies.engine.somewhere import is_pattern
from policies.holdings import ResourceChange
from resources.gaps import gap_sentences
from resources.governing import governor_of
from resources.models import Resource
from resources.selectors import HeldPolicies, ReadingGap, held_policies, reading_gaps
from resources.table import KINDS


@dataclass(frozen=True)
class WideAsker:
    """`may_see`: whether something of another AWS account, by its id, may be told; `changes`: what a plan leaves of
    resources; `around`: what bounds an AWS account, by its id."""

    aws_account: AwsAccount
    may_see: Callable[[str], bool]
    changes: Sequence[ResourceChange]
    around: Callable[[str], Surroundings]

    def within(self, service: str, resource: str) -> WideResources | None:
        """Of actions of a service; None where no policies of several resources decide."""
        kinds = [kind for kind, place in PLACES.items() if place.service == service]
        if not kinds or not is_pattern(resource) or not is_readable(resource) or governor_of(resource):
            return None
        parts = [*resource.split(":", 5), *[""] * 5]
        is_everything, account = resource == "*", parts[4]
        if not is_everything and not Glob(tokens(parts[2])).matches(service):
            return None
        own, others = self.aws_account.account_id, self._others(account)
        is_meant = is_everything or not account or Glob(tokens(account)).matches(own)
        asked = [*([self.aws_account] if is_meant else []), *others]
        held, left_out = self._held(asked, kinds, resource)
        gaps = self._gaps(asked[:1], kinds, "" if is_everything else parts[3])
        return WideResources(resource, held, gaps, account == own, left_out)

    def _others(self, account: str) -> list[AwsAccount]:
        """`account`: what stands for it in the pattern."""
        others = AwsAccount.objects.exclude(pk=self.aws_account.pk).filter(partition=self.aws_account.partition)
        glob = Glob(tokens(account)) if account else None
        named = (each for each in others.order_by("name", "pk") if glob is None or glob.matches(each.account_id))
        return [each for each in named if self.may_see(each.account_id)]

    @staticmethod
    def _gaps(asked: Sequence[AwsAccount], kinds: Iterable[str], region: str) -> list[str]:
        """Of the AWS account that is asked, or of the one that the pattern names: of others there is a sentence."""
        services = sorted({KINDS[kind].service for kind in kinds})
        glob = Glob(tokens(region)) if region else None

        def is_meant(gap: ReadingGap) -> bool:
            return glob is None or not gap.region or glob.matches(gap.region)

        return [
            sentence
            for each in asked
            for sentence in gap_sentences(each, filter(is_meant, reading_gaps(each, services=services)))
        ]

    # ---- What is held ------------------------------------------------------------------------------------------
    def _held(self, asked: Sequence[AwsAccount], kinds: Sequence[str], resource: str) -> tuple[list[PlaceHeld], int]:
        rows = Resource.objects.live().filter(aws_account__in=asked, kind__in=kinds)
        listed = rows.order_by("pk").values_list("pk", "kind", "arn", "aws_account_id", "policy_state")
        meant = [
            (account != self.aws_account.pk, state != Resource.PolicyState.HAS, pk)
            for pk, kind, arn, account, state in listed
            if any(parts_on(resource, on, below) for on in _on(kind, arn) for below in below_of(kind, on))
        ]
        looked_at = [pk for _, _, pk in sorted(meant)[:MOST]]
        found = [each for row in _fetched(looked_at) for each in self._places(row)]
        return found, len(meant) - len(looked_at)

    def _places(self, row: Resource) -> Iterator[PlaceHeld]:
        """None of one that isn't read."""
        held = held_policies(row)
        if not isinstance(held, HeldPolicies):
            return
        held = planned_as_whole(held, self.changes)
        if not PLACES[row.kind].on_each:
            yield PlaceHeld(row.arn, row.kind, self._side(held, row))
            return
        for on in dict.fromkeys([row.arn, *(each.arn for each in held.policies)]):
            policies = tuple(each for each in held.policies if each.arn == on)
            yield PlaceHeld(on, row.kind, self._side(replace(held, policies=policies), row))

    def _side(self, held: HeldPolicies, row: Resource) -> Callable[[str, str], ResourceSide | None]:
        def side(action: str, resource: str) -> ResourceSide | None:
            found = side_of(held, action, resource, self.around(row.aws_account.account_id))
            return found if isinstance(found, ResourceSide) else None

        return side


def _on(kind: str, arn: str) -> tuple[str, ...]:
    """Where policies of a resource may stand."""
    return (arn, f"{arn}:x", f"{arn}/stream/x") if PLACES[kind].on_each else (arn,)


def _fetched(pks: Sequence[int]) -> list[Any]:
    rows = Resource.objects.select_related("aws_account").prefetch_related("policies__document")
    by_pk = rows.in_bulk(list(pks))
    return [by_pk[pk] for pk in pks if pk in by_pk]
