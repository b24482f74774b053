"""A request that AWS denied, as somebody pasted what AWS said of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache

from policies.engine import catalogue
from sync.aws.denial import Layer


class ReadFrom(StrEnum):
    """What it was read from."""

    MESSAGE = "message"
    EVENT = "event"  # of CloudTrail
    DECODED = "decoded"  # by STS, from an encoded message
    PARTS = "parts"  # no wording that is known: single names that were found in the text
    FIELDS = "fields"  # somebody filled them in


@dataclass(frozen=True)
class DeniedRequest:
    """What can't be read is "". `principal`: an ARN or the name of a service; `resource`: an ARN or "*";
    `resource_words`: as AWS has it, "user bob". `context`: values by condition key in lower case. `role_arn`: of a
    session, where that is told. `explicit`: a Deny, and not a missing Allow; None where it isn't said. `at`: the time,
    as ISO 8601. `policy`: the ARN of the policy that denies. `statement`: the Sid of the one that denies.
    """

    read_from: ReadFrom
    principal: str = ""
    action: str = ""
    resource: str = ""
    resource_words: str = ""
    layer: Layer | None = None
    explicit: bool | None = None
    through: Layer | None = None
    policy: str = ""
    statement: str = ""
    encoded: str = ""
    authorization_id: str = ""
    region: str = ""
    role_arn: str = ""
    at: str = ""
    operations: tuple[str, ...] = ()  # actions that it may be, where only the name of the call is known
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        return bool(self.principal and self.action and self.resource)

    @property
    def is_encoded_only(self) -> bool:
        """Nothing can be read before STS has decoded it."""
        return bool(self.encoded) and not self.action

    @property
    def missing(self) -> list[str]:
        """The fields that somebody has to fill in."""
        return [name for name in ("principal", "action", "resource") if not getattr(self, name)]

    @property
    def key(self) -> tuple[str, ...]:
        """Two with the same one are the same denial."""
        return (
            self.principal,
            self.action,
            self.resource or self.resource_words,
            f"{self.layer} {self.explicit}",
            self.encoded,
        )

    @property
    def title(self) -> str:
        """To choose it by: `s3:PutObject on arn:…`."""
        if self.is_encoded_only:
            return f"An encoded message that begins with {self.encoded[:12]}"
        on = self.resource_words or self.resource
        return f"{self.action or 'an action that isn’t named'}{f' on {on}' if on and on != '*' else ''}"


def filled_in(
    said: DeniedRequest | None, principal: str, action: str, resource: str, context: Mapping[str, tuple[str, ...]]
) -> DeniedRequest:
    """What somebody filled in, beside what was read: AWS's word counts for the very request that it was about."""
    if said and (principal, action, resource) == (said.principal, said.action, said.resource):
        return replace(said, context=context)  # AWS's word on it holds, whatever else was known
    about = said or DeniedRequest(ReadFrom.FIELDS)
    return DeniedRequest(
        ReadFrom.FIELDS, principal, action, resource, context=context, at=about.at, role_arn=about.role_arn
    )


def spelled_action(name: str) -> str:
    """As AWS writes it, where the catalogue knows it: `sns:Publish` of `SNS:Publish`."""
    known = catalogue.action(name.lower()) if ":" in name else None
    return known.name if known else name


def actions_called(operation: str, service: str = "") -> tuple[str, ...]:
    """The actions that are named like a call; `service`: only of that prefix."""
    found = _by_call().get(operation.lower(), ())
    return tuple(name for name in found if not service or name.startswith(f"{service}:"))


@cache
def _by_call() -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in catalogue.all_actions():
        found[name.partition(":")[2].lower()].append(name)
    return found
