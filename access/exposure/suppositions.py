"""Which condition keys somebody from outside may have as they like, and which take a network, or something else.

IAM User Guide, "AWS global condition context keys"; the keys of a service: its page in the Service Authorization
Reference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from access.request_context import UnknownContextKeys
from policies.engine.callers import Caller, CallerKind

STRANGE_ADDRESSES = ("240.0.0.77", "100::77")  # of no network: RFC 1112, RFC 6666
ADDRESS = "aws:sourceip"
_NETWORK = frozenset(
    {
        ADDRESS,
        "aws:sourcevpc",
        "aws:sourcevpcarn",
        "aws:sourcevpce",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
        "aws:vpcsourceip",
        "elasticfilesystem:accessedviamounttarget",
        "elasticfilesystem:accesspointarn",
        "s3:accesspointnetworkorigin",
    }
)
# How the request is made, and what a stranger's own AWS account says of its principals.
_FREE = frozenset(
    {
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:referer",
        "aws:requestedregion",
        "aws:securetransport",
        "aws:tagkeys",
        "aws:useragent",
        "aws:viaawsservice",
        "kms:viaservice",
        "lambda:invokedviafunctionurl",
        "sns:endpoint",
        "sns:protocol",
        "s3:authtype",
        "s3:delimiter",
        "s3:max-keys",
        "s3:prefix",
        "s3:signatureversion",
        "s3:tlsversion",
        "s3:versionid",
    }
)
_FREE_BEGINNINGS = ("aws:principaltag/", "aws:requesttag/", "events:detail", "events:source", "s3:x-amz-")
_OF_REQUESTS_TO_KEYS = ("kms:encryptioncontext",)  # which a service sets as the AWS account is that it works for
# Requests through an access point: what that says is asked of the access point itself.
_NEVER = frozenset({"s3:dataaccesspointaccount", "s3:dataaccesspointarn"})
_OF_PRINCIPALS = ("aws:principaltag/", "aws:multifactorauth")  # of who signs with credentials of an AWS account

Unknown = Callable[[str], bool]


def is_network(key: str) -> bool:
    return key in _NETWORK


def free_keys(caller: Caller, *, absent: Collection[str]) -> Unknown:
    """Says of a key (in lower case) whether it may be there as somebody likes; all others aren't there."""
    is_service = caller.kind is CallerKind.SERVICE
    begin = _FREE_BEGINNINGS if is_service else (*_FREE_BEGINNINGS, *_OF_REQUESTS_TO_KEYS)
    may_be = any_keys(caller, absent=absent)
    return lambda key: (key in _FREE or key.startswith(begin)) and may_be(key)


def any_keys(caller: Caller, *, absent: Collection[str]) -> Unknown:
    """Says of a key whether it may be there at all."""
    may_be = UnknownContextKeys(caller, None)
    never = () if caller.is_in_an_account else _OF_PRINCIPALS
    return lambda key: key not in absent and key not in _NEVER and not key.startswith(never) and may_be(key)
