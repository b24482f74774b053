"""What IAM refuses about a policy document before it stores it."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.iam.exceptions import LimitExceededException, MalformedPolicyDocument, ValidationError
from moto.iam.policy_validation import (
    VALID_RESOURCE_PATH_STARTING_VALUES,
    IAMPolicyDocumentValidator,
    IAMTrustPolicyDocumentValidator,
)

MANAGED_SIZE = 6144
TRUST_SIZE = 2048
_RAW_SIZE = 131_072
_CHARACTERS = re.compile("[\t\n\r\u0020-\u00ff]+")
_TRUST_VERSIONS = ("2008-10-17", "2012-10-17")
# Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access Management",
# "Resource types": what came since moto listed them.
VALID_RESOURCE_PATH_STARTING_VALUES["iam"]["values"].append("delegation-request/")
_check_trust_action = IAMTrustPolicyDocumentValidator._validate_trust_policy_action


def _check_any_trust_action(action: str) -> None:
    """AWS Security Token Service lists sts:SetContext, too: for people whom Identity Center knows."""
    if action != "sts:SetContext":
        _check_trust_action(action)


IAMTrustPolicyDocumentValidator._validate_trust_policy_action = staticmethod(_check_any_trust_action)


class _TrustValidator(IAMTrustPolicyDocumentValidator):  # type: ignore[misc]
    """Trust policies of the old version are still about, and AWS still takes them."""

    def _validate_version(self) -> None:
        if self._policy_json.get("Version", _TRUST_VERSIONS[0]) not in _TRUST_VERSIONS:
            raise MalformedPolicyDocument("The policy is of an unknown version.")


def size_of(document: str) -> int:
    """IAM doesn't count white space."""
    return len(re.sub(r"\s", "", document))


def statements_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    statements = document.get("Statement", [])
    return [statements] if isinstance(statements, dict) else list(statements)


def check_policy(document: str) -> None:
    """For managed and inline policies of identities."""
    parsed = _parsed(document)
    IAMPolicyDocumentValidator(_for_validator(parsed)).validate()
    if any({"Principal", "NotPrincipal"} & set(statement) for statement in statements_of(parsed)):
        raise MalformedPolicyDocument("Policy document should not specify a principal.")


class PolicyValidator:
    """Stands in for moto's, which its own code calls."""

    def __init__(self, document: str) -> None:
        self._document = document

    def validate(self) -> None:
        check_policy(self._document)


def check_managed_size(document: str) -> None:
    if size_of(document) > MANAGED_SIZE:
        raise LimitExceededException(f"Cannot exceed quota for PolicySize: {MANAGED_SIZE}")


def check_trust(document: str) -> dict[str, Any]:
    """The parsed trust policy. Who it names is checked elsewhere."""
    parsed = _parsed(document)
    _TrustValidator(_for_validator(parsed)).validate()
    if not all({"Principal", "NotPrincipal"} & set(statement) for statement in statements_of(parsed)):
        raise MalformedPolicyDocument("Missing required field Principal")
    if size_of(document) > TRUST_SIZE:
        raise LimitExceededException(f"Cannot exceed quota for ACLSizePerRole: {TRUST_SIZE}")
    return parsed


def _parsed(document: str) -> dict[str, Any]:
    if not _CHARACTERS.fullmatch(document) or len(document) > _RAW_SIZE:
        raise ValidationError(
            "The specified value for policyDocument is invalid. It must contain only printable ASCII characters, "
            "and at most 131072 of them."
        )
    try:
        parsed = json.loads(document)
    except ValueError:
        raise MalformedPolicyDocument("Syntax errors in policy.") from None
    if not isinstance(parsed, dict):
        raise MalformedPolicyDocument("Syntax errors in policy.")
    return parsed


def _for_validator(parsed: dict[str, Any]) -> str:
    """AWS takes numbers as condition values; moto's validator doesn't."""

    def with_words(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: with_words(content) for key, content in value.items()}
        if isinstance(value, list):
            return [with_words(item) for item in value]
        return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value

    return json.dumps(with_words(parsed))
