"""What an entry of the table of resources says that a role may touch: its uses, as statements, and what none of them
allows.

An entry is data. Its actions are those of the Service Authorization Reference; where AWS's guide of the service says
which of them somebody needs, the entry names the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aws_constraints.arn import Arn
from policies.engine import catalogue
from policies.engine.catalogue import ResourceType


@dataclass(frozen=True)
class Permit:
    """One statement. `resources` and the values of `of_prefix` have `{arn}` and `{prefix}`.

    `of_prefix`: its Condition element where a prefix is given; without one it has none.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("{arn}",)
    of_prefix: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Use:
    """What may be done with it. `does`, with `{name}`, follows "It may". `with_key`: the actions of KMS that it takes
    where the resource is encrypted by a key of the customer's."""

    name: str
    label: str
    does: str
    permits: tuple[Permit, ...]
    with_key: tuple[str, ...] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """Each once."""
        return tuple(dict.fromkeys(action for permit in self.permits for action in permit.actions))


@dataclass(frozen=True)
class Never:
    """What no use of the resource allows, unless it is one of its own actions: `does`, with `{name}`, follows "It may
    not"."""

    does: str
    actions: tuple[str, ...]
    resource: str = "{arn}"


@dataclass(frozen=True, kw_only=True)
class Touchable:
    """A kind of resources. `kind`: that of the mirror, "" where it holds none. `action` and `type`: an action that
    takes one, and what the catalogue calls it there. `via`: as kms:ViaService names the service, before the Region; ""
    where no key of the customer's comes into it. `page`: AWS's, below its guides. `takes_prefix`: what lies in it has
    names that begin with one, which may be meant alone.
    """

    name: str
    label: str
    icon: str
    action: str
    type: str
    example: str
    page: str
    uses: tuple[Use, ...]
    never: tuple[Never, ...]
    kind: str = ""
    via: str = ""
    takes_prefix: bool = False

    @property
    def resource_type(self) -> ResourceType:
        return next(each for each in catalogue.resource_types(self.action) if each.name == self.type)

    @property
    def service(self) -> str:
        """In its ARNs."""
        return self.resource_type.arn.split(":")[2]

    def use(self, name: str) -> Use | None:
        return next((each for each in self.uses if each.name == name), None)

    def is_of(self, arn: str) -> bool:
        """Whether it is the ARN of one."""
        return Arn.parse(arn) is not None and bool(catalogue.types_of_arn(arn, [self.resource_type]))


# An ARN that somebody types names one resource: no wildcard, no variable, nothing that a document would have to escape.
_NAMING = re.compile(r"[\w+=,.@:/#-]+", re.ASCII)


def names_one(text: str) -> bool:
    return _NAMING.fullmatch(text) is not None


def filled(text: str, values: Mapping[str, str]) -> str:
    """Each `{name}` is replaced once: what a value says isn't looked at again."""
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], text)


def condition_of(permit: Permit, values: Mapping[str, str]) -> dict[str, Any]:
    """The Condition element; empty for none."""
    return {
        operator: {key: filled(value, values) for key, value in block.items()}
        for operator, block in (permit.of_prefix.items() if values.get("prefix") else ())
    }


def statement_of(permit: Permit, values: Mapping[str, str], sid: str = "") -> dict[str, Any]:
    """As a document has it."""
    resources = [filled(each, values) for each in permit.resources]
    found: dict[str, Any] = {
        **({"Sid": sid} if sid else {}),
        "Effect": "Allow",
        "Action": one_or_many(sorted(permit.actions)),
        "Resource": one_or_many(resources),
    }
    condition = condition_of(permit, values)
    return {**found, "Condition": condition} if condition else found


def one_or_many(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
