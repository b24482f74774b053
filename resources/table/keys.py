"""Keys and secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from resources.table.entry import (
    Asker,
    AwsPlace,
    GetCall,
    Listed,
    ListedPage,
    Listing,
    Need,
    Part,
    ResourceKind,
    policy,
)
from sync.aws.permission import NOBODY
from sync.mirror.hashing import moment


# ---- KMS keys ------------------------------------------------------------------------------------------------
def _keys(ask: Asker, marker: str | None) -> Iterator[ListedPage]:
    """Aliases come first: those of AWS managed keys begin with alias/aws/, and such keys are nobody's to change."""
    aliases: dict[str, list[str]] = {}
    for alias in ask.every("ListAliases", "Aliases"):
        aliases.setdefault(alias.get("TargetKeyId") or "", []).append(alias["AliasName"])
    for page in ask.pages("ListKeys", marker=marker):
        found = (_key(item["KeyArn"], aliases.get(item["KeyId"], []), ask.place) for item in page.items["Keys"])
        yield ListedPage([each for each in found if each], marker, page.marker, page.requested_at)
        marker = page.marker


def _key(arn: str, aliases: list[str], place: AwsPlace) -> Listed | None:
    if any(alias.startswith("alias/aws/") for alias in aliases):
        return None
    names = sorted(alias.removeprefix("alias/") for alias in aliases)
    return Listed(arn, names[0] if names else arn.rpartition("/")[2], place.region, {"aliases": names})


def _key_again(ask: Asker, arn: str, name: str) -> Listed | None:
    aliases = ask.every("ListAliases", "Aliases", KeyId=arn.rpartition("/")[2])
    return _key(arn, [alias["AliasName"] for alias in aliases], ask.place)


def _grants(ask: Asker, listed: Listed) -> list[dict[str, Any]]:
    """Sorted by their ids; without what says nothing of access."""
    found = ask.every("ListGrants", "Grants", KeyId=listed.arn)
    return sorted((_grant(each) for each in found), key=lambda grant: str(grant["id"]))


def _grant(grant: Mapping[str, Any]) -> dict[str, Any]:
    made = moment(grant.get("CreationDate"))
    return {
        "id": grant["GrantId"],
        "name": grant.get("Name") or "",
        "to": grant.get("GranteePrincipal") or grant.get("GranteeServicePrincipal") or "",
        "retired_by": grant.get("RetiringPrincipal") or grant.get("RetiringServicePrincipal") or "",
        "operations": sorted(grant.get("Operations") or ()),
        "constraints": grant.get("Constraints") or {},
        "made": made.isoformat() if made else None,
    }


_NOBODYS_KEY = "00000000-0000-0000-0000-000000000000"

KEY = ResourceKind(
    kind="kms.key",
    service="kms",
    client="kms",
    word="KMS key",
    lists=_keys,
    needs=(Need("kms:ListKeys", {"Limit": 1}), Need("kms:ListAliases", {"Limit": 1})),
    find=_key_again,
    parts=(
        policy(
            "Key policy",
            GetCall("GetKeyPolicy", {"KeyId": "{arn}", "PolicyName": "default"}, ("Policy",)),
            Need("kms:GetKeyPolicy", {"KeyId": _NOBODYS_KEY, "PolicyName": "default"}),
        ),
        policy(
            "Policy that AWS RAM keeps",
            GetCall(
                "GetKeyPolicy",
                {"KeyId": "{arn}", "PolicyName": "AWS_RAM"},
                ("Policy",),
                none=frozenset({"NotFoundException"}),
            ),
            name="ram_policy",
        ),
        Part("grants", "Grants", _grants, (Need("kms:ListGrants", {"KeyId": _NOBODYS_KEY}),), passes=True),
    ),
    documentation="https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
    none_means="A key always has a policy.",
    peculiar="Policies of principals count only where the key policy lets the AWS account in. Grants allow besides, "
    "and come and go with use: history leaves them out. Keys that AWS manages are left out.",
)


# ---- Secrets -------------------------------------------------------------------------------------------------
def _secret(item: Mapping[str, Any], place: AwsPlace) -> Listed | None:
    """One that is scheduled for deletion can't be read any more, and isn't listed either."""
    if item.get("DeletedDate") is not None:
        return None
    return Listed(item["ARN"], item["Name"], place.region, {"kms_key": item.get("KmsKeyId")})


def _secret_again(ask: Asker, arn: str, name: str) -> Listed | None:
    answer = ask("DescribeSecret", SecretId=arn)
    return _secret(answer, ask.place) if answer else None


SECRET = ResourceKind(
    kind="secretsmanager.secret",
    service="secretsmanager",
    client="secretsmanager",
    word="Secrets Manager secret",
    lists=Listing("ListSecrets", "SecretList", _secret),
    needs=(
        Need("secretsmanager:ListSecrets", {"MaxResults": 1}),
        Need("secretsmanager:DescribeSecret", {"SecretId": NOBODY}),
    ),
    find=_secret_again,
    parts=(
        policy(
            "Resource policy",
            GetCall("GetResourcePolicy", {"SecretId": "{arn}"}, ("ResourcePolicy",)),
            Need("secretsmanager:GetResourcePolicy", {"SecretId": NOBODY}),
        ),
    ),
    documentation="https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
    none_means="Only principals of its own AWS account get to it, as their own policies say.",
    peculiar="Another AWS account needs a key of the customer’s besides. The secret itself is never read.",
)

KINDS = (KEY, SECRET)
