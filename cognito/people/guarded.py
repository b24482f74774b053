"""What of a person can give AWS access or an account away, and who has access to lose: not for helpdesk alone.

Whoever has the account of somebody who can take on a role has that role. So of such a *guarded* person all that could
hand the account over (a password, a second factor, an address, the end of a block) takes somebody who may propose
changes, and an approval by somebody else; every operation on people asks `why_guarded_person`. It goes by the mirror:
what nobody here knows of them counts as if it gave access.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from accounts.models import AwsAccount
from cognito.identity_pools.rules import claim_uses
from cognito.models import CognitoGroup, CognitoMembership, CognitoUser, IdentityPool, UserPool
from cognito.people.person_record import people_settings_of
from sync.plan_draft import Draft

VERIFIED = ("email_verified", "phone_number_verified")
# In the token of whoever signs in, and the same for all who do by one app, or of no meaning to rules.
_OF_EVERYBODY = frozenset({"aud", "iss", "token_use", "exp", "iat", "auth_time", "jti", "origin_jti", "event_id"})
_OWN = frozenset({"sub", "cognito:username"})  # AWS's default tags are of these: each has their own
FIXED = _OF_EVERYBODY | {"sub", "identities"}  # said by AWS alone: no person and no function of the pool sets them
_SOMEBODY_ELSE = "It takes somebody who may propose changes, and an approval by somebody else."


@dataclass(frozen=True)
class ClaimUses:
    """What identity pools, of whatever AWS account, look at in tokens of a user pool.

    `unknown`: words for those whose roles or tags aren't read: they may look at anything. Who asks may see nothing of
    another AWS account, so nothing there is named.
    """

    rules: tuple[Mapping[str, str], ...] = ()
    tags: frozenset[str] = frozenset()  # claims that become tags of sessions
    unknown: tuple[str, ...] = ()

    @property
    def claims(self) -> frozenset[str]:
        return self.tags.union(rule["Claim"] for rule in self.rules)


def looked_at(pool_id: str, aws_account: AwsAccount) -> ClaimUses:
    """`aws_account`: whose identity pools and roles may be named."""
    rules: list[Mapping[str, str]] = []
    tags: set[str] = set()
    unknown: list[str] = []
    for pool in IdentityPool.objects.live().filter(aws_account__in=AwsAccount.objects.values("pk")).order_by("pk"):
        is_own = pool.aws_account_id == aws_account.pk
        for use in claim_uses(pool.role_mappings, pool.principal_tags):
            if pool_id in use.provider and use.rule is not None:
                rules.append(use.rule if is_own else {**use.rule, "RoleARN": ""})
            elif pool_id in use.provider:
                tags.add(use.claim)
        is_read = pool.roles is not None and pool.principal_tags is not None
        if not is_read and pool_id in str(pool.settings.get("CognitoIdentityProviders", "")):
            unknown.append(f"the identity pool {pool.name}" if is_own else "an identity pool in another AWS account")
    return ClaimUses(tuple(rules), frozenset(tags), tuple(unknown))


def guarded_attributes(draft: Draft, pool_id: str, names: Iterable[str]) -> list[str]:
    """Those of these attributes that matter so, sorted."""
    found = _looked_at(draft, pool_id)
    return sorted(name for name in set(names) if found.unknown or name in VERIFIED or name in found.claims)


def why_guarded_attributes(draft: Draft, pool_id: str, names: Iterable[str]) -> str:
    """A sentence; "" where none of them matters so."""
    guarded = guarded_attributes(draft, pool_id, names)
    words = "can give AWS access or an account away: somebody else should look at it."
    return f"{', '.join(guarded)} {words}" if guarded else ""


def why_guarded_group(draft: Draft, pool_arn: str, name: str) -> str:
    """A sentence; "" for a group that gives no access to AWS."""
    if role_arn := _roles(draft, pool_arn).get(name):
        return describe_role(name, role_arn)
    found = _looked_at(draft, pool_arn.rpartition("/")[2])
    if GROUPS_CLAIM in found.claims:
        return f"Rules of an identity pool look at groups: members of {name} may get a role by one."
    return _describe_unknown(found, f"members of {name}") if found.unknown else ""


def why_not_for_helpdesk(draft: Draft, pool_arn: str, name: str) -> str:
    """The same of a group, with what helpdesk can do about it."""
    why = why_guarded_group(draft, pool_arn, name)
    return f"{why} That isn’t for helpdesk: ask an editor or an owner." if why else ""


# ---- Whom it is about ----------------------------------------------------------------------------------------------
def why_guarded_person(draft: Draft, person: CognitoUser) -> str:
    """A sentence; "" for somebody who gets nothing in AWS but what whoever signs in gets."""
    groups = _groups(draft, person)
    roles = _roles(draft, person.pool.arn)
    if carrying := [name for name in groups if name in roles]:
        return f"They are in {carrying[0]}. {describe_role(carrying[0], roles[carrying[0]])} {_SOMEBODY_ELSE}"
    found = _looked_at(draft, person.pool.aws_id)
    if found.unknown:
        return f"{_describe_unknown(found, 'they')} {_SOMEBODY_ELSE}"
    unread = _unread(draft, person.pool.arn)
    if with_role := [name for name in unread if name in roles]:
        gives = describe_role(with_role[0], roles[with_role[0]])
        return f"Who is in {with_role[0]} isn’t read yet, so they may be. {gives} {_SOMEBODY_ELSE}"
    claims = Claims(person, None if unread else groups, partial(_kept, draft, person.pool))
    why = _by_rules(found.rules, claims) or _by_tags(found.tags, claims)
    return f"{why} {_SOMEBODY_ELSE}" if why else ""


def _describe_unknown(found: ClaimUses, who: str) -> str:
    return f"The roles and tags of {found.unknown[0]} aren’t read yet, so {who} may get access by it."


def _by_rules(rules: Iterable[Mapping[str, str]], claims: Claims) -> str:
    for rule in rules:
        claim, name = rule["Claim"], str(rule.get("RoleARN", "")).rpartition("/")[2]
        if claim in _OF_EVERYBODY:
            continue
        role = f"the role {name}" if name else "a role in another AWS account"
        met = is_met(rule, claims)
        if met is None:
            return f"A rule of an identity pool gives {role} by {claim}, which isn’t kept of people here."
        if met:
            return f"A rule of an identity pool gives them {role} by {claim}."
    return ""


def _by_tags(tags: Iterable[str], claims: Claims) -> str:
    for claim in sorted(set(tags) - _OF_EVERYBODY - _OWN - {GROUPS_CLAIM}):
        said = claims.of(claim)
        if said and any(said):
            return f"An identity pool makes their {claim} a tag of their AWS session."
        if said is None:
            return f"An identity pool makes {claim}, which isn’t kept of people here, a tag of their AWS session."
    return ""


def prefetch_groups(draft: Draft, subs: Iterable[str]) -> None:
    """Looks up at once in which groups these people are."""
    wanted = {sub for sub in subs if (why_guarded_person, sub) not in draft.remembered}
    if not wanted:
        return
    found: dict[str, list[str]] = {sub: [] for sub in wanted}
    held = CognitoMembership.objects.filter(
        user__aws_account=draft.aws_account, user__aws_id__in=wanted, gone_at__isnull=True, group__gone_at__isnull=True
    )
    for sub, name in held.order_by("group__name").values_list("user__aws_id", "group__name"):
        found[sub].append(name)
    draft.remembered.update({(why_guarded_person, sub): names for sub, names in found.items()})


def _groups(draft: Draft, person: CognitoUser) -> list[str]:
    prefetch_groups(draft, [person.aws_id])
    found: list[str] = draft.remembered[why_guarded_person, person.aws_id]
    return found


def _kept(draft: Draft, pool: UserPool) -> frozenset[str]:
    return draft.once((people_settings_of, pool.pk), lambda: frozenset(people_settings_of(pool).attributes))


# ---- Asked for once for all steps of a plan -------------------------------------------------------------------------
def _looked_at(draft: Draft, pool_id: str) -> ClaimUses:
    return draft.once((looked_at, pool_id), lambda: looked_at(pool_id, draft.aws_account))


def _roles(draft: Draft, pool_arn: str) -> Mapping[str, str]:
    """Of the pool's groups that carry one, by their names."""
    return _groups_with_roles(draft, pool_arn)[0]


