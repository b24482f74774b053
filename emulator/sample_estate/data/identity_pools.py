"""The identity pool of Acme's shop, its roles and its images. With faults to find: guests may read every bucket."""

from __future__ import annotations

from typing import Any

from emulator.sample_estate.data.documents import Condition, allow, bucket, document, trust
from emulator.sample_estate.data.kinds import Role

CREATED = "2022-04-06 08:15"
POOL_NAME = "acme shop"
TAGS = {"team": "shop"}
GUEST, CUSTOMER, GOLD = "shop-guest", "shop-customer", "partner-gold"
IMAGES = "acme-images"
PICTURES = ("logo", "hero", "cup", "shirt", "poster", "team")
DRAFT = "drafts/next-campaign.svg"

_COGNITO = "cognito-identity.amazonaws.com"


def roles(pool_id: str) -> tuple[Role, ...]:
    """The customers' role forgets to ask how somebody signed in: guests get it in the classic flow."""
    return (
        Role(
            GUEST,
            CREATED,
            _trust(pool_id, "unauthenticated"),
            description="Whoever looks at the shop: shows its images",
            tags={"team": "shop"},
            attached=("AmazonS3ReadOnlyAccess",),
            last_used="2026-11-24 17:58",
        ),
        Role(
            CUSTOMER,
            CREATED,
            _trust(pool_id, None),
            description="Customers who are signed in",
            tags={"team": "shop"},
            inline={
                "own-files": document(
                    allow("Own", "s3:GetObject s3:PutObject", bucket("acme-uploads", f"private/${{{_COGNITO}:sub}}/*")),
                    allow("Images", "s3:GetObject", bucket(IMAGES, "public/*")),
                    indent=2,
                )
            },
            last_used="2026-11-24 17:59",
        ),
        Role(
            GOLD,
            "2023-09-18 10:40",
            _trust(pool_id, "authenticated"),
            description="Gold partners: upload their catalogues",
            tags={"team": "partners"},
            inline={
                "catalogues": document(
                    allow("Upload", "s3:PutObject s3:GetObject", bucket("acme-catalogues")), indent=2
                )
            },
            last_used="2026-11-23 14:12",
        ),
    )


def picture(name: str) -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"><rect width="320" height="180" '
        f'fill="#f2e8d5"/><text x="160" y="96" text-anchor="middle" font-size="24">{name}</text></svg>'
    ).encode()


def _trust(pool_id: str, amr: str | None) -> str:
    when: Condition = {"StringEquals": {f"{_COGNITO}:aud": pool_id}}
    how: dict[str, Any] = {} if amr is None else {"ForAnyValue:StringLike": {f"{_COGNITO}:amr": amr}}
    return trust({"Federated": _COGNITO}, "sts:AssumeRoleWithWebIdentity", when=when | how)
