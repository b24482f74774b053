"""Which claims of a user pool's tokens people write or choose themselves, and what they get in AWS by that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount
from cognito.identity_pools import rules
from cognito.identity_pools.rules import ClaimUse, claim_uses
from cognito.models import AppClient, CognitoUser, IdentityPool, PoolProvider, UserPool
from cognito.people.guarded import FIXED, VERIFIED
from iamconsole.web.words import some

STRANGERS, PEOPLE = "Anybody who signs up", "Everybody who signs in"
USERNAME = "cognito:username"
# Who has an account there can sign in, also where administrators alone make people.
_OPEN_TO_ALL = frozenset({"Facebook", "Google", "LoginWithAmazon", "SignInWithApple"})
_GENERATION = ("PreTokenGeneration", "PreTokenGenerationConfig")
_FITS = {"Contains": "can be an address of their own that contains it", "StartsWith": "can be one that begins so"}

Settings = Mapping[str, Any]
Rule = Mapping[str, str]


@dataclass(frozen=True)
class App:
    """An app client."""

    id: str
    name: str
    has_secret: bool
    settings: Settings

    def lists(self, which: str, name: str) -> bool:
        """Whether it may: `which` is "Read" or "Write". No list is AWS's default."""
        allowed = self.settings.get(f"{which}Attributes")
        return not allowed or name in allowed


@dataclass(frozen=True)
class Pool:
    """A user pool, or what a change makes of it. `providers`: of outside people, name → type."""

    id: str
    name: str
    settings: Settings
    apps: tuple[App, ...] = ()
    providers: tuple[tuple[str, str], ...] = ()

    @property
    def attributes(self) -> dict[str, Settings]:
        return {each["Name"]: each for each in self.settings.get("SchemaAttributes", [])}

    @property
    def lets_strangers_in(self) -> bool:
        used = {name for app in self.apps for name in app.settings.get("SupportedIdentityProviders", ())}
        return self.signs_up or any(kind in _OPEN_TO_ALL and name in used for name, kind in self.providers)

    @property
    def signs_up(self) -> bool:
        """Whether people make their own accounts."""
        return not self.settings.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly", False)

    def has_function(self, *names: str) -> bool:
        return any(self.settings.get("LambdaConfig", {}).get(name) for name in names)

    def is_proved_at_sign_up(self, name: str) -> bool:
        """Of both addresses AWS proves the phone number ("Verifying contact information at sign-up")."""
        automatic = self.settings.get("AutoVerifiedAttributes", [])
        return name in automatic and (name == "phone_number" or "phone_number" not in automatic)

    def is_proved_on_change(self, name: str) -> bool:
        """Until then the old one stays ("Verifying updates to email addresses and phone numbers")."""
        said = self.settings.get("UserAttributeUpdateSettings", {})
        return name in said.get("AttributesRequireVerificationBeforeUpdate", [])


@dataclass(frozen=True)
class ClaimChoice:
    """That a claim says what people want. `how`: the rest of a sentence that begins with the claim.

    `is_sure`: False where a function or the server of an app may be in the way, which nobody here knows. `apps`: ids of
    the app clients that would have to write it no more.
    """

    who: str
    how: str
    is_sure: bool = True
    apps: tuple[str, ...] = ()


def choice_of(pool: Pool, claim: str, rule: Rule | None = None) -> ClaimChoice | None:
    """Of the values that a rule wants, or of any; None where nobody but administrators says them."""
    found = _chosen(pool, claim, rule)
    if not pool.has_function(*_GENERATION) or claim in FIXED:
        return found
    if found is not None:
        return replace(found, is_sure=False, how=f"{found.how}, unless a function of the pool puts in another value")
    return ClaimChoice(_who(pool), "is what a function of the pool (PreTokenGeneration) says: unknown", is_sure=False)


def _chosen(pool: Pool, claim: str, rule: Rule | None) -> ClaimChoice | None:
    if claim == USERNAME:
        return _username(pool, rule)
    if claim in VERIFIED:
        return _verified(pool, claim) if rule else None
    known = pool.attributes.get(claim)
    if known is None or claim in FIXED or claim.startswith("dev:") or known.get("DeveloperOnlyAttribute"):
        return None
    apps = [app for app in pool.apps if known.get("Required") or app.lists("Write", claim)]
    is_fixed = not known.get("Mutable", True)
    if not apps or (is_fixed and not pool.signs_up):
        return None
    if claim in ("email", "phone_number"):
        return _address(pool, claim, rule, apps, is_fixed=is_fixed)
    when = "is set by whoever signs up" if is_fixed else "is theirs to write"
    return _by_apps(pool, apps, f"{when} through {_named(apps)}")


