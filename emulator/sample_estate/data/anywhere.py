"""IAM Roles Anywhere of Acme's main AWS account: servers of a data centre take on a role by their certificates."""

from __future__ import annotations

from emulator.sample_estate.data.documents import allow, arn, bucket, document, trust
from emulator.sample_estate.data.kinds import Role

CREATED = "2025-06-03 08:40"
ANCHOR = "datacenter-ca"
PROFILE = "backup-servers"
_NAME = "backup-agent"
ROLE = arn("iam", f"role/{_NAME}")
ROLES = (
    Role(
        _NAME,
        "2025-06-03 08:30",
        trust(
            {"Service": "rolesanywhere.amazonaws.com"},
            "sts:AssumeRole sts:TagSession sts:SetSourceIdentity",
            when={"StringLike": {"aws:PrincipalTag/x509Subject/CN": "backup-*.acme.example"}},
        ),
        description="Servers of the data centre: copy their backups to S3",
        tags={"team": "platform"},
        inline={"reports": document(allow("Copy", "s3:PutObject s3:GetObject", bucket("acme-reports", "backups/*")))},
        last_used="2026-11-24 03:10",
    ),
)
