"""What is wrong with an identity pool, each with the action that fixes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cognito.identity_pools.guests import GuestAccess, GuestRoleAccess, GuestServiceAccess, guest_access
from cognito.identity_pools.sign_in_paths import RoleLink, SignInPath, SignInPaths, without_client
from cognito.models import IdentityPool
from cognito.modifiable_claims.exposures import exposures, giver_of, pools_of, taken_by
from cognito.posture import PostureFinding, worst_first
from iamconsole.web.words import some
from identities.models import IamRole

_READ_ONLY = "AmazonS3ReadOnlyAccess"
_S3 = ("s3", "s3-object-lambda")  # one policy gives both
_WORSE = ("permissions", "everything")


def findings_of(row: IdentityPool, paths: SignInPaths, guest: GuestAccess) -> list[PostureFinding]:
    """The worst first, each once."""
    found = (
        *_of_reading(paths),
        *_of_guests(guest),
        *_of_links(paths),
        *_of_flow(paths),
        *_of_mappings(paths),
        *_of_choices(row, paths),
    )
    return worst_first(found)


def all_findings(row: IdentityPool) -> list[PostureFinding]:
    paths = SignInPaths(row)
    return findings_of(row, paths, guest_access(row, paths))


def _of_reading(paths: SignInPaths) -> Iterator[PostureFinding]:
    """What isn't read has nothing wrong that could be told."""
    if not paths.is_read:
        text = "What people get by this pool isn’t known: refresh its page, or see in the pulls what AWS refused."
        yield PostureFinding("ROLES_NOT_READ", "medium", "Its roles weren’t read", text)


# ---- Guests ------------------------------------------------------------------------------------------------------
def _of_guests(guest: GuestAccess) -> Iterator[PostureFinding]:
    own = guest.own
    if own is None or guest.why_nothing:
        return
    of_s3 = own.row("s3")
    if of_s3 is not None and of_s3.on_everything:
        yield _of_all_s3(own, of_s3, _limited([of_s3]))
    others = [each for each in own.rows if _is_too_much(each) and not (each.on_everything and _is_of_s3(each))]
    if others:
        names = some([each.service.name for each in others])
        text = f"{own.role.name} lets whoever knows the pool’s id do more there than read the resources that it names."
        severity = "critical" if any(each.level in _WORSE for each in others) else "high"
        yield PostureFinding(
            "GUESTS_DO_TOO_MUCH",
            severity,
            f"Guests have broad access to {names}",
            f"{text}{_limited(others)}",
            "guests-off",
            "Turn off guest access…",
        )


def _limited(rows: Iterable[GuestServiceAccess]) -> str:
    named = [row.service.name for row in rows if row.is_limited]
    return f" Of {some(named)} Cognito’s own limit on guests may take some: that is unknown." if named else ""


def _of_all_s3(own: GuestRoleAccess, of_s3: GuestServiceAccess, limit: str) -> PostureFinding:
    what = _READ_ONLY if _READ_ONLY in [_short(each.policy) for each in of_s3.because] else "A policy"
    _, but, spared = of_s3.scopes[0].words.partition(" but ")
    hangs = f", {of_s3.condition}" if of_s3.condition else ""
    which = f"every bucket of the AWS account{but}{spared}"
    text = f"{what} gives {own.role.name} {which}, and whoever knows the pool’s id is a guest{hangs}."
    title = "Guests read all of S3" if of_s3.level == "read" else "Guests reach all of S3"
    return PostureFinding(
        "GUESTS_READ_ALL_S3", "critical", title, f"{text}{limit}", "tighten-guests", "Cut down to one prefix…"
    )


def _is_too_much(row: GuestServiceAccess) -> bool:
    """Of everything, or without a resource that could be named; or so that more can be had."""
    return row.level in _WORSE or row.on_everything or row.on_no_resource or row.leads_on


def _is_of_s3(row: GuestServiceAccess) -> bool:
    return row.service.prefix in _S3


def _short(policy: str) -> str:
    return policy.rpartition("/")[2]


def _of_flow(paths: SignInPaths) -> Iterator[PostureFinding]:
    if not paths.row.classic_flow:
        return
    text = "An app may choose the role itself, and Cognito’s limit on guests doesn’t apply."
    if paths.guest.others:
        text += f" A guest may also take {_named(paths.guest.others)}."
    if others := list(dict.fromkeys(role for path in paths.signed_in for role in path.others)):
        text += f" People who are signed in may also take {_named(others)}, whatever the mappings say."
    severity = "critical" if paths.guest.others else "high"
    yield PostureFinding("CLASSIC_FLOW", severity, "The classic flow is on", text, "classic-off", "Turn it off…")


def _named(roles: Iterable[IamRole]) -> str:
    return some([role.name for role in roles])


