"""Who gets to a resource from outside its AWS account, and what they may there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from policies.engine.callers import Caller
from policies.engine.catalogue import AccessLevel
from policies.engine.conditions import Context
from resources.models import Resource


class PartyKind(StrEnum):
    ANYBODY = "anybody"  # of any AWS account, or without signing in
    ORGANIZATION = "organization"  # all AWS accounts of one
    ACCOUNT = "account"  # another AWS account, or principals of it
    CANONICAL = "canonical"  # somebody whom Amazon S3 knows by a canonical user id
    SERVICE = "service"  # a service of AWS, on behalf of an AWS account that has nothing to do with this one


@dataclass(frozen=True)
class Party:
    """Somebody from outside. `name`: the id of the AWS account or organization, or the name of the service.

    `asked`: who is asked about in their place, each with condition keys (in lower case) that are known of them.
    """

    kind: PartyKind
    name: str
    asked: tuple[tuple[Caller, Context], ...] = ()

    @property
    def key(self) -> Party:
        """The same without who is asked."""
        return Party(self.kind, self.name)


@dataclass(frozen=True)
class OpeningEvidence:
    """A statement that lets somebody in, as the policy has it. `which`: its Sid, or its place in words."""

    policy: str
    which: str
    written: Mapping[str, Any]


@dataclass(frozen=True)
class Opening:
    """What somebody from outside may do. Where it isn't sure, `keys` are the condition keys that it hangs on, or
    `unsure` is a sentence of what decides besides and isn't known.

    `actions`: all that the statements tell alike. `on`: ARNs and patterns of ARNs. `needs_network`: it takes a network
    that the policy, or the resource, names. `unsigned`: the levels that somebody has without signing in.
    `among_all`: all of it everybody may, too.
    """

    party: Party
    is_sure: bool
    levels: tuple[AccessLevel, ...]
    actions: tuple[str, ...]
    on: tuple[str, ...]
    evidence: tuple[OpeningEvidence, ...]
    keys: tuple[str, ...] = ()
    unsure: str = ""
    needs_network: bool = False
    unsigned: tuple[AccessLevel, ...] = ()
    among_all: bool = False


@dataclass(frozen=True)
class ResourceExposure:
    """Of a resource whose policies are held. `unknown`: a sentence, where others may get in whom no policy lets in."""

    openings: Sequence[Opening] = ()
    unknown: str = ""

    def of(self, *kinds: PartyKind, is_sure: bool | None = None) -> list[Opening]:
        return [
            each for each in self.openings if each.party.kind in kinds and (is_sure is None or each.is_sure is is_sure)
        ]

    @property
    def state(self) -> Resource.Exposure:
        if self.of(PartyKind.ANYBODY, is_sure=True):
            return Resource.Exposure.PUBLIC
        if self.of(PartyKind.ANYBODY):
            return Resource.Exposure.PERHAPS
        if self.of(PartyKind.ACCOUNT, PartyKind.ORGANIZATION, PartyKind.CANONICAL):
            return Resource.Exposure.ACCOUNTS
        return Resource.Exposure.UNKNOWN if self.unknown else Resource.Exposure.CLOSED
