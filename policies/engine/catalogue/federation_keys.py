"""Condition keys of people and programs that come from an identity provider: what trust policies ask for.

IAM User Guide, "IAM and AWS STS condition context keys": "Available keys for AWS OIDC federation" and "Available keys
for SAML-based AWS STS federation". Those of some well-known providers stand in the tables of STS, too; here is what
these lack, or have otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from policies.engine.catalogue.values import ConditionKey, KeyType

SOURCE = "IAM and AWS STS condition context keys"

_STRINGS = (
    "accounts.google.com:aud",
    "accounts.google.com:oaud",
    "accounts.google.com:sub",
    "accounts.google.com:email",
    "cognito-identity.amazonaws.com:aud",
    "cognito-identity.amazonaws.com:sub",
    "graph.facebook.com:app_id",
    "graph.facebook.com:id",
    "www.amazon.com:app_id",
    "www.amazon.com:user_id",
    "token.actions.githubusercontent.com:aud",
    "token.actions.githubusercontent.com:sub",
    "saml:aud",
    "saml:iss",
    "saml:sub",
    "saml:sub_type",
    "saml:namequalifier",
    "saml:doc",
)
# By partition (policies/engine/identity_pools.py); other keys of these providers are like those of any other one.
_MULTIVALUED = (
    "cognito-identity.amazonaws.com:amr",
    "cognito-identity-us-gov.amazonaws.com:amr",
    "cognito-identity.amazonaws.com.cn:amr",
)

FEDERATION_KEYS: Mapping[str, ConditionKey] = {
    name.lower(): ConditionKey(name, KeyType.STRING, multivalued=name in _MULTIVALUED, source=SOURCE)
    for name in (*_STRINGS, *_MULTIVALUED)
}


def key_of_any_provider(name: str) -> ConditionKey | None:
    """Any OIDC provider has keys, after its address without https://: `oidc.example.com/id/1:sub`."""
    provider, _, claim = name.rpartition(":")
    is_address = "." in provider.partition("/")[0] and claim != ""
    return ConditionKey(name, KeyType.STRING, multivalued=False, source=SOURCE) if is_address else None