# ---- Roles and their trust ---------------------------------------------------------------------------------------
def _of_links(paths: SignInPaths) -> Iterator[PostureFinding]:
    for path, link in paths.links:
        if link.role is None or link.trust is None:
            yield _missing_role(path, link)
            continue
        if not link.trust.works:
            who = "guests" if path.is_guest else "people who are signed in"
            text = f"Its trust lets no {who} of this pool in, so they get no credentials."
            yield _of_trust("TRUST_LETS_NOBODY_IN", "high", f"{link.name} doesn’t trust this pool", text, path, link)
        if link.trust.any_pool:
            text = "Its trust doesn’t keep to this pool (aud), so people of other identity pools may take it."
            yield _of_trust("TRUST_WITHOUT_AUD", "critical", f"Any pool may use {link.name}", text, path, link)
        if strange := [pool for pool in link.trust.also if pool not in paths.known_pools]:
            text = f"Its trust names {some(strange)}, too, which the mirror doesn’t have: it may be of anybody."
            yield _of_trust("TRUST_OF_UNKNOWN_POOL", "medium", f"{link.name} trusts an unknown pool", text, path, link)
        if link.trust.any_kind and not path.is_guest:
            text = "Its trust doesn’t keep to people who signed in (amr), so guests may take it in the classic flow."
            severity = "critical" if paths.row.guests and paths.row.classic_flow else "high"
            yield _of_trust("TRUST_WITHOUT_AMR", severity, f"Guests may take {link.name}", text, path, link)
        if not link.trust.takes_tags:
            text = "The pool gives people principal tags, and its trust doesn’t allow sts:TagSession: nobody gets in."
            yield _of_trust("TRUST_WITHOUT_TAGS", "high", f"{link.name} takes no tags", text, path, link)


def _missing_role(path: SignInPath, link: RoleLink) -> PostureFinding:
    who = "guests" if path.is_guest else "people who are signed in"
    text = f"The mirror has no role of that name. If AWS has none either, {who} get no credentials by it."
    return PostureFinding("ROLE_MISSING", "high", f"The role {link.name} is missing", text, "roles", "Set the roles…")


def _of_trust(code: str, severity: str, title: str, text: str, path: SignInPath, link: RoleLink) -> PostureFinding:
    asked = (("role", link.arn),)
    return PostureFinding(code, severity, title, text, "fix-trust", "Fix the trust policy…", asked)


# ---- Mappings ----------------------------------------------------------------------------------------------------
def _of_mappings(paths: SignInPaths) -> Iterator[PostureFinding]:
    for path in paths.signed_in:
        asked, turned_away = (("provider", path.key),), (("provider", path.key), ("otherwise", "Deny"))
        rules: Sequence[RoleLink] = [link for link in path.links if not link.is_fallback] if path.mapping else ()
        for place, link in enumerate(rules, 1):
            if link.never:
                title = f"Rule {place} can never match"
                yield PostureFinding(
                    "RULE_NEVER_MATCHES", "low", title, f"{link.never}.", "mapping", "Edit the rules…", asked
                )
        if path.mapping and path.mapping.get("AmbiguousRoleResolution") != "Deny":
            text = (
                f"{path.full_title}: whom no {'rule' if path.is_by_rules else 'group'} gives a role gets the role of "
            )
            text += "everybody who is signed in, and nobody is turned away."
            yield PostureFinding(
                "MAPPING_FALLS_BACK",
                "medium",
                "People whom nothing matches get a role all the same",
                text,
                "mapping",
                "Turn them away…",
                turned_away,
            )
        if path.mapping and path.mapping["Type"] == "Token" and (ranks := _shared_ranks(rules)):
            text = (
                f"Groups of the same precedence ({ranks}) with other roles: who is in two of them gets the one that "
                "the app asks for (CustomRoleArn), and neither where it asks for none."
            )
            yield PostureFinding("MAPPING_AMBIGUOUS", "medium", "Groups of equal precedence", text)


def _of_choices(row: IdentityPool, paths: SignInPaths) -> Iterator[PostureFinding]:
    """What people get by claims that they choose themselves."""
    giver = giver_of(row)
    for each in exposures([giver], pools_of(taken_by([giver]))):
        text = f"{each.sentence(row.aws_account)} {_LISTS}"
        provider = next(path.key for path in paths.signed_in if each.use.provider in (path.key, path.login))
        if each.role:
            title = f"People choose themselves who gets {each.role.rpartition('/')[2]}"
            severity, asked = "critical" if each.is_certain else "high", (("provider", provider),)
            yield PostureFinding("ROLE_BY_CHOICE", severity, title, text, "mapping", "Edit the rules…", asked)
        else:
            title = f"People choose the tag {each.use.tag} of their session themselves"
            asked = (("provider", without_client(provider)),)
            yield PostureFinding("TAG_BY_CHOICE", "high", title, text, "principal-tags", "Edit the tags…", asked)


_LISTS = (
    "Map claims that only administrators set, such as groups, or remove the attribute from what app clients may write."
)


def _shared_ranks(links: Sequence[RoleLink]) -> str:
    """Precedences that groups with different roles share."""
    roles: dict[str, set[str]] = {}
    for link in links:
        _, found, rank = link.who.partition(", precedence ")
        roles.setdefault(rank if found else "none", set()).add(link.arn)
    return ", ".join(sorted(rank for rank, arns in roles.items() if len(arns) > 1))
