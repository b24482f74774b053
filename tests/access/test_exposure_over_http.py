"""Of each kind of resource, as AWS tells of it: without a policy, private, open to another AWS account, public."""

from __future__ import annotations

import json
from typing import Any

import pytest

from access.exposure.finding_source import ExposureSource
from accounts.models import AwsAccount
from emulator.process import REGION, Emulator
from findings import refresh
from findings.models import Finding
from resources.models import Resource
from resources.table import KINDS, SERVICES
from tests.resources.arranging import read_here
from tests.resources.kind_cases import ACCOUNT, CASES, OTHER, KindCase
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db
Exposure = Resource.Exposure
OWN = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
WHO: dict[str, Any] = {"private": ACCOUNT, "shared": OTHER, "public": "*"}
NOT_LOOKED_AT = Exposure.NOT_LOOKED_AT
USUAL = {
    "none": Exposure.CLOSED,
    "private": Exposure.CLOSED,
    "shared": Exposure.ACCOUNTS,
    "public": Exposure.PUBLIC,
}
# What else decides in the end, or lets in nobody.
UNUSUAL: dict[str, dict[str, Exposure]] = {
    "s3.access_point": {**USUAL, "public": Exposure.PERHAPS},  # its bucket has to let in, too
    "efs.file_system": {**USUAL, "none": Exposure.PERHAPS},  # whoever reaches a mount target
    "apigateway.rest_api": {
        "none": Exposure.UNKNOWN,  # as its methods say
        "private": Exposure.UNKNOWN,
        "shared": Exposure.ACCOUNTS,
        "public": Exposure.PERHAPS,
    },
    "logs.resource_policy": {
        "private": Exposure.UNKNOWN,  # as policies of single log groups say
        "shared": Exposure.ACCOUNTS,
        "public": Exposure.PERHAPS,
    },
    "ec2.vpc_endpoint": dict.fromkeys(USUAL, NOT_LOOKED_AT),
    "kms.key": {name: state for name, state in USUAL.items() if name != "none"},
}


def policy_for(case: KindCase, who: str, name: str) -> str:
    """That of the case, for somebody else; a key keeps its own AWS account in."""
    document = json.loads(case.policy)
    (statement,) = document["Statement"]
    statement["Principal"] = {"AWS": who} if who != "*" else "*"
    if case.kind == "s3.bucket":
        statement["Resource"] = f"arn:aws:s3:::{name}/*"
    if case.kind == "kms.key":
        document["Statement"].append(
            {"Sid": "Own", "Effect": "Allow", "Principal": OWN, "Action": "kms:*", "Resource": "*"}
        )
    return json.dumps(document)


def test_every_kind_has_an_example_of_each(emulator: Emulator, aws_account: AwsAccount) -> None:
    expected: dict[tuple[str, str], Exposure] = {}
    for case in CASES:
        short = case.kind.replace(".", "-").replace("_", "-")
        for what, state in UNUSUAL.get(case.kind, USUAL).items():
            name = f"{what}-{short}"
            policy = policy_for(case, WHO[what], name) if what in WHO else None
            case.make(emulator, name, policy)
            expected[case.kind, what] = state
    emulator.client("ecr").put_registry_policy(policyText=registry_policy())
    emulator.client("s3control").put_public_access_block(
        AccountId=ACCOUNT, PublicAccessBlockConfiguration={"RestrictPublicBuckets": False}
    )
    read_here(aws_account, *SERVICES)
    for kind in KINDS.values():
        pulled(aws_account, source=kind.source, region=REGION if kind.regional else "")
    assert refresh.refresh(aws_account, sources=[ExposureSource()])
    states = {
        (row.kind, row.name.rpartition("/")[2].partition("-")[0]): row.exposure for row in Resource.objects.live()
    }
    assert {key: states.get(key) for key in expected} == expected
    assert states["ecr.registry", "ECR registry"] == Exposure.ACCOUNTS
    assert states["s3.account", "S3 in this AWS account"] == NOT_LOOKED_AT
    exposed = {key for key, state in states.items() if state in (Exposure.PUBLIC, Exposure.ACCOUNTS)}
    about = {(row.kind, row.name.rpartition("/")[2].partition("-")[0]) for row in Finding.objects.there()}
    assert exposed <= about


def registry_policy() -> str:
    arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/*"
    statement = {
        "Sid": "Replicates",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
        "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
        "Resource": arn,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
