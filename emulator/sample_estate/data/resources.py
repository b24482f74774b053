"""Acme's buckets, keys, queues, topics and secrets: private, open to a partner, and one of some kinds open to all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.sample_estate.data.documents import ROOT, Statement, arn, bucket, document
from emulator.wellknown import ACCOUNT_ID

PARTNER = "444455556666"  # the AWS account of a partner, as in a role that it may assume


def _open(sid: str, principal: Any, actions: str, on: str | list[str], **more: Any) -> Statement:
    listed = actions.split()
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": listed[0] if len(listed) == 1 else listed,
        "Resource": on,
        **more,
    }


def _tls_only(name: str) -> Statement:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", bucket(name)],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


@dataclass(frozen=True)
class SampleResource:
    """`policy`: "" for none, or the one that AWS gives it. `is_open`: of a bucket that blocks nothing public."""

    name: str
    created: str
    policy: str = ""
    is_open: bool = False


_PARTNER_ROOT = {"AWS": f"arn:aws:iam::{PARTNER}:root"}
BUCKETS = (
    SampleResource(
        "acme-www",
        "2019-05-20 09:30",
        document(_open("Everybody", "*", "s3:GetObject", bucket("acme-www"))),
        is_open=True,
    ),
    SampleResource(
        "acme-share",
        "2023-08-30 14:10",
        document(
            _open(
                "Partner",
                _PARTNER_ROOT,
                "s3:GetObject s3:ListBucket",
                ["arn:aws:s3:::acme-share", bucket("acme-share")],
            ),
            _tls_only("acme-share"),
        ),
    ),
    SampleResource("acme-reports", "2019-06-03 08:00", document(_tls_only("acme-reports"))),
    SampleResource("acme-payroll", "2020-01-15 10:20"),
)
KEYS = (
    SampleResource(
        "partner-exchange",
        "2023-08-30 14:25",
        document(
            _open("EnableIamPolicies", {"AWS": ROOT}, "kms:*", "*"),
            _open("Partner", _PARTNER_ROOT, "kms:Decrypt kms:DescribeKey", "*"),
        ),
    ),
    SampleResource("payroll", "2020-01-15 10:15", document(_open("EnableIamPolicies", {"AWS": ROOT}, "kms:*", "*"))),
)
QUEUES = (
    SampleResource(
        "inbox", "2021-04-12 16:40", document(_open("Anybody", "*", "sqs:SendMessage", arn("sqs", "inbox")))
    ),
    SampleResource("orders", "2019-09-02 11:05"),
    SampleResource(
        "report-events",
        "2022-02-08 13:30",
        document(
            _open(
                "FromReports",
                {"Service": "sns.amazonaws.com"},
                "sqs:SendMessage",
                arn("sqs", "report-events"),
                Condition={"ArnEquals": {"aws:SourceArn": arn("sns", "reports")}},
            )
        ),
    ),
)
TOPICS = (SampleResource("reports", "2022-02-08 13:20"),)
SECRETS = (
    SampleResource("shop/database", "2021-03-01 09:00"),
    SampleResource(
        "partner/api-key",
        "2024-06-11 15:45",
        document(
            _open(
                "DeployOnly",
                {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:role/deploy-shop"},
                "secretsmanager:GetSecretValue",
                "*",
            )
        ),
    ),
)
