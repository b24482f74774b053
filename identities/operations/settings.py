"""The IAM settings of an AWS account: alias, password policy, version of STS tokens. The part is a facet's content."""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast

from accounts.models import AwsAccount
from identities.account import password_policy
from identities.account.settings import IamAccountMirror, ref_of
from identities.models import IamAccount
from sync.aws.client import AwsClient
from sync.aws.permission import SETTINGS, Permission, write
from sync.checks import PlanFinding
from sync.mirror import AccountRegion, Content
from sync.mirror.base import mirror_of
from sync.models import Facet
from sync.object_ref import ObjectRef
from sync.operation_mixins import WritesDocument
from sync.operations import (
    BadParams,
    Call,
    Guarantee,
    Operation,
    Refusal,
    Risk,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft

P = TypeVar("P")

# IAM API Reference, CreateAccountAlias: lower-case letters, digits, single dashes inside; twelve digits are an account.
_ALIAS = re.compile(r"[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]")
TOKEN_VERSION = "GlobalEndpointTokenVersion"  # noqa: S105  of what STS gives out, no token


class SettingOperation(Operation[P]):
    facet: ClassVar[str]
    guarantee: ClassVar[Guarantee] = Guarantee.IDEMPOTENT
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    risk: ClassVar[Risk] = Risk.HIGH
    needed_for: ClassVar[str] = "Set the account alias, the password policy and the version of STS tokens."

    @property
    def permissions(self) -> Sequence[Permission]:
        return [write(f"iam:{self.aws_operation}", self.needed_for, SETTINGS)]

    def call(self, **parameters: Any) -> list[Call]:
        return [Call("iam", self.aws_operation, parameters, ("*",), (f"iam:{self.aws_operation}",))]

    def objects(self, p: P) -> list[str]:
        return [f"{IamAccount.kind}:{self.facet}"]

    def part(self, p: P) -> str:
        return f"account.{self.facet}"

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [ref_of(AccountRegion(aws_account), self.facet)]

    def mirrored(self, draft: Draft, p: P) -> Value:
        settings = IamAccount.objects.filter(aws_account=draft.aws_account).first()
        read = Facet.objects.filter(aws_account=draft.aws_account, kind=IamAccount.kind, source=self.facet).first()
        if settings is None or read is None:
            raise Refusal(f"The settings of {draft.aws_account} weren't read yet: pull, then try again.")
        if read.coverage != Facet.Coverage.READ:
            raise Refusal(f"What {draft.aws_account} has set isn't known. {read.coverage_why}")
        return self.held(settings)

    @abstractmethod
    def held(self, settings: IamAccount) -> Value:
        """The part as the mirror has it."""

    def live(self, client: AwsClient, p: P) -> Value:
        mirror = cast(IamAccountMirror, mirror_of(IamAccount.kind, self.facet))
        return self.parse_part(mirror.content(mirror.ask(client)))

    def parse_part(self, content: Content) -> Value:
        """The part as AWS has it."""
        return content

    def is_so_already(self, p: P) -> str:
        return "It is set so already."

    def before(self, draft: Draft, p: P, value: Value) -> dict[str, Any]:
        return dict(value)


# ---- The account alias ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class AliasParams:
    alias: str

    def __post_init__(self) -> None:
        if not _ALIAS.fullmatch(self.alias) or re.fullmatch(r"\d{12}", self.alias):
            raise BadParams(
                "An alias has 3 to 63 lower-case letters, digits and single dashes; no account id is one.",
                field="alias",
            )


class AliasOperation(SettingOperation[AliasParams]):
    facet = "alias"
    params_type = AliasParams

    def calls(self, p: AliasParams) -> list[Call]:
        return self.call(AccountAlias=p.alias)

    def describe(self, value: Value) -> str:
        return f"the alias {value['alias']}" if value["alias"] else "no alias"

    def held(self, settings: IamAccount) -> Value:
        return {"alias": settings.alias}

    def reverse(self, p: AliasParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [set_alias(before["alias"])] if before["alias"] else [delete_alias(p.alias)]


class SetAlias(AliasOperation):
    kind = "iam.account.alias.set"
    aws_operation = "CreateAccountAlias"

    def title(self, p: AliasParams) -> str:
        return f"Call the AWS account {p.alias} where people sign in"

    def note(self, p: AliasParams) -> str:
        return "The old address stops to work. Somebody else may take the old alias: then there is no way back to it."

    def after(self, p: AliasParams, value: Value) -> Value:
        return {"alias": p.alias}


class DeleteAlias(AliasOperation):
    kind = "iam.account.alias.delete"
    aws_operation = "DeleteAccountAlias"

    def title(self, p: AliasParams) -> str:
        return f"Delete the account alias {p.alias}"

    def note(self, p: AliasParams) -> str:
        return "People sign in at the address with the account id. Another AWS account may take the alias meanwhile."

    def after(self, p: AliasParams, value: Value) -> Value:
        return {"alias": ""}

    def limits(self, draft: Draft, p: AliasParams, value: Value) -> list[PlanFinding]:
        if value["alias"] == p.alias:
            return []
        return [PlanFinding("NO_SUCH_ALIAS", "error", f"The AWS account doesn't have the alias {p.alias}.")]


# ---- The password policy -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class PasswordPolicyParams:
    """All of it: what a call leaves out goes back to AWS's default. 0 stands for never, or none."""

    minimum_length: int
    require_uppercase: bool
    require_lowercase: bool
    require_numbers: bool
    require_symbols: bool
    users_may_change: bool
    max_age_days: int
    hard_expiry: bool
    remembered: int  # old passwords that can't be used again

    def __post_init__(self) -> None:
        # IAM API Reference, UpdateAccountPasswordPolicy.
        for name, words, least, most in (
            ("minimum_length", "number of characters", 6, 128),
            ("max_age_days", "oldest password in days", 0, 1095),
            ("remembered", "number of remembered passwords", 0, 24),
        ):
            if not least <= getattr(self, name) <= most:
                raise BadParams(f"The {words} is a number from {least} to {most:,}.", field=name)
        if self.hard_expiry and not self.max_age_days:
            raise BadParams("Passwords that never expire can't lock their users out when they do.", field="hard_expiry")

    @property
    def rules(self) -> dict[str, Any]:
        """By AWS's names."""
        return {
            "MinimumPasswordLength": self.minimum_length,
            "RequireUppercaseCharacters": self.require_uppercase,
            "RequireLowercaseCharacters": self.require_lowercase,
            "RequireNumbers": self.require_numbers,
            "RequireSymbols": self.require_symbols,
            "AllowUsersToChangePassword": self.users_may_change,
            "MaxPasswordAge": self.max_age_days,
            "HardExpiry": self.hard_expiry,
            "PasswordReusePrevention": self.remembered,
        }


def params_of(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that say what the mirror's rules say."""
    return {
        "minimum_length": int(rules.get("MinimumPasswordLength", 6)),
        "require_uppercase": bool(rules.get("RequireUppercaseCharacters")),
        "require_lowercase": bool(rules.get("RequireLowercaseCharacters")),
        "require_numbers": bool(rules.get("RequireNumbers")),
        "require_symbols": bool(rules.get("RequireSymbols")),
        "users_may_change": bool(rules.get("AllowUsersToChangePassword")),
        "max_age_days": int(rules.get("MaxPasswordAge") or 0),
        "hard_expiry": bool(rules.get("HardExpiry")),
        "remembered": int(rules.get("PasswordReusePrevention") or 0),
    }


class PasswordPolicyOperation(SettingOperation[P], WritesDocument[P]):
    facet = "password_policy"

    def describe(self, value: Value) -> str:
        return password_policy.in_words(value["rules"])

    def held(self, settings: IamAccount) -> Value:
        return {"rules": settings.password_policy or {}}

    def document(self, aws_account: AwsAccount, p: P, value: Value) -> str | None:
        return json.dumps(value["rules"], indent=2, sort_keys=True) if value and value["rules"] else None

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [set_password_policy(**params_of(before["rules"]))] if before["rules"] else [delete_password_policy()]


class SetPasswordPolicy(PasswordPolicyOperation[PasswordPolicyParams]):
    kind = "iam.account.password_policy.set"
    aws_operation = "UpdateAccountPasswordPolicy"
    writes_type = None
    params_type = PasswordPolicyParams

    def title(self, p: PasswordPolicyParams) -> str:
        return "Set the password policy of the AWS account"

    def note(self, p: PasswordPolicyParams) -> str:
        expiry = " Expiry counts at once, from when each was set." if p.max_age_days else ""
        return f"It holds for passwords that are set from then on.{expiry}"

    def calls(self, p: PasswordPolicyParams) -> list[Call]:
        # AWS takes no 0 for "never" and "none": left out, it is that.
        left_out = {name for name in ("MaxPasswordAge", "PasswordReusePrevention") if not p.rules[name]}
        return self.call(**{name: value for name, value in p.rules.items() if name not in left_out})

    def after(self, p: PasswordPolicyParams, value: Value) -> Value:
        return {"rules": {name: rule for name, rule in p.rules.items() if rule}}

    def writes(self, aws_account: AwsAccount, p: PasswordPolicyParams) -> str | None:
        return self.document(aws_account, p, self.after(p, {}))


@dataclass(frozen=True)
class NoParams:
    pass


class DeletePasswordPolicy(PasswordPolicyOperation[NoParams]):
    kind = "iam.account.password_policy.delete"
    aws_operation = "DeleteAccountPasswordPolicy"
    params_type = NoParams

    def title(self, p: NoParams) -> str:
        return "Delete the password policy of the AWS account"

    def note(self, p: NoParams) -> str:
        return "Then AWS's default is in force: 8 characters of three kinds, and no expiry."

    def calls(self, p: NoParams) -> list[Call]:
        return self.call()

    def after(self, p: NoParams, value: Value) -> Value:
        return {"rules": {}}


# ---- Tokens of the global STS endpoint -----------------------------------------------------------------------
@dataclass(frozen=True)
class TokenVersionParams:
    version: int

    def __post_init__(self) -> None:
        if self.version not in (1, 2):
            raise BadParams("The version of the tokens is 1 or 2.", field="version")


class SetTokenVersion(SettingOperation[TokenVersionParams]):
    kind = "iam.account.sts_token_version"
    facet = "summary"
    aws_operation = "SetSecurityTokenServicePreferences"
    risk = Risk.LOW
    params_type = TokenVersionParams

    def title(self, p: TokenVersionParams) -> str:
        return f"Let the global STS endpoint give out tokens of version {p.version}"

    def note(self, p: TokenVersionParams) -> str:
        if p.version == 2:
            return "They are valid in all Regions, and longer: programs that store them in too short a field break."
        return "They are no good in Regions that had to be enabled first."

    def calls(self, p: TokenVersionParams) -> list[Call]:
        return self.call(GlobalEndpointTokenVersion=f"v{p.version}Token")

    def describe(self, value: Value) -> str:
        return f"version {value['version']}"

    def held(self, settings: IamAccount) -> Value:
        return {"version": settings.summary.get(TOKEN_VERSION, 1)}

    def parse_part(self, content: Content) -> Value:
        return {"version": content.get(TOKEN_VERSION, 1)}

    def after(self, p: TokenVersionParams, value: Value) -> Value:
        return {"version": p.version}

    def reverse(self, p: TokenVersionParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [set_token_version(before["version"])]


def set_alias(alias: str) -> StepSpec:
    return StepSpec(SetAlias.kind, {"alias": alias})


def delete_alias(alias: str) -> StepSpec:
    """`alias`: the one that the AWS account has."""
    return StepSpec(DeleteAlias.kind, {"alias": alias})


def set_password_policy(**rules: Any) -> StepSpec:
    """`rules`: the fields of PasswordPolicyParams, all of them."""
    return StepSpec(SetPasswordPolicy.kind, rules)


def delete_password_policy() -> StepSpec:
    return StepSpec(DeletePasswordPolicy.kind, {})


def set_token_version(version: int) -> StepSpec:
    return StepSpec(SetTokenVersion.kind, {"version": version})
