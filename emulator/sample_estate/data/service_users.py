"""Users of Acme that are programs: keys, no passwords."""

from __future__ import annotations

from emulator.sample_estate.data import credentials
from emulator.sample_estate.data.documents import allow, arn, bucket, document
from emulator.sample_estate.data.kinds import Key, User

_SERVICE = {"kind": "service"}

SERVICE_USERS = (
    User(
        "ci-builder",
        "2023-01-13 17:30",
        path="/service/",
        groups=("ci",),
        tags=_SERVICE | {"team": "platform"},
        keys=(
            Key("2023-01-13 17:32", "2026-11-24 17:59", service="lambda"),
            Key("2024-06-10 11:05", "2026-11-24 17:58", service="ecr"),
        ),
    ),
    User(
        "reports-writer",
        "2022-03-02 09:30",
        path="/service/",
        groups=("analytics",),
        tags=_SERVICE | {"team": "analytics"},
        keys=(Key("2026-05-06 06:00", "2026-11-24 17:55"),),
    ),
    User(
        "legacy-ftp-sync",
        "2018-11-20 14:02",
        path="/service/",
        tags=_SERVICE,
        keys=(Key("2024-03-23 09:00"),),
        inline={
            "ftp-sync": document(
                allow("Sync", "s3:*", [arn("s3", "acme-ftp"), bucket("acme-ftp"), bucket("acme-archive")])
            )
        },
    ),
    User(
        "audit-export",
        "2024-01-08 07:00",
        path="/service/",
        groups=("auditors",),
        tags=_SERVICE | {"team": "audit"},
        keys=(Key("2026-09-25 07:15", "2026-11-24 17:40", service="cloudtrail"),),
        inline={
            "own-bucket": document(
                allow("WriteExports", "s3:PutObject", bucket("acme-audit", "exports/*")),
                indent=2,
            )
        },
    ),
    User(
        "metrics-shipper",
        "2021-05-05 12:00",
        path="/service/",
        tags=_SERVICE | {"team": "platform"},
        keys=(Key("2021-05-05 12:03", "2026-11-24 17:59", service="cloudwatch"),),
        certificates=(credentials.SIGNING_CERTIFICATE,),
        attached=("CloudWatchReadOnlyAccess",),
    ),
    User(
        "terraform",
        "2020-08-24 10:00",
        path="/service/",
        tags=_SERVICE | {"team": "platform"},
        keys=(
            Key("2020-08-24 10:02", "2022-08-15 09:00", service="ec2", active=False),
            Key("2022-08-15 09:20", "2025-03-28 16:00", service="ec2"),
        ),
        attached=("PowerUserAccess", "IAMReadOnlyAccess"),
    ),
    User(
        "backup-runner",
        "2023-06-27 17:00",
        path="/service/",
        tags=_SERVICE | {"team": "platform"},
        keys=(Key("2025-11-03 05:00", "2026-11-24 02:00", service="backup"),),
        attached=("backup-restore",),
    ),
    User(
        "billing-bot",
        "2022-01-10 09:00",
        path="/service/",
        groups=("finance",),
        tags=_SERVICE | {"team": "finance"},
        keys=(Key("2026-01-12 09:00", "2026-11-24 04:00", service="ce", region="us-east-1"),),
    ),
    User(
        "newsletter-sender",
        "2021-10-18 10:00",
        path="/service/",
        tags=_SERVICE | {"team": "shop"},
        keys=(Key("2021-10-18 10:01", "2026-11-20 09:00", service="ses"),),
        inline={"send": document(allow("Send", "ses:SendEmail ses:SendRawEmail"))},
    ),
    User(
        "dr-replicator",
        "2024-08-05 13:00",
        path="/service/",
        tags=_SERVICE | {"team": "platform"},
        keys=(Key("2024-08-05 13:05"),),
        inline={
            "replicate": document(
                allow("ReadLive", "s3:GetObject s3:ListBucket", [arn("s3", "acme-lake"), bucket("acme-lake")]),
                allow("WriteCopy", "s3:PutObject", bucket("acme-lake-copy")),
            )
        },
    ),
)
