"""Who gets credentials at all: guests on and off, the classic flow, roles, and a trust that lets in nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import AwsAccount
from cognito.identity_pools.operations import set_roles, with_settings
from cognito.identity_pools.operations.base import GUEST, SIGNED_IN
from cognito.identity_pools.operations.pools import CLASSIC, GUESTS
from cognito.identity_pools.operations.roles import MATCHES
from cognito.identity_pools.sign_in_paths import SignInPaths, gives_tags
from cognito.identity_pools.trusting import tightened, trust_in
from cognito.models import IdentityPool
from identities.models import IamRole
from identities.operations import update_trust
from objects.fields import NamedField, offer
from objects.object_actions import ActionForm
from sync.operations import Refusal, StepSpec

# ---- Form fields that several actions on identity pools have -------------------------------------------------------
# Amazon S3 User Guide, "General purpose bucket naming rules".
_BUCKET = r"\A(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z"


def _roles(aws_account: AwsAccount) -> QuerySet[Any]:
    roles = IamRole.objects.live().filter(aws_account=aws_account)
    return roles.exclude(path__startswith="/aws-").order_by("name_key")


class RoleArnField(NamedField):
    """Cleans to the role's ARN, "" for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("role", _roles, **kwargs)

    def clean(self, value: Any) -> str:
        found = super().clean(value)
        return str(found.arn) if found else ""


