"""Parses why AWS refused, from the message of an AccessDenied.

The wordings: IAM User Guide, "Troubleshoot access denied error messages" and "Troubleshoot access denied error messages
with authorization ID"; Amazon S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors" (a quoted resource,
Block Public Access); KMS Developer Guide, "Troubleshooting AWS KMS permissions" ("on this resource", a key that may not
exist); EC2's UnauthorizedOperation in the EC2 API Reference, "Error codes" (an encoded message). Of the services' older
messages some have words less, which is why nearly every part may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_KIND = (
    r"(?:identity-based|resource-based|service\s+control|resource\s+control|sessions?|VPC\s+endpoint|role\s+trust)"
    r"\s+polic(?:y|ies)|permissions?\s+boundar(?:y|ies)"
)
_REFUSED = re.compile(
    r"(?:(?<![^\s\"'<>])(?P<principal>[^\s\"'<>]{1,2048})\s+is\s+)?not\s+authorized\s+to\s+perform:?\s+\(?(?P<action>[\w-]+:\w+)\)?"
    r"(?:\s+action\b)?"
    r"(?:\s+on\s+(?:(?:this|the)\s+resource\b(?!:)(?:\s+associated\s+with\s+this\s+ciphertext)?"
    r"|resource:\s+(?:\"(?P<quoted>[^\"]{1,2048})\"|(?P<words>(?:[a-z]+\s+){0,2}?arn:[^\s\"<>]+|[a-z]+(?:\s+[a-z]+)?"
    r"\s+(?!because\b|with\b)[^\s\"<>:]+|[^\s\"<>]+))))?",
    re.IGNORECASE,
)
_EXPLICIT = re.compile(
    rf"with\s+an\s+explicit\s+deny(?:\s+in\s+(?:an?|the)\s+(?P<kind>{_KIND}))?"
    rf"(?:\s+transitively\s+through\s+(?:an?|the)\s+(?P<through>{_KIND}))?(?::\s*(?P<policy>arn:[^\s\"<>,]+))?",
    re.IGNORECASE,
)
_NO_ALLOW = re.compile(
    rf"because\s+(?:no|the)\s+(?P<kind>{_KIND})\s+allows?(?:\s+the\s+[\w-]+:\w+\s+action)?"
    rf"(?:\s+transitively\s+through\s+(?:an?|the)\s+(?P<through>{_KIND}))?",
    re.IGNORECASE,
)
_BLOCKED_PUBLIC = re.compile(r"are\s+prevented\s+by\s+the\s+\w+\s+setting\s+in\s+S3\s+Block\s+Public\s+Access", re.I)
_NO_SUCH_KEY = re.compile(
    r"because\s+the\s+resource\s+does\s+not\s+exist\s+in\s+this\s+Region,\s+no\s+resource-based", re.I
)
_AUTHORIZATION = re.compile(
    r"#/authorization-details/(?P<linked>\w{1,256})|following\s+authorization\s+id:\s*(?P<named>\w{1,256})", re.I
)
_REGION = re.compile(r"iam/home\?region=(?P<region>[a-z0-9-]{5,40})#/authorization-details/")
_ENCODED = re.compile(
    r"Encoded\s+authorization\s+failure\s+message:?\s*(?P<text>[\w+/=-]{20,}(?:\n[ \t]*[\w+/=-]{20,})*)"
)
_LONGEST_REASON = 14_000  # characters after what was refused: an encoded message may have 10,240


class Layer(StrEnum):
    """The kind of policy that refused."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SCP = "service control policy"
    RCP = "resource control policy"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"
    ENDPOINT = "VPC endpoint policy"
    TRUST = "role trust policy"
    PUBLIC = "S3 Block Public Access"


@dataclass(frozen=True)
class Denial:
    """The missing permission. `layer` is None where AWS doesn't say; `explicit`: a Deny, and not a missing Allow.

    `resource`: an ARN, or "*" where AWS names none; `resource_words`: as AWS has it ("user bob"). `policy`: the ARN of
    the one that denies. `through`: of a call that a service made in turn, whose policy refused that. `encoded`: what
    only STS decodes. `authorization_id`: by which AWS tells more, asked in `region`, for a day.
    """

    action: str
    resource: str = "*"
    principal: str = ""
    layer: Layer | None = None
    explicit: bool = False
    resource_words: str = ""
    policy: str = ""
    through: Layer | None = None
    encoded: str = ""
    authorization_id: str = ""
    region: str = ""


@dataclass(frozen=True)
class DenialInText:
    """A message in a longer text: from `start` to before `end`, with what comes before the next."""

    denial: Denial
    start: int
    end: int


def says_who_may_not(message: str) -> bool:
    """Whether the message has IAM's wording for a missing permission."""
    return _REFUSED.search(message.strip()) is not None


def parse(message: str, fallback_action: str) -> Denial:
    """What `message` says; `fallback_action` ("iam:GetUser") where it names none."""
    first = next(denials_in(message), None)
    return first.denial if first else _with_reason(fallback_action, None, message)


def denials_in(text: str) -> Iterator[DenialInText]:
    """All messages that are in it, in their order."""
    found = list(_REFUSED.finditer(text))
    for number, refused in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        end = min(end, refused.end() + _LONGEST_REASON)
        denial = _with_reason(refused["action"], refused, text[refused.end() : end])
        yield DenialInText(denial, refused.start(), end)


def encoded_in(text: str) -> str:
    """The first encoded message; "" where there is none."""
    found = _ENCODED.search(text)
    return "".join(found["text"].split()) if found else ""


def _with_reason(action: str, refused: re.Match[str] | None, rest: str) -> Denial:
    """`rest`: what stands behind the action and the resource."""
    explicit, missing = _EXPLICIT.search(rest), _NO_ALLOW.search(rest)
    reason = explicit or missing
    words = (refused["quoted"] or _trimmed(refused["words"] or "")) if refused else ""
    authorization = _AUTHORIZATION.search(rest)
    region = _REGION.search(rest)
    return Denial(
        action=action,
        resource=_arn(words),
        principal=_principal(refused["principal"] or "") if refused else "",
        layer=_layer(reason["kind"]) if reason and reason["kind"] else _layer_without_kind(rest),
        explicit=explicit is not None,
        resource_words=words,
        policy=_trimmed((explicit["policy"] or "") if explicit else ""),
        through=_layer(reason["through"]) if reason and reason["through"] else None,
        encoded=encoded_in(rest),
        authorization_id=(authorization["linked"] or authorization["named"]) if authorization else "",
        region=region["region"] if region else "",
    )


def _principal(word: str) -> str:
    """Behind "User:" may be no blank."""
    return word.removeprefix("User:").strip(",;")


def _arn(resource: str) -> str:
    """IAM names some resources in words ("user bob", "policy arn:…"): only an ARN can stand in a policy."""
    if resource.startswith("arn:"):
        return resource
    last = resource.split()[-1] if resource else ""
    return last if last.startswith("arn:") else "*"


def _trimmed(words: str) -> str:
    """Without the end of the sentence that it stands in."""
    return " ".join(words.split()).rstrip(".,;)'")


def _layer_without_kind(rest: str) -> Layer | None:
    if _BLOCKED_PUBLIC.search(rest):
        return Layer.PUBLIC
    return Layer.RESOURCE if _NO_SUCH_KEY.search(rest) else None


def _layer(words: str) -> Layer | None:
    words = " ".join(words.split()).casefold().replace("policies", "policy").replace("sessions ", "session ")
    words = words.replace("boundaries", "boundary").replace("permission boundary", "permissions boundary")
    return next((layer for layer in Layer if layer.value.casefold() == words), None)