def _unread(draft: Draft, pool_arn: str) -> Collection[str]:
    """Groups of the pool whose members were never read: anybody may be in them."""
    return _groups_with_roles(draft, pool_arn)[1]


def _groups_with_roles(draft: Draft, pool_arn: str) -> tuple[Mapping[str, str], Collection[str]]:
    groups = CognitoGroup.objects.live().filter(aws_account=draft.aws_account, arn=pool_arn).order_by("name")
    read = groups.values_list("name", "role_arn", "members_read_at")
    described = draft.once((describe_role, pool_arn), lambda: list(read))
    roles = {name: role_arn for name, role_arn, _ in described if role_arn}
    return roles, [name for name, _, read_at in described if read_at is None]


def describe_role(group: str, role_arn: str) -> str:
    return (
        f"Members of {group} can take on the role {role_arn.rpartition('/')[2]} where an identity pool goes by groups."
    )


# ---------------------------------------------------------------------------------------------------------------------
# What the token of a person says, as far as it is known, and whether a rule of an identity pool looks for that.
GROUPS_CLAIM = "cognito:groups"


class Claims:
    """`kept` tells the names of the attributes that the mirror keeps of people of the pool, where that is asked.

    `groups` is None where nobody here knows all that the person is in.
    """

    def __init__(self, person: CognitoUser, groups: Sequence[str] | None, kept: Callable[[], Collection[str]]) -> None:
        self._values: dict[str, tuple[str, ...]] = {name: (value,) for name, value in person.attributes.items()}
        self._values |= {"sub": (person.aws_id,), "cognito:username": (person.name,)}
        if groups is not None:
            self._values[GROUPS_CLAIM] = tuple(groups)
        self._kept = kept

    def of(self, name: str) -> tuple[str, ...] | None:
        """Its values, none where it isn't in the token; None where nobody here knows."""
        found = self._values.get(name)
        return () if found is None and name in self._kept() else found


def is_met(rule: Mapping[str, str], claims: Claims) -> bool | None:
    """The claim has to be there ("MappingRule" in the API Reference). None: that isn't known."""
    wanted, said = rule["Value"], claims.of(rule["Claim"])
    if said is None:
        return None
    match rule["MatchType"]:
        case "Equals":
            return wanted in said
        case "NotEqual":
            return any(each != wanted for each in said)
        case "StartsWith":
            return any(each.startswith(wanted) for each in said)
        case "Contains":
            return any(wanted in each for each in said)
    return None
