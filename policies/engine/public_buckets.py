"""Whether Amazon S3 takes the policy of a bucket for public, as Block Public Access counts it.

Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of 'public'": a policy is public
unless each of its statements that allow is for fixed principals, or for fixed values of some condition keys. A fixed
value has no wildcard and no variable.
"""

from __future__ import annotations

from ipaddress import ip_network

from policies.engine.compiled import CompiledDocument, CompiledStatement
from policies.engine.statements import Condition, Quantifier
from policies.engine.truth import MAYBE, NO, YES, Truth

_FIXING = frozenset(
    {
        "aws:principalorgid",
        "aws:sourcearn",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceowner",
        "aws:sourceaccount",
        "aws:userid",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)
_SOURCE_IP = "aws:sourceip"
_OF_PRINCIPAL = "aws:principal"  # how keys begin that say who asks: the guide doesn't say whether they count
_POSITIVE = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"})
_WIDEST = {4: 8, 6: 32}  # bits of a network that is no longer taken for a fixed one for sure


def counts_as_public(document: CompiledDocument) -> Truth:
    """MAYBE where AWS's documentation doesn't say."""
    return max((_is_public(each) for each in document.statements if each.allows), default=NO)


def _is_public(statement: CompiledStatement) -> Truth:
    principals = statement.principals
    if principals is not None and not principals.is_not and "*" not in principals.listed:
        return NO
    return min((_leaves_public(condition) for condition in statement.source.conditions), default=YES)


def _leaves_public(condition: Condition) -> Truth:
    """Whether the statement is public with this condition."""
    if condition.base not in _POSITIVE or condition.quantifier is Quantifier.ALL:  # which holds without the key, too
        return YES
    if condition.name == _SOURCE_IP:
        found = max((_is_wide(value) for value in condition.words), default=YES)
    elif condition.name in _FIXING:
        found = NO if condition.words and all(map(_is_fixed, condition.words)) else YES
    else:
        found = MAYBE if condition.name.startswith(_OF_PRINCIPAL) else YES
    return max(found, MAYBE) if condition.if_exists else found


def _is_fixed(value: str) -> bool:
    return not any(sign in value for sign in ("*", "?", "${"))


def _is_wide(value: str) -> Truth:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return MAYBE
    if network.prefixlen == 0:
        return YES
    return NO if network.prefixlen >= _WIDEST[network.version] else MAYBE
