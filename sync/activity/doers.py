"""Who made a call, by its record: a user, a role in a session, a person behind it; from where, and with what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.activity.records import TrailRecord
from sync.models import TrailEvent

Kind = TrailEvent.Doer
_BROWSERS = re.compile(r"^\[?(Mozilla/|signin\.amazonaws\.com|console\.amazonaws\.com|AWSConsole)", re.IGNORECASE)
# What a user agent says of the tool, the more telling first: Terraform stands on an AWS SDK, too.
_TOOLS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), tool)
    for pattern, tool in (
        (r"\biam-console\b", "IAM Console"),
        (r"opentofu", "OpenTofu"),
        (r"terraform", "Terraform"),
        (r"pulumi", "Pulumi"),
        (r"ansible", "Ansible"),
        (r"cloudformation\.amazonaws\.com", "CloudFormation"),
        (r"aws-cdk", "AWS CDK"),
        (r"aws-cli/", "AWS CLI"),
        (r"powershell", "AWS Tools for PowerShell"),
        (r"boto3/", "Boto3"),
        (r"botocore/", "Botocore"),
        (r"aws-sdk-java", "AWS SDK for Java"),
        (r"aws-sdk-go", "AWS SDK for Go"),
        (r"aws-sdk-js|aws-sdk-nodejs", "AWS SDK for JavaScript"),
        (r"aws-sdk-(rust|dotnet|php|ruby|cpp|kotlin|swift)", "AWS SDK"),
        (r"^aws internal", "AWS itself"),
    )
)
_RUNS_IN = re.compile(r"\bexec-env/([\w.-]+)")
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com")


@dataclass(frozen=True)
class Doer:
    """`called`: the user's or role's name, or the service. The rest from `session` on is personal."""

    kind: Kind
    called: str = ""
    unique_id: str = ""
    arn: str = ""  # of the user or role
    tool: str = ""
    session: str = ""
    person: str = ""  # the source identity, or a name that AWS gives of the person behind the session
    person_id: str = ""  # of IAM Identity Center
    address: str = ""
    agent: str = ""
    access_key: str = ""

    @property
    def runs_in(self) -> str:
        """Where AWS's SDKs say that they run, such as "AWS_Lambda_python3.12"; "" where they don't.

        Lambda Developer Guide, "Defined runtime environment variables": AWS_EXECUTION_ENV, which SDKs send on.
        """
        found = _RUNS_IN.search(self.agent)
        return found[1][:64] if found else ""

    @property
    def personal(self) -> dict[str, str]:
        """What is kept for some time only."""
        names = ("session", "person", "person_id", "address", "agent", "access_key")
        return {name: value for name in names if (value := str(getattr(self, name)))}


def doer_of(record: TrailRecord) -> Doer:
    identity = record.identity
    kind, called, unique_id, arn, session = _principal(identity)
    context = _inner(identity, "sessionContext")
    behalf = _inner(identity, "onBehalfOf") or _inner(context, "onBehalfOf")
    return Doer(
        kind=kind,
        called=called[:256],
        unique_id=unique_id[:128],
        arn=arn,
        tool=tool_of(record),
        session=session[:128],
        person=_said(context, "sourceIdentity")[:256],
        person_id=_said(behalf, "userId")[:128],
        address="" if _SERVICE.fullmatch(record.address) else record.address,
        agent=record.agent,
        access_key=_said(identity, "accessKeyId")[:128],
    )


def _principal(identity: Mapping[str, Any]) -> tuple[Kind, str, str, str, str]:
    """Kind, name, unique id, ARN, session."""
    said, arn = _said(identity, "type"), _said(identity, "arn")
    principal, _, session = _said(identity, "principalId").partition(":")
    match said:
        case "Root":
            return Kind.ROOT, "root user", "", arn, ""
        case "IAMUser":
            return Kind.USER, _said(identity, "userName") or arn.rpartition("/")[2], principal, arn, ""
        case "AssumedRole" | "Role":
            issuer = _inner(_inner(identity, "sessionContext"), "sessionIssuer")
            name = _said(issuer, "userName") or _role_in(arn)
            return Kind.ROLE, name, _said(issuer, "principalId") or principal, _said(issuer, "arn"), session
        case "IdentityCenterUser":
            return Kind.PERSON, "", "", "", _said(identity, "userName")
        case "FederatedUser" | "SAMLUser" | "WebIdentityUser":
            return Kind.FEDERATED, _said(identity, "identityProvider"), "", arn, _federated(identity, arn)
        case "AWSAccount":
            return Kind.ACCOUNT, _said(identity, "accountId"), "", arn, ""
        case "AWSService":
            return Kind.SERVICE, _said(identity, "invokedBy"), "", "", ""
    return Kind.UNKNOWN, "", "", arn, ""


def _federated(identity: Mapping[str, Any], arn: str) -> str:
    return _said(identity, "userName") or arn.rpartition("/")[2]


def _role_in(arn: str) -> str:
    """The role's name in the ARN of one of its sessions."""
    parts = arn.split("/")
    return parts[1] if len(parts) > 2 else ""


def tool_of(record: TrailRecord) -> str:
    """ "" where the user agent says nothing that is known."""
    if by := _said(record.identity, "invokedBy"):
        return "CloudFormation" if by.startswith("cloudformation.") else by[:80]
    if record.identity.get("sessionCredentialFromConsole") == "true" or _BROWSERS.match(record.agent):
        return "AWS console"
    return next((tool for pattern, tool in _TOOLS if pattern.search(record.agent)), "")


def _inner(said: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    value = said.get(member)
    return value if isinstance(value, Mapping) else {}


def _said(said: Mapping[str, Any], member: str) -> str:
    value = said.get(member)
    return value if isinstance(value, str) else ""
