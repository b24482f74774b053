"""The operations on the settings of an AWS account: set up, step, what AWS then shows."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from identities.operations import (
    delete_alias,
    delete_password_policy,
    set_alias,
    set_password_policy,
    set_token_version,
)
from tests.services.operation_cases import NO_POLICY, ComparedCase
from tests.services.pulling import pulled
from tests.services.world import World

RULES = {
    "minimum_length": 14,
    "require_uppercase": True,
    "require_lowercase": True,
    "require_numbers": False,
    "require_symbols": False,
    "users_may_change": True,
    "max_age_days": 0,
    "hard_expiry": False,
    "remembered": 24,
}


def alias(world: World) -> None:
    world.iam.create_account_alias(AccountAlias="acme")
    pulled(world.aws_account, source="iam.alias")


def password_rules(world: World) -> None:
    world.iam.update_account_password_policy(MinimumPasswordLength=8, MaxPasswordAge=90, HardExpiry=True)
    pulled(world.aws_account, source="iam.password_policy")


def shown_rules(world: World, _: Any) -> Any:
    try:
        found = world.iam.get_account_password_policy()["PasswordPolicy"]
    except ClientError:
        return None
    return {name: value for name, value in found.items() if value}


def shown_version(world: World, _: Any) -> Any:
    return world.iam.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"]


CASES = (
    ComparedCase(
        "iam.account.alias.set",
        alias,
        lambda world, _: set_alias("acme-shop"),
        lambda world, _: world.iam.list_account_aliases()["AccountAliases"],
        ["acme-shop"],
        ("iam.alias",),
        page="account/set-alias",
        no_access="An address to sign in at; nobody may sign in who couldn't.",
    ),
    ComparedCase(
        "iam.account.alias.delete",
        alias,
        lambda world, _: delete_alias("acme"),
        lambda world, _: world.iam.list_account_aliases()["AccountAliases"],
        [],
        ("iam.alias",),
        page="account/delete-alias",
        no_access="An address to sign in at; the one with the number goes on.",
    ),
    ComparedCase(
        "iam.account.password_policy.set",
        password_rules,
        lambda world, _: set_password_policy(**RULES),
        shown_rules,
        {
            "MinimumPasswordLength": 14,
            "RequireUppercaseCharacters": True,
            "RequireLowercaseCharacters": True,
            "AllowUsersToChangePassword": True,
            "PasswordReusePrevention": 24,
        },
        ("iam.password_policy",),
        page="account/set-password-policy",
        no_access="It bears on passwords that are set later.",
        writes=NO_POLICY,
    ),
    ComparedCase(
        "iam.account.password_policy.delete",
        password_rules,
        lambda world, _: delete_password_policy(),
        shown_rules,
        None,
        ("iam.password_policy",),
        page="account/delete-password-policy",
        no_access="It bears on passwords that are set later.",
    ),
    ComparedCase(
        "iam.account.sts_token_version",
        lambda world: pulled(world.aws_account, source="iam.summary"),
        lambda world, _: set_token_version(2),
        shown_version,
        2,
        ("iam.summary",),
        page="account/set-token-version",
        no_access="The form of tokens, not what they allow.",
    ),
)
