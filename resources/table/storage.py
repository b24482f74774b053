"""Buckets, and what the AWS account says of all of its buckets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resources.table.entry import Asker, AwsPlace, GetCall, Listed, Listing, Need, Part, ResourceKind, policy
from sync.mirror.hashing import moment


# ---- S3 buckets ----------------------------------------------------------------------------------------------
def _bucket(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    """Asked for by pages, AWS says in which Region each is."""
    made = moment(item.get("CreationDate"))
    return Listed(
        f"arn:{place.partition}:s3:::{item['Name']}",
        item["Name"],
        item.get("BucketRegion") or "",
        {"created": made.isoformat() if made else None},
    )


def _bucket_again(ask: Asker, arn: str, name: str) -> Listed | None:
    called = arn.rpartition(":")[2]
    found = ask.every("ListBuckets", "Buckets", Prefix=called)
    return next((_bucket(item, ask.place) for item in found if item["Name"] == called), None)


def _grants(answer: Any) -> list[dict[str, str]]:
    """Of an access control list, in an order of their own."""
    grants = [
        {
            "grantee": grant["Grantee"].get("URI") or grant["Grantee"].get("ID") or "",
            "type": grant["Grantee"]["Type"],
            "permission": grant["Permission"],
        }
        for grant in answer["Grants"]
    ]
    return sorted(grants, key=lambda grant: (grant["grantee"], grant["permission"]))


def _acl(ask: Asker, listed: Listed) -> Any:
    answer = ask("GetBucketAcl", Bucket=listed.name)
    return answer and {"owner": (answer.get("Owner") or {}).get("ID", ""), "grants": _grants(answer)}


def _ownership(ask: Asker, listed: Listed) -> Any:
    """None: no rule was ever set, and the access control list counts."""
    answer = ask("GetBucketOwnershipControls", none=_NO_OWNERSHIP, Bucket=listed.name)
    rules = answer["OwnershipControls"]["Rules"] if answer else []
    return rules[0]["ObjectOwnership"] if rules else None


_NO_OWNERSHIP = frozenset({"OwnershipControlsNotFoundError"})
_NO_BLOCK = frozenset({"NoSuchPublicAccessBlockConfiguration"})
_NOBODYS = {"Bucket": "iam-console-permission-check-{account_id}"}

BUCKET = ResourceKind(
    kind="s3.bucket",
    service="s3",
    client="s3",
    word="S3 bucket",
    regional=False,
    lists=Listing("ListBuckets", "Buckets", _bucket),
    needs=(Need("s3:ListAllMyBuckets", {"MaxBuckets": 1}, "s3:ListBuckets"),),
    find=_bucket_again,
    parts=(
        policy(
            "Bucket policy",
            GetCall("GetBucketPolicy", {"Bucket": "{name}"}, ("Policy",), none=frozenset({"NoSuchBucketPolicy"})),
            Need("s3:GetBucketPolicy", _NOBODYS),
        ),
        Part(
            "public_access_block",
            "Block Public Access",
            GetCall("GetPublicAccessBlock", {"Bucket": "{name}"}, ("PublicAccessBlockConfiguration",), none=_NO_BLOCK),
            (Need("s3:GetBucketPublicAccessBlock", _NOBODYS, "s3:GetPublicAccessBlock"),),
        ),
        Part("ownership", "Object ownership", _ownership, (Need("s3:GetBucketOwnershipControls", _NOBODYS),)),
        Part("acl", "Access control list", _acl, (Need("s3:GetBucketAcl", _NOBODYS),)),
    ),
    documentation="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
    none_means="Only principals of its own AWS account get to it, as their own policies say, and whom its access "
    "control list names.",
    peculiar="Its ARN names no AWS account. The access control list counts unless the bucket owner is enforced.",
)
