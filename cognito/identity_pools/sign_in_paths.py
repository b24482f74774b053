"""Sign-in paths: from an app client or a guest, by which mapping, to which role, and whether that lets them in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from cognito.identity_pools import rules, trusting
from cognito.identity_pools.operations.base import GUEST, SIGNED_IN
from cognito.identity_pools.operations.pools import DEVELOPER, OIDC, SAML, SOCIAL, USER_POOLS
from cognito.identity_pools.operations.roles import rules_of
from cognito.identity_pools.trusting import Trust, trust_of
from cognito.models import AppClient, CognitoGroup, IdentityPool, UserPool
from identities.models import IamRole

_SOCIAL = {
    "graph.facebook.com": "Facebook",
    "accounts.google.com": "Google",
    "www.amazon.com": "Amazon",
    "appleid.apple.com": "Apple",
    "api.twitter.com": "X",
    "www.digits.com": "Digits",
}


@dataclass(frozen=True)
class RoleLink:
    """A role that somebody may get; `role` is None where it is missing. `who`: when; `never`: why that can't be."""

    arn: str
    role: IamRole | None
    trust: Trust | None
    who: str = ""
    never: str = ""
    is_fallback: bool = False

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True)
class SignInPath:
    """From a provider or a guest. `key` is the provider in role mappings. `mapping`: None where there is none."""

    kind: str  # guest, user_pool, social, oidc, saml, developer
    key: str
    title: str
    lede: str
    links: tuple[RoleLink, ...]
    mapping: Mapping[str, Any] | None = None
    pool: UserPool | None = None
    client: AppClient | None = None
    is_open: bool = True  # False: guest access is off
    others: tuple[IamRole, ...] = ()  # that an app may name instead, in the classic flow
    app: str = ""  # the app client's name, where there is one

    @property
    def full_title(self) -> str:
        """Also where several app clients of one user pool come in."""
        return f"{self.title} by {self.app}" if self.app else self.title

    @property
    def is_guest(self) -> bool:
        return self.kind == "guest"

    @property
    def login(self) -> str:
        """As calls of apps name the provider beside its token; "" where no app has a token to bring.

        For a developer provider a server makes the token, by AWS credentials.
        """
        return "" if self.kind in ("guest", "developer") else provider_of(self.key)

    @property
    def is_by_rules(self) -> bool:
        return self.mapping is not None and self.mapping["Type"] == "Rules"

    @property
    def denies_the_rest(self) -> bool:
        """Whether those whom no link fits get no credentials."""
        return self.mapping is not None and self.mapping.get("AmbiguousRoleResolution") == "Deny"

    @property
    def how(self) -> str:
        """The mapping as a heading."""
        if self.is_guest:
            return "Always the guest role"
        if self.mapping is None:
            return "Always the role of who is signed in"
        return "Rules, the first match wins" if self.is_by_rules else "By groups: the token names the role"

    @property
    def otherwise(self) -> str:
        """What becomes of whom no rule and no group gives a role."""
        if self.mapping is None:
            return ""
        if self.denies_the_rest:
            return "Nobody else gets credentials"
        return "Everybody else gets the role of who is signed in"


