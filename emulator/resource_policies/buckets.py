"""S3: new buckets are closed, lists say in which Region a bucket is, and policies that AWS refuses are refused."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response

from emulator import clock
from emulator.resource_policies.documents import is_open_to_all, others, statements_of, strangers

_LONGEST = 20 * 1024  # "Bucket policies for Amazon S3" in the Amazon S3 User Guide
_OWNER = {"ID": "bcaf1ffd86f41161ca5fb16fd081034f", "DisplayName": "webfile"}


class MalformedPolicy(S3ClientError):  # type: ignore[misc]
    code = 400

    def __init__(self, message: str = "Policies must be valid JSON and the first byte must be '{'") -> None:
        super().__init__("MalformedPolicy", message)


class PolicyTooLarge(S3ClientError):  # type: ignore[misc]
    code = 400

    def __init__(self) -> None:
        super().__init__("PolicyTooLarge", "Policy exceeds the maximum allowed document size.")


class Blocked(S3ClientError):  # type: ignore[misc]
    code = 403

    def __init__(self) -> None:
        super().__init__(
            "AccessDenied",
            "The bucket policy allows public access, and public policies are blocked by the BlockPublicPolicy setting "
            "in S3 Block Public Access.",
        )


def teach() -> None:
    S3Response.all_buckets = _all_buckets
    made = S3Backend.create_bucket

    def create_bucket(self: Any, *args: Any, **kwargs: Any) -> Any:
        """ "Default settings for new S3 buckets FAQ" in the Amazon S3 User Guide: since April 2023."""
        bucket = made(self, *args, **kwargs)
        bucket.public_access_block = PublicAccessBlock(True, True, True, True)
        bucket.ownership_rule = "BucketOwnerEnforced"
        bucket.creation_date = clock.utcnow().replace(tzinfo=UTC)
        return bucket

    def put_bucket_policy(self: Any, bucket_name: str, policy: bytes) -> None:
        bucket = self.get_bucket(bucket_name)
        if len(policy) > _LONGEST:
            raise PolicyTooLarge
        try:
            statements_of(policy)
        except ValueError:
            raise MalformedPolicy from None
        if next(strangers(policy, self.account_id, self.partition), None):
            raise MalformedPolicy("Invalid principal in policy")
        if next(others(policy, f"arn:{self.partition}:s3:::{bucket_name}"), None):
            raise MalformedPolicy("Policy has invalid resource")
        block = bucket.public_access_block
        if block is not None and block.block_public_policy and is_open_to_all(policy):
            raise Blocked
        bucket.policy = policy

    S3Backend.create_bucket = create_bucket
    S3Backend.put_bucket_policy = put_bucket_policy


def _all_buckets(self: Any) -> Any:
    """ "ListBuckets" in the Amazon S3 API Reference: asked for a size, a prefix or a Region it tells Regions, too."""
    self.data["Action"] = "ListAllMyBuckets"
    self._authenticate_and_authorize_s3_action()
    prefix, region = self._get_param("prefix"), self._get_param("bucket-region")
    size, after = self._get_param("max-buckets"), self._get_param("continuation-token") or ""
    found = sorted(self.backend.list_buckets(prefix, region, None), key=lambda bucket: bucket.name)
    found = [bucket for bucket in found if bucket.name > after]
    shown = found[: int(size)] if size else found
    more = {"ContinuationToken": shown[-1].name} if len(found) > len(shown) else {}
    tells_regions = bool(size or prefix or region)
    buckets = [
        {"Name": bucket.name, "CreationDate": bucket.creation_date_ISO8601}
        | ({"BucketRegion": bucket.region_name} if tells_regions else {})
        for bucket in shown
    ]
    self.data["Action"] = "ListBuckets"
    return self.serialized(ActionResult({"Owner": _OWNER, "Buckets": buckets, **more}))
