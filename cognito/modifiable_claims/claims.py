"""Which claims of a user pool's tokens people write or choose themselves. Everything that asks goes by `choice_of`.

"If the claim that you are mapping to a role can be modified by the end user, any end user can assume your role"
("Using role-based access control" in the Amazon Cognito Developer Guide). What an app client may write, its people may
("Attribute permissions and scopes" there; an access token is all that UpdateUserAttributes asks for). An attribute that
can't be changed is still set by whoever signs up. Where a client has no list of its own, AWS's pages don't agree
whether custom attributes are among those that it may write: they count as if they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

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
