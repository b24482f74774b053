"""The rules about exposed resources: how grave each is, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from access.exposure.values import Opening, PartyKind, ResourceExposure
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import Found
from iamconsole.web.words import some
from policies.engine.catalogue import AccessLevel, spelled
from resources.models import Resource
from resources.table import KINDS

PUBLIC, PERHAPS_PUBLIC = "exposure.public", "exposure.perhaps_public"
OTHER_ACCOUNT, CONFUSED_DEPUTY = "exposure.other_account", "exposure.confused_deputy"
_TAKE_OUT = "Take the statement out of its policy, or say in a condition whom it is for; the finding names both."
RULES: Mapping[str, Rule] = rules_of(
    Rule(
        PUBLIC,
        "A resource that everybody gets to: without signing in, or with any AWS account.",
        title="Public resource",
        why="Whoever finds its name gets in. Names of buckets and queues are found by trying.",
        mend=_TAKE_OUT,
        one="resource is public",
        many="resources are public",
    ),
    Rule(
        PERHAPS_PUBLIC,
        "A resource that everybody may get to: it hangs on a condition, or on what isn’t read.",
        title="Perhaps public resource",
        why="What it hangs on may be met by anybody, or isn’t known here.",
        mend=_TAKE_OUT,
        one="resource is perhaps public",
        many="resources are perhaps public",
    ),
    Rule(
        OTHER_ACCOUNT,
        "A resource that another AWS account gets to.",
        title="Open to another AWS account",
        why="What happens in that AWS account decides who gets in. It is no concern of your policies.",
        mend="Take it out, or put the AWS account in the list of the guard rail “Roles trust known AWS accounts only”.",
        one="resource lets in another AWS account",
        many="resources let in other AWS accounts",
    ),
    Rule(
        CONFUSED_DEPUTY,
        "A resource that an AWS service gets to on whosever behalf: confused deputy.",
        title="Open to a service on whosever behalf",
        why="The service comes for customers of all AWS accounts, and any of them can have it use this resource.",
        mend="Add aws:SourceAccount or aws:SourceArn to the statement.",
        one="resource lets in a service on whosever behalf",
        many="resources let in services on whosever behalf",
    ),
)
_OF_SECRETS = frozenset({"kms.key", "secretsmanager.secret"})
_CHANGING = frozenset({AccessLevel.WRITE, AccessLevel.PERMISSIONS})
_LEVEL_WORDS: Mapping[AccessLevel, str] = {
    AccessLevel.LIST: "list",
    AccessLevel.READ: "read",
    AccessLevel.WRITE: "write",
    AccessLevel.PERMISSIONS: "change who gets in",
    AccessLevel.TAGGING: "tag",
}
_MOST_ACTIONS, _LONGEST_STATEMENT = 40, 6_000


@dataclass(frozen=True)
class AboutResource:
    """`known`: AWS accounts and organizations that are known; `organization`: the one that it is in.

    `as_made`: it has no policy, and what AWS goes by then lets others in.
    """

    row: Resource
    known: frozenset[str] = frozenset()
    organization: str = ""
    as_made: bool = False

    @property
    def called(self) -> str:
        """ "the SQS queue inbox"."""
        return f"the {KINDS[self.row.kind].word} {self.row.name}"


def findings_about(about: AboutResource, exposure: ResourceExposure) -> list[Found]:
    """An EFS file system without a policy is as AWS leaves it, open to whoever reaches it: that is no finding."""
    openings = () if about.as_made else exposure.openings
    return [_found(about, opening) for opening in openings if not opening.among_all]


def _found(about: AboutResource, opening: Opening) -> Found:
    said = _SAID[opening.party.kind](about, opening)
    hangs_on = [spelled(key) for key in opening.keys]
    row = about.row
    return Found(
        said.rule,
        said.severity,
        row.kind,
        row.aws_id,
        row.name,
        f"{said.sentence}{_rest(opening)}",
        (opening.party.name, *opening.levels, *sorted(opening.keys), "surely" if opening.is_sure else "perhaps"),
        {
            "who": opening.party.kind,
            "name": opening.party.name,
            "levels": list(opening.levels),
            "actions": list(opening.actions[:_MOST_ACTIONS]),
            "more_actions": max(0, len(opening.actions) - _MOST_ACTIONS),
            "on": list(opening.on[:_MOST_ACTIONS]),
            "hangs_on": hangs_on,
            "unsure": opening.unsure,
            "statements": [_statement(each.policy, each.which, each.written) for each in opening.evidence],
        },
        row.region,
    )


def _statement(policy: str, which: str, written: Mapping[str, Any]) -> dict[str, Any]:
    is_short = len(json.dumps(written)) <= _LONGEST_STATEMENT
    return {"policy": policy, "which": which, "written": dict(written) if is_short else None}


def _rest(opening: Opening) -> str:
    """What it hangs on."""
    if opening.keys:
        return f" It hangs on {some([spelled(key) for key in opening.keys])}."
    return f" {opening.unsure}" if opening.unsure else ""


def levels_words(levels: Sequence[AccessLevel]) -> str:
    """ "read and write"."""
    return some([_LEVEL_WORDS[level] for level in levels] or ["use"], shown=len(AccessLevel))


# ---- How grave ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Said:
    rule: str
    severity: FindingSeverity
    sentence: str


def _anybody(about: AboutResource, opening: Opening) -> _Said:
    who = "Everybody" if opening.unsigned else "Everybody with an AWS account"
    what = f"{levels_words(opening.levels)} {about.called}"
    if not opening.is_sure:
        severity = FindingSeverity.LOW if opening.needs_network else FindingSeverity.MEDIUM
        return _Said(PERHAPS_PUBLIC, severity, f"{who} may perhaps {what}.")
    is_grave = about.row.kind in _OF_SECRETS or not _CHANGING.isdisjoint(opening.levels)
    severity = FindingSeverity.CRITICAL if is_grave else FindingSeverity.HIGH
    return _Said(PUBLIC, FindingSeverity.LOW if opening.needs_network else severity, f"{who} may {what}.")


def _organization(about: AboutResource, opening: Opening) -> _Said:
    name = opening.party.name
    is_own = name == about.organization
    who = "Every AWS account of its own organization" if is_own else f"Every AWS account of the organization {name}"
    return _of_others(about, opening, who, is_known=is_own or name in about.known)


def _account(about: AboutResource, opening: Opening) -> _Said:
    name = opening.party.name
    return _of_others(about, opening, f"AWS account {name}", is_known=name in about.known)


def _canonical(about: AboutResource, opening: Opening) -> _Said:
    return _of_others(about, opening, f"Who has the canonical user id {opening.party.name[:12]}…", is_known=False)


def _of_others(about: AboutResource, opening: Opening, who: str, *, is_known: bool) -> _Said:
    if is_known:
        severity = FindingSeverity.LOW
    elif AccessLevel.PERMISSIONS in opening.levels:
        severity = FindingSeverity.HIGH
    else:
        severity = FindingSeverity.MEDIUM
    return _Said(OTHER_ACCOUNT, severity, f"{who} may {levels_words(opening.levels)} {about.called}.")


def _service(about: AboutResource, opening: Opening) -> _Said:
    severity = FindingSeverity.MEDIUM if opening.is_sure else FindingSeverity.LOW
    may = "may" if opening.is_sure else "may perhaps"
    sentence = (
        f"{opening.party.name} {may} {levels_words(opening.levels)} {about.called} on behalf of any AWS account: say "
        "whose, by aws:SourceArn, aws:SourceAccount or aws:SourceOrgID."
    )
    return _Said(CONFUSED_DEPUTY, severity, sentence)


_SAID: Mapping[PartyKind, Callable[[AboutResource, Opening], _Said]] = {
    PartyKind.ANYBODY: _anybody,
    PartyKind.ORGANIZATION: _organization,
    PartyKind.ACCOUNT: _account,
    PartyKind.CANONICAL: _canonical,
    PartyKind.SERVICE: _service,
}
