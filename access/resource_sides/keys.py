"""Grants of KMS keys as statements: KMS Developer Guide, "Grants in AWS KMS", "Using grant constraints"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.engine.compiled import CompiledDocument

# Operations whose requests have no encryption context: constraints don't limit them.
_WITHOUT_CONTEXT = frozenset({"DescribeKey", "GetPublicKey", "RetireGrant"})
_SERVICES = (".amazonaws.com", ".amazonaws.com.cn")


def grants_as_document(grants: Sequence[Mapping[str, Any]]) -> CompiledDocument:
    """As the mirror has them. Only whom a grant names may use it, for its operations and within its constraints."""
    said = [statement for each in grants if each.get("to") for statement in _statements(each)]
    return CompiledDocument({"Version": "2012-10-17", "Statement": said})


def _statements(grant: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    kind = "Service" if str(grant["to"]).endswith(_SERVICES) else "AWS"
    operations = set(grant.get("operations") or ())
    free, limited = sorted(operations & _WITHOUT_CONTEXT), sorted(operations - _WITHOUT_CONTEXT)
    about = {"Effect": "Allow", "Principal": {kind: grant["to"]}, "Resource": "*"}
    for number, (named, conditions) in enumerate(((limited, _conditions(grant.get("constraints") or {})), (free, {}))):
        if named:
            sid = f"Grant{grant['id'][:12]}{'b' if number else ''}"
            said = {"Sid": sid, **about, "Action": [f"kms:{each}" for each in named]}
            yield {**said, "Condition": conditions} if conditions else said


def _conditions(constraints: Mapping[str, Any]) -> dict[str, Any]:
    equal = constraints.get("EncryptionContextEquals")
    pairs = equal or constraints.get("EncryptionContextSubset") or {}
    found: dict[str, Any] = {}
    if pairs:
        found["StringEquals"] = {f"kms:EncryptionContext:{key}": value for key, value in sorted(pairs.items())}
    if equal:
        found["ForAllValues:StringEquals"] = {"kms:EncryptionContextKeys": sorted(equal)}
    if source := constraints.get("SourceArn"):
        found["ArnEquals"] = {"aws:SourceArn": source}
    return found
