"""Block Public Access of a bucket. The part is {"object": id, "public_access_block": the settings, true or false}.

Amazon S3 API Reference, "PutPublicAccessBlock": what was never set, and all of it off, come to the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from policies.holdings import PublicAccessBlockChange
from resources.models import Resource
from resources.operations.base import ResourceOperation, ResourceParams
from resources.operations.blocking import BLOCK, SETTINGS
from resources.operations.policies import about_resource
from resources.table.entry import Listed
from resources.table.s3 import BUCKET
from resources.table.writing import BUCKETS, WRITING
from sync.aws.permission import Permission
from sync.checks import PlanFinding
from sync.operations import AccessChange, BadParams, Call, StepSpec, Value
from sync.plan_draft import Draft


@dataclass(frozen=True)
class PublicAccessBlockParams(ResourceParams):
    """`settings`: those that are on afterwards, by AWS's names."""

    settings: tuple[str, ...]

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.settings) - set(SETTINGS)):
            raise BadParams(f"{unknown[0]!r} is no setting of Block Public Access.", field="settings")


class PutPublicAccessBlock(ResourceOperation[PublicAccessBlockParams]):
    verb = "public_access_block.put"
    about = BLOCK
    aws_operation = "PutPublicAccessBlock"
    unchanged_field = "settings"
    params_type = PublicAccessBlockParams

    def __init__(self) -> None:
        super().__init__(BUCKET)

    @property
    def permissions(self) -> Sequence[Permission]:
        return self.needed_to_write("s3:PutBucketPublicAccessBlock", BUCKETS, self.aws_operation)

    def title(self, p: PublicAccessBlockParams) -> str:
        on = len(set(p.settings))
        how = "on" if on == len(SETTINGS) else "off" if not on else "on in part"
        return f"Turn {how} Block Public Access of {self.named(p)}"

    def note(self, p: PublicAccessBlockParams) -> str:
        return "What is blocked for the AWS account stays blocked, whatever is set here."

    def calls(self, p: PublicAccessBlockParams) -> list[Call]:
        parameters = {
            "Bucket": WRITING[BUCKET.kind].name_in(p.arn),
            "ExpectedBucketOwner": p.account,
            "PublicAccessBlockConfiguration": _all_settings(p.settings),
        }
        return self.call(p, self.aws_operation, "s3:PutBucketPublicAccessBlock", parameters)

    def listed(self, p: PublicAccessBlockParams) -> Listed:
        return Listed(p.arn, WRITING[BUCKET.kind].name_in(p.arn), p.region)

    def held(self, row: Resource, p: PublicAccessBlockParams) -> Mapping[str, Any]:
        return self.read(row.facts.get(BLOCK), p)

    def read(self, found: Any, p: PublicAccessBlockParams) -> Mapping[str, Any]:
        return {BLOCK: _all_settings([name for name in SETTINGS if (found or {}).get(name)])}

    def describe_existing(self, value: Value) -> str:
        on = [name for name in SETTINGS if value[BLOCK][name]]
        return "all of it on" if len(on) == len(SETTINGS) else f"{', '.join(on)} on" if on else "all of it off"

    def after(self, p: PublicAccessBlockParams, value: Value) -> Value:
        return value and {**value, BLOCK: _all_settings(p.settings)}

    def is_so_already(self, p: PublicAccessBlockParams) -> str:
        return f"Block Public Access of {p.called} is so already."

    def limits(self, draft: Draft, p: PublicAccessBlockParams, value: Value) -> list[PlanFinding]:
        off = tuple(name for name in SETTINGS if value[BLOCK][name] and name not in p.settings)
        if not off:
            return []
        words = f"It turns off {', '.join(off)}: from then on {p.called} can be made public."
        return [PlanFinding("TURNS_OFF_PUBLIC_ACCESS_BLOCK", "security_warning", words, about=(p.arn, *off))]

    def access_changes(self, aws_account: AwsAccount, p: PublicAccessBlockParams) -> Sequence[AccessChange]:
        return [PublicAccessBlockChange(p.arn, frozenset(p.settings))]

    def before(self, draft: Draft, p: PublicAccessBlockParams, value: Value) -> dict[str, Any]:
        return {"settings": [name for name in SETTINGS if value[BLOCK][name]]}

    def reverse(
        self, p: PublicAccessBlockParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        return [StepSpec(self.kind, {**self.spec(p).params, "settings": before["settings"]})]


def _all_settings(on: Sequence[str]) -> dict[str, bool]:
    return {name: name in on for name in SETTINGS}


def put_public_access_block(row: Resource, settings: Sequence[str]) -> StepSpec:
    return StepSpec(PutPublicAccessBlock().kind, {**about_resource(row), "settings": list(settings)})