class BucketField(forms.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        words = "A bucket’s name has 3 to 63 small letters, digits, dots and dashes."
        super().__init__(_BUCKET, error_messages={"invalid": words}, **kwargs)


class PrefixField(forms.CharField):
    """What keys begin with, with a slash at the end. It isn't empty and has no wildcards: it is one prefix."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=512, **kwargs)

    def clean(self, value: Any) -> str:
        said = str(super().clean(value)).strip("/")
        if not said:
            raise forms.ValidationError("Name a prefix: without one it is the whole bucket.")
        if set(said) & set("*?$"):
            raise forms.ValidationError("A prefix has no *, ? or $: in a policy they would stand for more.")
        return f"{said}/"


class ProviderField(forms.ChoiceField):
    """One of the pool's providers, as role mappings name it."""

    def of(self, row: IdentityPool) -> None:
        self.choices = [(path.key, path.full_title) for path in SignInPaths(row).signed_in]


class RulesField(forms.CharField):
    """Rules, one a line: claim, how, value, role. Cleans to what AWS calls Rules; roles may go by their names."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"})
        super().__init__(widget=widget, max_length=40_000, **kwargs)
        self.arns: dict[str, str] = {}

    def of(self, aws_account: AwsAccount) -> None:
        self.arns = dict(_roles(aws_account).values_list("name_key", "arn"))

    def clean(self, value: Any) -> list[dict[str, str]]:
        lines = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        return [self._rule(number, line) for number, line in enumerate(lines, 1)]

    def _rule(self, number: int, line: str) -> dict[str, str]:
        parts = line.split()
        if len(parts) < 4:
            words = f"Line {number} needs four things: a claim, how it is compared, a value, and a role."
            raise forms.ValidationError(words)
        claim, how, *text, role = parts
        match = next((each for each in MATCHES if each.lower() == how.lower()), None)
        if match is None:
            raise forms.ValidationError(f"Line {number}: “{how[:40]}” is none of {', '.join(MATCHES)}.")
        arn = role if role.startswith("arn:") else self.arns.get(role.casefold())
        if arn is None:
            raise forms.ValidationError(f"Line {number}: the mirror has no role “{role[:64]}”.")
        return {"Claim": claim, "MatchType": match, "Value": " ".join(text), "RoleARN": arn}


def as_lines(rules: Any) -> str:
    return "\n".join(
        f"{rule['Claim']} {rule['MatchType']} {rule['Value']} {rule['RoleARN'].rpartition('/')[2]}" for rule in rules
    )


# ---- Forms ---------------------------------------------------------------------------------------------------------
class IdentityPoolForm(ActionForm):
    """About one identity pool."""

    @property
    def pool(self) -> IdentityPool:
        row: IdentityPool = self.target
        return row


class GuestsOnForm(IdentityPoolForm):
    heading = "Turn on guest access of {names}"
    about = (
        "Whoever knows the pool’s id, which every copy of the app has, then gets what the guest role may. "
        "The pool’s page says what that is."
    )

    def steps(self) -> Sequence[StepSpec]:
        return [with_settings(self.pool, **{GUESTS: True})]


class GuestsOffForm(IdentityPoolForm):
    heading = "Turn off guest access of {names}"
    about = "Apps that show something before people sign in get no credentials for it any more."

    def steps(self) -> Sequence[StepSpec]:
        return [with_settings(self.pool, **{GUESTS: False})]


class ClassicOffForm(IdentityPoolForm):
    heading = "Turn off the classic flow in {names}"
    about = (
        "Cognito then chooses the role, and lays its own limit over that of guests. Apps that call GetOpenIdToken and "
        "AssumeRoleWithWebIdentity themselves stop working: they should call GetCredentialsForIdentity."
    )

    def steps(self) -> Sequence[StepSpec]:
        return [with_settings(self.pool, **{CLASSIC: False})]


class RolesForm(IdentityPoolForm):
    heading = "Roles of {names}"
    about = "What is empty gets no credentials. Role mappings stay as they are."
    guest = RoleArnField(label="Guests", required=False)
    signed_in = RoleArnField(label="People who are signed in", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = self.pool.roles or {}
        for name, kind in (("guest", GUEST), ("signed_in", SIGNED_IN)):
            self.initial.setdefault(name, held.get(kind, ""))

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return [set_roles(self.pool, roles={GUEST: cleaned["guest"], SIGNED_IN: cleaned["signed_in"]})]


class FixTrustForm(IdentityPoolForm):
    heading = "Fix the trust policy of a role of {names}"
    about = (
        "Its trust policy then asks for this pool (aud) and for how somebody came in (amr), so that nobody else gets "
        "the role. What it says of others stays. The plan shows the difference."
    )
    role = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles: dict[str, IamRole] = {}
        self.kinds: dict[str, set[str]] = {}
        for path, link in SignInPaths(self.pool).links:
            if link.role is not None:
                self.roles[link.arn] = link.role
                self.kinds.setdefault(link.arn, set()).add(GUEST if path.is_guest else SIGNED_IN)
        offer(self, "role", [(arn, role.name) for arn, role in self.roles.items()])

    def steps(self) -> Sequence[StepSpec]:
        role = self.roles[self.cleaned_data["role"]]
        kinds = self.kinds[role.arn]
        pools = {self.pool.aws_id, *(pool.aws_id for pool in pools_naming(self.aws_account, role.arn))}
        given = any(map(gives_tags, (self.pool.principal_tags or {}).values()))
        tagged, partition = given and SIGNED_IN in kinds, self.aws_account.partition
        held = role.trust.text if role.trust else "{}"
        fixed = tightened(held, pools, kinds, tagged=tagged, partition=partition)
        left = trust_in(fixed, role.arn, self.pool.aws_id, min(kinds))
        if left.any_pool or (left.any_kind and len(kinds) == 1):
            raise Refusal(
                "Another statement of its trust policy lets people in whom this pool doesn’t know, such as one for "
                "everybody (Principal “*”): edit the trust policy of the role."
            )
        return [update_trust(role, fixed)]


def pools_naming(aws_account: AwsAccount, role_arn: str) -> list[IdentityPool]:
    """Those that give the role themselves."""
    pools = IdentityPool.objects.live().filter(aws_account=aws_account).order_by("aws_id")
    return [pool for pool in pools if role_arn in _named(pool)]


def _named(pool: IdentityPool) -> set[str]:
    mappings = (pool.role_mappings or {}).values()
    rules = [rule for each in mappings for rule in each.get("RulesConfiguration", {}).get("Rules", ())]
    return {*(pool.roles or {}).values(), *(rule["RoleARN"] for rule in rules)}
