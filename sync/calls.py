"""An AWS call as a plan has it: what is secret or personal in it is sealed until it is sent."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iamconsole.sealing import CannotUnseal, KeyMissing, SealingPurpose, seal, unseal
from sync.aws.secrets import Secret
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


# ---- A call as a line for the `aws` command ------------------------------------------------------------------------
# To copy from a plan into a shell.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*")


def command_line(service: str, operation: str, parameters: Mapping[str, Any], region: str = "") -> str:
    words = ["aws", service, _dashed(operation), *(["--region", region] if region else [])]
    for name, value in parameters.items():
        words += _option(_dashed(name), value)
    return shlex.join(words)


def _dashed(name: str) -> str:
    """`CreatePolicyVersion` as the command names it: create-policy-version."""
    return "-".join(word.lower() for word in _WORD.findall(name))


def _option(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    return [f"--{name}", json.dumps(value, default=str) if isinstance(value, dict | list) else str(value)]
