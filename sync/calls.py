"""An AWS call as a plan has it: what is secret or personal in it is sealed until it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iamconsole.sealing import CannotUnseal, KeyMissing, SealingPurpose, seal, unseal
from sync.aws.secrets import Secret
from sync.command_line import command_line
from sync.sealed import NotKept, open_typed


@dataclass(frozen=True)
class Call:
    """An AWS call, exactly as it will be sent."""

    service: str  # "iam"
    operation: str  # "CreatePolicyVersion"
    parameters: Mapping[str, Any]
    resource_arns: tuple[str, ...]  # what the session policy is cut down to
    actions: tuple[str, ...]  # the permissions it needs: "iam:CreatePolicyVersion"; none of a call that isn't signed
    region: str = ""  # of what is in a Region; "" of what is global

    def command_line(self) -> str:
        """The same call as a line for the `aws` command."""
        return command_line(self.service, self.operation, self.parameters, self.region)

    def sealed(self) -> list[SealedParameter]:
        """The secrets in its parameters, however deep."""
        return list(_sealed_in(self.parameters))


@dataclass(frozen=True)
class SealedParameter:
    """A parameter of a call that is secret: its text is opened when the call is sent (sync.sealed)."""

    reference: str

    def __str__(self) -> str:
        return "<secret>"

    __repr__ = __str__


@dataclass(frozen=True)
class PersonalParameter:
    """A parameter of a call that is about a person: encrypted in the plan (`concealed`), and shown nowhere."""

    blob: str

    def __str__(self) -> str:
        return "<personal>"

    __repr__ = __str__


def concealed(text: str) -> str:
    """As a step may keep what is personal."""
    return seal(text, SealingPurpose.PERSONAL)


def revealed(blob: str) -> Secret:
    """Raises NotKept."""
    try:
        return Secret(unseal(blob, SealingPurpose.PERSONAL))
    except KeyMissing as error:
        raise NotKept(str(error)) from error
    except CannotUnseal as error:
        raise NotKept from error


def _sealed_in(value: Any) -> Iterator[SealedParameter]:
    if isinstance(value, SealedParameter):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _sealed_in(inner)


def hidden_in(value: Any) -> Iterator[str]:
    """The texts of what is secret or personal in a parameter, however deep. Raises NotKept."""
    if isinstance(value, SealedParameter | PersonalParameter):
        yield opened(value).open()
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from hidden_in(inner)


def opened(value: Any) -> Any:
    """A parameter as it is sent, with what is secret in it. Raises NotKept."""
    if isinstance(value, SealedParameter):
        return open_typed(value.reference)
    if isinstance(value, PersonalParameter):
        return revealed(value.blob)
    if isinstance(value, Mapping):
        return {name: opened(inner) for name, inner in value.items()}
    return [opened(inner) for inner in value] if isinstance(value, list) else value