class SignInPaths:
    """All sign-in paths of an identity pool. A handful of queries, however many there are."""

    def __init__(self, row: IdentityPool) -> None:
        self.row = row
        self.is_read = row.roles is not None and row.role_mappings is not None
        self._roles: Mapping[str, str] = row.roles or {}
        self._mappings: Mapping[str, Any] = row.role_mappings or {}
        self._clients = self._known_clients()
        self._groups = self._groups_with_roles()
        self._iam = self._known_roles()
        self._classic = trusting.roles_for(row)
        self.guest = self._guest()
        self.signed_in = tuple(self._signed_in())

    @property
    def all(self) -> Sequence[SignInPath]:
        return (self.guest, *self.signed_in)

    @cached_property
    def known_pools(self) -> set[str]:
        """The ids of all identity pools of the AWS account."""
        pools = IdentityPool.objects.live().filter(aws_account=self.row.aws_account_id)
        return set(pools.values_list("aws_id", flat=True))

    @property
    def links(self) -> Iterator[tuple[SignInPath, RoleLink]]:
        yield from ((path, link) for path in self.all for link in path.links)

    # ---- What the mirror has ---------------------------------------------------------------------------------
    def _known_clients(self) -> dict[str, AppClient]:
        ids = {each.get("ClientId") for each in self.row.settings.get(USER_POOLS, ())}
        clients = AppClient.objects.live().filter(aws_account=self.row.aws_account_id, aws_id__in=ids)
        return {client.aws_id: client for client in clients.select_related("pool")}

    def _groups_with_roles(self) -> dict[str, list[CognitoGroup]]:
        """By the id of the user pool, where tokens say which role."""
        wanted = {
            each["ProviderName"].rpartition("/")[2]
            for each in self.row.settings.get(USER_POOLS, ())
            if (self._mapping(_key(each)) or {}).get("Type") == "Token"
        }
        if not wanted:
            return {}
        groups = CognitoGroup.objects.live().filter(aws_account=self.row.aws_account_id, pool__aws_id__in=wanted)
        found: dict[str, list[CognitoGroup]] = {}
        for group in groups.exclude(role_arn="").select_related("pool").order_by("precedence", "name_key"):
            found.setdefault(group.pool.aws_id, []).append(group)
        return found

    def _arns_for_who_is_signed_in(self) -> set[str]:
        arns = {arn for kind, arn in self._roles.items() if kind == SIGNED_IN}
        arns |= {str(rule["RoleARN"]) for mapping in self._mappings.values() for rule in rules_of(mapping)}
        return arns | {group.role_arn for groups in self._groups.values() for group in groups}

    def _known_roles(self) -> dict[str, IamRole]:
        arns = {*self._roles.values(), *self._arns_for_who_is_signed_in()}
        roles = IamRole.objects.live().filter(aws_account=self.row.aws_account_id, arn__in=arns)
        return {role.arn: role for role in roles.select_related("trust", "aws_account")}

    # ---- Ways ------------------------------------------------------------------------------------------------
    def _guest(self) -> SignInPath:
        arn = self._roles.get(GUEST)
        links = (self._link(arn, GUEST),) if arn else ()
        lede = "Anyone who knows the pool id. Nobody signs in."
        given = {link.arn for link in links}
        others = trusting.besides(self._classic, self.row, GUEST, given=given) if self.row.guests else ()
        return SignInPath("guest", "", "Guest", lede, links, is_open=self.row.guests, others=others)

    def _signed_in(self) -> Iterator[SignInPath]:
        settings = self.row.settings
        user_pools = map(self._of_user_pool, settings.get(USER_POOLS, ()))
        yield from sorted(user_pools, key=lambda path: path.full_title.lower())
        for name, app in settings.get(SOCIAL, {}).items():
            title = f"Signed in with {_SOCIAL.get(name, name)}"
            yield self._path("social", name, title, f"App {app}")
        for arn in settings.get(OIDC, ()):
            yield self._path("oidc", arn, f"Signed in at {arn.partition('oidc-provider/')[2]}", "OIDC provider")
        for arn in settings.get(SAML, ()):
            yield self._path("saml", arn, f"Signed in through {arn.rpartition('/')[2]}", "SAML provider")
        if developer := settings.get(DEVELOPER):
            lede = "A server of yours says who somebody is"
            yield self._path("developer", developer, f"Signed in through {developer}", lede)

    def _of_user_pool(self, each: Mapping[str, Any]) -> SignInPath:
        client = self._clients.get(each.get("ClientId", ""))
        pool_id = each["ProviderName"].rpartition("/")[2]
        name = client.pool.name if client else pool_id
        app = client.name if client else str(each.get("ClientId", ""))
        late = "signed-out people keep AWS credentials until the token expires"
        checked = "the token is checked each time" if each.get("ServerSideTokenCheck") else late
        lede = f"User pool; {checked}"
        path = self._path("user_pool", _key(each), f"Signed in through {name}", lede, client, pool_id)
        return replace(path, app=app)

    def _path(
        self, kind: str, key: str, title: str, lede: str, client: AppClient | None = None, pool_id: str = ""
    ) -> SignInPath:
        mapping, pool = self._mapping(key), client.pool if client else None
        links = tuple(self._links(key, mapping, pool, pool_id))
        given = {link.arn for link in links}
        others = trusting.besides(self._classic, self.row, SIGNED_IN, provider_of(key), given=given)
        return SignInPath(kind, key, title, lede, links, mapping, pool, client, others=others)

    def _mapping(self, key: str) -> Mapping[str, Any] | None:
        return mapping_of(self.row, key)

    def _links(
        self, key: str, mapping: Mapping[str, Any] | None, pool: UserPool | None, pool_id: str
    ) -> Iterator[RoleLink]:
        if mapping is not None and mapping["Type"] == "Rules":
            listed = rules_of(mapping)
            dead = rules.never(listed, _custom_attributes(pool))
            for place, rule in enumerate(listed):
                yield self._link(rule["RoleARN"], SIGNED_IN, key, rules.describe(rule), dead.get(place, ""))
        elif mapping is not None:
            for group in self._groups.get(pool_id, ()):
                rank = "" if group.precedence is None else f", precedence {group.precedence}"
                yield self._link(group.role_arn, SIGNED_IN, key, f"in the group {group.name}{rank}")
        falls_back = mapping is None or mapping.get("AmbiguousRoleResolution") != "Deny"
        if falls_back and (arn := self._roles.get(SIGNED_IN)):
            who = "" if mapping is None else "everybody else"
            yield self._link(arn, SIGNED_IN, key, who, is_fallback=mapping is not None)

    def _link(
        self, arn: str, kind: str, key: str = "", who: str = "", never: str = "", *, is_fallback: bool = False
    ) -> RoleLink:
        role = self._iam.get(arn)
        tags = (self.row.principal_tags or {}).get(without_client(key)) or {}
        tagged, provider = gives_tags(tags), provider_of(key)
        trust = trust_of(role, self.row.aws_id, kind, provider=provider, tagged=tagged) if role else None
        if trust and arn == self._roles.get(GUEST) and arn in self._arns_for_who_is_signed_in():
            trust = replace(trust, any_kind=False)  # both get it, as the pool says
        return RoleLink(arn, role, trust, who, never, is_fallback)


