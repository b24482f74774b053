"""Parses why AWS refused, from the message of an AccessDenied.

The wordings: "Troubleshoot access denied error messages" in the IAM User Guide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_REFUSED = re.compile(
    r"(?:User: (?P<principal>\S+) is )?not authorized to perform: (?P<action>[\w-]+:\w+)"
    r"(?: on resource: (?P<resource>.+?))?"
    r"(?= because | with an explicit deny|$)",
    re.DOTALL,
)
_NO_ALLOW = re.compile(r"because no (?P<layer>[\w -]+? polic(?:y|ies)|permissions boundary) allows?")
_EXPLICIT = re.compile(r"with an explicit deny in an? (?P<layer>[\w -]+? policy|permissions boundary)")


class Layer(StrEnum):
    """The kind of policy that refused."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SCP = "service control policy"
    RCP = "resource control policy"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"
    ENDPOINT = "VPC endpoint policy"


@dataclass(frozen=True)
class Denial:
    """The missing permission. `layer` is None where AWS doesn't say; `explicit`: a Deny, and not a missing Allow."""

    action: str
    resource: str = "*"
    principal: str = ""
    layer: Layer | None = None
    explicit: bool = False


def says_who_may_not(message: str) -> bool:
    """Whether the message has IAM's wording for a missing permission."""
    return _REFUSED.search(message.strip()) is not None


def parse(message: str, fallback_action: str) -> Denial:
    """What `message` says; `fallback_action` ("iam:GetUser") where it names none."""
    refused = _REFUSED.search(message.strip())
    explicit = _EXPLICIT.search(message)
    reason = explicit or _NO_ALLOW.search(message)
    layer = _layer(reason["layer"]) if reason else None
    if refused is None:
        return Denial(fallback_action, layer=layer, explicit=explicit is not None)
    return Denial(
        action=refused["action"],
        resource=_arn(refused["resource"]),
        principal=refused["principal"] or "",
        layer=layer,
        explicit=explicit is not None,
    )


def _arn(resource: str | None) -> str:
    """IAM names some resources in words ("user bob", "policy arn:…"): only an ARN can stand in a policy."""
    last = resource.split()[-1] if resource and resource.strip() else ""
    return last if last.startswith("arn:") else "*"


def _layer(words: str) -> Layer | None:
    words = words.replace("policies", "policy")
    return next((layer for layer in Layer if layer.value == words), None)
