"""Which permission a request to S3 needs, and on what. Buckets are named in the path here."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote

_SUBRESOURCES = {
    "acl": "Acl",
    "policy": "Policy",
    "tagging": "Tagging",
    "versioning": "Versioning",
    "location": "Location",
    "encryption": "EncryptionConfiguration",
    "publicAccessBlock": "PublicAccessBlock",
    "ownershipControls": "OwnershipControls",
    "policyStatus": "PolicyStatus",
}
_VERBS = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "POST": "Put", "DELETE": "Delete"}


def permission(method: str, path: str, query: str) -> tuple[str, str]:
    """The action without its prefix, and the ARN's last part: `BUCKET/KEY`, `BUCKET` or `*`."""
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    part = next((_SUBRESOURCES[name] for name in parse_qs(query, keep_blank_values=True) if name in _SUBRESOURCES), "")
    verb = _VERBS.get(method, "Get")
    if not bucket:
        return "ListAllMyBuckets", "*"
    if key:
        return f"{verb}Object{part}", f"{bucket}/{key}"
    if part == _SUBRESOURCES["encryption"]:
        return f"{verb}{part}", bucket
    if part:
        return f"{verb}Bucket{part}", bucket
    return {"Get": "ListBucket", "Put": "CreateBucket", "Delete": "DeleteBucket"}[verb], bucket