def mapping_of(row: IdentityPool, key: str) -> Mapping[str, Any] | None:
    """Of the provider with its client, or of the provider."""
    mappings = row.role_mappings or {}
    return mappings.get(key) or mappings.get(without_client(key))


def _key(each: Mapping[str, Any]) -> str:
    """As role mappings name a client of a user pool."""
    return f"{each['ProviderName']}:{each.get('ClientId', '')}"


def without_client(key: str) -> str:
    """As calls about principal tags name the provider that role mappings call `key`."""
    return key.rpartition(":")[0] if key.startswith("cognito-idp.") else key


def gives_tags(described: Mapping[str, Any]) -> bool:
    """Whether sessions of a provider's people have principal tags; AWS's default ones are some, too."""
    return bool(described.get("PrincipalTags") or described.get("UseDefaults"))


def provider_of(key: str) -> str:
    """As tokens of the pool name it, and calls of apps.

    Of OIDC it is where the tokens come from ("Setting up an OIDC provider as an identity pool IdP" in the Amazon
    Cognito Developer Guide).
    """
    return key.partition("oidc-provider/")[2] if ":oidc-provider/" in key else without_client(key)


def _custom_attributes(pool: UserPool | None) -> set[str] | None:
    if pool is None or "SchemaAttributes" not in pool.settings:
        return None
    return {str(each["Name"]) for each in pool.settings["SchemaAttributes"]}
