"""Roles and tags of identity pools that people of a user pool get by claims that they choose themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount
from cognito.identity_pools import rules
from cognito.identity_pools.rules import ClaimUse, claim_uses
from cognito.models import AppClient, CognitoUser, IdentityPool, PoolProvider, UserPool
from cognito.modifiable_claims.claims import STRANGERS, USERNAME, App, ClaimChoice, Pool, choice_of

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