def _address(pool: Pool, claim: str, rule: Rule | None, apps: list[App], *, is_fixed: bool) -> ClaimChoice | None:
    """One that is proved is nobody else's. But everybody has one that begins or goes on in some way."""
    at_sign_up = pool.signs_up and not pool.is_proved_at_sign_up(claim)
    if at_sign_up or not (is_fixed or pool.is_proved_on_change(claim)):
        when = "at sign-up" if at_sign_up else "before it changes"
        return _by_apps(pool, apps, f"isn’t verified {when}, and theirs to write through {_named(apps)}")
    if rule is None or rule["MatchType"] == "Equals":
        return None
    return _by_apps(pool, apps, _FITS.get(rule["MatchType"], "is seldom just that one"), fixed_by_lists=False)


def _username(pool: Pool, rule: Rule | None) -> ClaimChoice | None:
    if pool.settings.get("UsernameAttributes") or not pool.signs_up:
        return None  # AWS makes it up, or administrators do
    found = _by_apps(pool, list(pool.apps), "is what somebody chooses at sign-up", fixed_by_lists=False)
    is_free = rule is not None and rule["MatchType"] == "Equals"  # who is first has it, and then nobody else
    return replace(found, is_sure=False, how=f"{found.how}, as long as nobody has it") if is_free else found


def _verified(pool: Pool, claim: str) -> ClaimChoice | None:
    known = pool.attributes.get(claim.removesuffix("_verified"))
    return None if known is None else ClaimChoice(_who(pool), "comes of an address of their own")


def _by_apps(pool: Pool, apps: list[App], how: str, *, fixed_by_lists: bool = True) -> ClaimChoice:
    """Who has an app's secret is its server, which may let people write, or not."""
    is_sure = any(not app.has_secret for app in apps) and not pool.has_function("PreSignUp")
    return ClaimChoice(_who(pool), how, is_sure, tuple(app.id for app in apps) if fixed_by_lists else ())


def _who(pool: Pool) -> str:
    return STRANGERS if pool.lets_strangers_in else PEOPLE


def _named(apps: Iterable[App]) -> str:
    names: Iterator[str] = (
        app.name if app.settings.get("WriteAttributes") else f"{app.name}, which has no list of what it may write"
        for app in apps
    )
    return some([*names])


# ---- Roles and tags of identity pools that people of a user pool get by claims that they choose themselves ---------
_USER_POOLS = "CognitoIdentityProviders"


@dataclass(frozen=True)
class CredentialsGiver:
    """An identity pool, or what a change makes of it."""

    id: str
    name: str
    settings: Mapping[str, Any]
    mappings: Mapping[str, Any] | None
    tags: Mapping[str, Any] | None
    account: int  # the key of its AWS account

    def takes(self, use: ClaimUse) -> Iterator[tuple[str, str]]:
        """The user pool and app client of whose tokens it is looked at so: what it takes no sign-ins of gives nothing.

        A mapping of the user pool holds for the app clients that have none of their own.
        """
        for each in self.settings.get(_USER_POOLS, ()):
            login, client = each["ProviderName"], each.get("ClientId", "")
            own = use.provider == f"{login}:{client}"
            if own or (use.provider == login and (use.tag or f"{login}:{client}" not in (self.mappings or {}))):
                yield login.rpartition("/")[2], client


