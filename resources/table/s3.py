"""S3: buckets, access points, and what the AWS account says of all its buckets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resources.table.entry import Asker, AwsPlace, GetCall, Listed, Listing, Need, OnlyOne, Part, ResourceKind, policy
from sync.aws.permission import NOBODY
from sync.mirror.hashing import moment

_NO_BLOCK = frozenset({"NoSuchPublicAccessBlockConfiguration"})
_BLOCK = "PublicAccessBlockConfiguration"


# ---- Buckets -------------------------------------------------------------------------------------------------
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


def _acl(ask: Asker, listed: Listed) -> Any:
    """Owner and grants, in an order of our own: AWS has none."""
    answer = ask("GetBucketAcl", Bucket=listed.name) or {}
    grants = [
        {
            "grantee": grant["Grantee"].get("URI") or grant["Grantee"].get("ID") or "",
            "type": grant["Grantee"]["Type"],
            "permission": grant["Permission"],
        }
        for grant in answer.get("Grants") or ()
    ]
    grants.sort(key=lambda grant: (grant["grantee"], grant["permission"]))
    return {"owner": (answer.get("Owner") or {}).get("ID", ""), "grants": grants}


def _ownership(ask: Asker, listed: Listed) -> Any:
    """None: no rule was ever set, and the access control list counts."""
    none = frozenset({"OwnershipControlsNotFoundError"})
    answer = ask("GetBucketOwnershipControls", none=none, Bucket=listed.name)
    rules = answer["OwnershipControls"]["Rules"] if answer else []
    return rules[0]["ObjectOwnership"] if rules else None


def _key(ask: Asker, listed: Listed) -> Any:
    """The key of KMS, as AWS names it; None for encryption by Amazon S3's own keys, or by the key that AWS manages."""
    none = frozenset({"ServerSideEncryptionConfigurationNotFoundError"})
    answer = ask("GetBucketEncryption", none=none, Bucket=listed.name) or {}
    rules = (answer.get("ServerSideEncryptionConfiguration") or {}).get("Rules") or ()
    defaults = (rule.get("ApplyServerSideEncryptionByDefault") or {} for rule in rules)
    return next((found for each in defaults if (found := each.get("KMSMasterKeyID"))), None)


_NOBODYS = {"Bucket": f"{NOBODY}-{{account_id}}"}

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
            GetCall("GetPublicAccessBlock", {"Bucket": "{name}"}, (_BLOCK,), none=_NO_BLOCK),
            (Need("s3:GetBucketPublicAccessBlock", _NOBODYS, "s3:GetPublicAccessBlock"),),
        ),
        Part("ownership", "Object ownership", _ownership, (Need("s3:GetBucketOwnershipControls", _NOBODYS),)),
        Part("acl", "Access control list", _acl, (Need("s3:GetBucketAcl", _NOBODYS),)),
        Part(
            "kms_key",
            "Encrypted by",
            _key,
            (Need("s3:GetEncryptionConfiguration", _NOBODYS, "s3:GetBucketEncryption"),),
        ),
    ),
    documentation="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
    none_means="Only principals of its own AWS account get to it, as their own policies say, and whom its access "
    "control list names.",
    peculiar="Its ARN names no AWS account. Its access control list counts unless the bucket owner is enforced.",
)


# ---- The AWS account -----------------------------------------------------------------------------------------
def _account(place: AwsPlace) -> Listed:
    return Listed(
        "", "S3 in this AWS account", "", params={"account": place.account_id}, known_as=f"s3:{place.account_id}"
    )


ACCOUNT = ResourceKind(
    kind="s3.account",
    service="s3",
    client="s3control",
    word="S3 account setting",
    regional=False,
    lists=OnlyOne(_account),
    needs=(),
    find=lambda ask, arn, name: _account(ask.place),
    parts=(
        Part(
            "public_access_block",
            "Block Public Access",
            GetCall("GetPublicAccessBlock", {"AccountId": "{account}"}, (_BLOCK,), none=_NO_BLOCK),
            (Need("s3:GetAccountPublicAccessBlock", {"AccountId": "{account_id}"}, "s3control:GetPublicAccessBlock"),),
        ),
    ),
    documentation="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    none_means="It has no policy: what is blocked here is blocked for all buckets of the AWS account.",
    peculiar="One for all buckets: what it blocks, no bucket can open.",
)


# ---- Access points -------------------------------------------------------------------------------------------
def _access_point(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    return Listed(
        item.get("AccessPointArn") or place.arn("s3", f"accesspoint/{item['Name']}"),
        item["Name"],
        place.region,
        {
            "bucket": item["Bucket"],
            "network": item["NetworkOrigin"],
            "vpc": (item.get("VpcConfiguration") or {}).get("VpcId"),
        },
        {"account": place.account_id},
    )


def _access_points(ask: Asker, marker: str | None) -> Any:
    listing = Listing("ListAccessPoints", "AccessPointList", _access_point, {"AccountId": ask.place.account_id})
    return listing(ask, marker)


def _access_point_again(ask: Asker, arn: str, name: str) -> Listed | None:
    called = arn.rpartition("/")[2]
    answer = ask("GetAccessPoint", AccountId=ask.place.account_id, Name=called)
    return _access_point(answer, ask.place) if answer else None


_NOBODYS_POINT = {"AccountId": "{account_id}", "Name": NOBODY}
_POINT = {"AccountId": "{account}", "Name": "{name}"}

ACCESS_POINT = ResourceKind(
    kind="s3.access_point",
    service="s3-access-points",
    client="s3control",
    word="S3 access point",
    lists=_access_points,
    needs=(Need("s3:ListAccessPoints", {"AccountId": "{account_id}"}, "s3control:ListAccessPoints"),),
    find=_access_point_again,
    parts=(
        policy(
            "Access point policy",
            GetCall("GetAccessPointPolicy", _POINT, ("Policy",), none=frozenset({"NoSuchAccessPointPolicy"})),
            Need("s3:GetAccessPointPolicy", _NOBODYS_POINT, "s3control:GetAccessPointPolicy"),
        ),
        Part(
            "public_access_block",
            "Block Public Access",
            GetCall("GetAccessPoint", _POINT, (_BLOCK,)),
            (Need("s3:GetAccessPoint", _NOBODYS_POINT, "s3control:GetAccessPoint"),),
        ),
    ),
    documentation="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html",
    none_means="Only principals of its own AWS account get through it, as their own policies and the bucket’s say.",
    peculiar="A request has to pass its policy and that of the bucket.",
)

KINDS = (BUCKET, ACCOUNT, ACCESS_POINT)