@dataclass(frozen=True)
class Exposure:
    giver: CredentialsGiver
    pool: Pool
    use: ClaimUse
    choice: ClaimChoice

    @property
    def role(self) -> str:
        """The ARN; "" of a tag."""
        return str(self.use.rule["RoleARN"]) if self.use.rule else ""

    @property
    def is_certain(self) -> bool:
        return self.choice.is_sure and bool(self.role)

    def gets(self, aws_account: AwsAccount) -> str:
        """As those may read it who see this AWS account, and perhaps not the one of the identity pool."""
        if self.giver.account != aws_account.pk:
            return "a role in another AWS account" if self.role else "a tag of a session in another AWS account"
        return f"the role {self.role.rpartition('/')[2]}" if self.role else f"any value of the tag {self.use.tag}"

    def sentence(self, aws_account: AwsAccount) -> str:
        claim, could = self.use.claim, "gets" if self.choice.is_sure else "may get"
        who = f"{self.choice.who} to {self.pool.name} {could} {self.gets(aws_account)}"
        if self.giver.account != aws_account.pk:
            return f"{who}: an identity pool there looks at {claim}, and {claim} {self.choice.how}."
        described = (
            f"gives it where {rules.describe(self.use.rule)}" if self.use.rule else f"makes {claim} a tag of sessions"
        )
        return f"{who}: the identity pool {self.giver.name} {described}, and {claim} {self.choice.how}."

    @property
    def key(self) -> tuple[str, ...]:
        """What it is about, as values: who gets what by which claim, and how surely."""
        rule = "" if self.use.rule is None else f"{self.use.rule['MatchType']} {self.use.rule['Value']}"
        sure = "surely" if self.choice.is_sure else "perhaps"
        return (self.giver.id, self.pool.id, self.use.claim, rule, self.role or self.use.tag, self.choice.who, sure)

    def covers(self, other: Exposure) -> bool:
        """Whether nobody else gets more by the other one, and not more surely."""
        *about, who, sure = self.key
        *others, other_who, other_sure = other.key
        return about == others and (who in (STRANGERS, other_who)) and (sure in ("surely", other_sure))


def exposures(givers: Iterable[CredentialsGiver], pools: Mapping[str, Pool]) -> list[Exposure]:
    """Each once. `pools`: by their ids; of one that isn't there nothing is known, and nothing said."""
    found: dict[tuple[str, ...], Exposure] = {}
    for giver in givers:
        for use in claim_uses(giver.mappings, giver.tags):
            for pool_id, client in () if use.is_dead else giver.takes(use):
                pool = pools.get(pool_id)
                choice = _choice(pool, client, use) if pool else None
                if pool and choice:
                    exposure = Exposure(giver, pool, use, choice)
                    found.setdefault(exposure.key, exposure)
    return list(found.values())


def _choice(pool: Pool, client: str, use: ClaimUse) -> ClaimChoice | None:
    if not _says(pool, client, use.claim):
        return None
    if use.claim == USERNAME and use.rule and use.rule["MatchType"] == "Equals":
        people = CognitoUser.objects.live().filter(pool__aws_id=pool.id, name=use.rule["Value"])
        return None if people.exists() else choice_of(pool, use.claim, use.rule)
    return choice_of(pool, use.claim, use.rule)


def _says(pool: Pool, client: str, claim: str) -> bool:
    """A token has no attributes that its app client may not read ("Attribute permissions and scopes")."""
    app = next((app for app in pool.apps if app.id == client), None)
    return app is None or claim not in pool.attributes or app.lists("Read", claim)


# ---- As the mirror has them ------------------------------------------------------------------------------------------
def giver_of(row: IdentityPool) -> CredentialsGiver:
    return CredentialsGiver(
        row.aws_id, row.name, row.settings, row.role_mappings, row.principal_tags, row.aws_account_id
    )


def identity_pools_anywhere() -> QuerySet[IdentityPool]:
    """Of whatever AWS account: people of a user pool may get roles in another one."""
    rows = IdentityPool.objects.live().filter(aws_account__in=AwsAccount.objects.values("pk"))
    return rows.order_by("name_key", "pk")


def givers() -> list[CredentialsGiver]:
    return [giver_of(row) for row in identity_pools_anywhere()]


def taken_by(every: Iterable[CredentialsGiver]) -> set[str]:
    """Ids of the user pools whose tokens they look at."""
    uses = ((giver, use) for giver in every for use in claim_uses(giver.mappings, giver.tags))
    return {pool_id for giver, use in uses for pool_id, _ in giver.takes(use)}


def pools_of(ids: Iterable[str]) -> dict[str, Pool]:
    rows = UserPool.objects.live().filter(aws_id__in=[*ids])
    return {row.aws_id: pool_of(row) for row in rows}


def pool_of(row: UserPool, clients: Iterable[AppClient] | None = None) -> Pool:
    """`clients`: of the pool, where they are at hand."""
    if clients is None:
        clients = AppClient.objects.live().filter(pool=row).order_by("name_key", "pk")
    apps = tuple(App(each.aws_id, each.name, each.has_secret, each.settings) for each in clients)
    providers = tuple(PoolProvider.objects.live().filter(pool=row).order_by("pk").values_list("name", "provider_type"))
    return Pool(row.aws_id, row.name, row.settings, apps, providers)
