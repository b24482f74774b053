"""What is said of the new role, proved by the policy engine over the documents that come of the answers.

What the role may do, and what it may not, is asked of the evaluator for each action on all that is meant, with
boundary, control policies and the policy of the resource: it is so where all answers agree, and unknown where one is.
What the documents let in besides is found by comparing them (policies/engine/diff), whatever a request says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.db.models import F

from access.holders import Holder
from access.lookup import HolderLookup
from access.simulation.deciding import only_if_of
from access.situations import Situation, Situations
from access.surroundings import surroundings_of
from access.templatetags.access_words import LAYERS
from accounts.models import AwsAccount
from guides.roles.answers import RoleAnswers, Touch
from guides.roles.documents import VERSION, key_statement, permissions_of, statements_of, via_service
from guides.roles.touching import filled
from guides.sentences import NO, UNKNOWN, YES, Sentence
from iamconsole.web.words import some
from policies.engine.callers import Caller, CallerKind
from policies.engine.catalogue import AccessLevel, actions_matching
from policies.engine.combine import Decision
from policies.engine.compiled import CompiledDocument, CompiledStatement, compiled
from policies.engine.conditions import Context
from policies.engine.diff.report import policy_diff
from policies.engine.evaluate import Verdict
from policies.engine.layers import LayerName, LayerPolicy, Layers
from policies.engine.statements import document_of
from policies.engine.summary import level_of
from policies.models import PolicyVersion

_TLS = "aws:securetransport"
_OVER_TLS: Context = {_TLS: ("true",)}
_DENIED = (Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY)
# Services whose actions give permissions, or the credentials of others, whatever their level.
_GIVING = frozenset({"iam", "organizations", "sso", "sts"})
_WORST = {YES: 0, UNKNOWN: 1, NO: 2}


@dataclass(frozen=True)
class AskedAction:
    """An action on all that `resource` matches, in a request that says `context`."""

    action: str
    resource: str
    context: Context


Judged = tuple[AskedAction, Situation, Verdict]


@dataclass(frozen=True)
class Proof:
    """`trust`: who may assume it; `touches`: of each resource; `rest`: of the role as a whole."""

    trust: Sequence[Sentence]
    touches: Sequence[Sentence]
    rest: Sequence[Sentence]

    @property
    def sentences(self) -> Sequence[Sentence]:
        return [*self.trust, *self.touches, *self.rest]


def prove(answers: RoleAnswers, may_see: Callable[[str], bool]) -> Proof:
    """`may_see`: whether something of another AWS account, by its id, may be told."""
    role = _Role(answers, may_see)
    starts = _starts(answers, may_see)
    return Proof(list(_trust(answers)), list(role.touches()), [*role.rest(), *starts])


# ---- Who may assume it ---------------------------------------------------------------------------------------------
def _trust(answers: RoleAnswers) -> Iterator[Sentence]:
    document = json.loads(answers.trust.document())
    for claim in answers.trust.claims():
        found = policy_diff(claim.document, document)
        yield Sentence(_gained(found), f"{claim.sentence}.")


def _gained(found: Mapping[str, Any]) -> str:
    """Whether the second document lies within the first."""
    if found["gained"]:
        return NO
    return UNKNOWN if any(each["may_be"] == "gained" for each in found["undecided"]) else YES


# ---- What it may do, and what it may not ---------------------------------------------------------------------------
class _Role:
    def __init__(self, answers: RoleAnswers, may_see: Callable[[str], bool], text: str = "") -> None:
        """`text`: of its policy, where that isn't what comes of the answers."""
        self._answers = answers
        self._text = text or permissions_of(answers)
        self._boundary = boundary_text(answers.aws_account, answers.boundary_arn)
        holder = holder_of_new(answers, self._text, self._boundary)
        self._situations = Situations(answers.aws_account, HolderLookup([holder]), cache(surroundings_of), may_see)
        self._arn = holder.arn

    def touches(self) -> Iterator[Sentence]:
        for number, touch in enumerate(self._answers.touches, 1):
            yield self._may(touch, number)
            if touch.key_arn:
                yield self._may_use_key(touch)
            if (sentence := self._may_not(touch)) is not None:
                yield sentence

    def _may(self, touch: Touch, number: int) -> Sentence:
        asked = [
            AskedAction(action, filled(resource, touch.values), _context(touch))
            for permit in touch.use.permits
            for resource in permit.resources
            for action in permit.actions
        ]
        does = filled(touch.use.does, {"name": touch.called})
        found = self._allowed(asked, f"It may {does}.")
        return _worse(found, self._within_prefix(touch, number)) if touch.prefix else found

    def _may_use_key(self, touch: Touch) -> Sentence:
        context = {**_OVER_TLS, "kms:viaservice": (via_service(touch),)}
        asked = [AskedAction(action, touch.key_arn, context) for action in touch.use.with_key]
        found = self._allowed(asked, f"It may use the key of {touch.name} for that, and only through the service.")
        if found.state != NO or not any("own policy doesn’t allow" in why for why in found.why):
            return found
        words = f"The key of {touch.name} doesn’t let it in yet."
        why = (
            "Its key policy leaves nothing to the policies of this AWS account. Once the role is there, it has to say:"
        )
        return Sentence(NO, words, [why], self._statement_for_key(touch))

    def _statement_for_key(self, touch: Touch) -> str:
        """In a key policy, "*" is the key itself (KMS Developer Guide, "Creating a key policy")."""
        own = key_statement(touch, 1)
        return json.dumps({**own, "Sid": "UseByRole", "Principal": {"AWS": self._arn}, "Resource": "*"}, indent=2)

    def _may_not(self, touch: Touch) -> Sentence | None:
        """Of what its use doesn't allow."""
        used = set(touch.use.actions)
        never = [each for each in touch.touchable.never if not used & set(each.actions)]
        asked = [
            AskedAction(action, filled(each.resource, touch.values), _context(touch))
            for each in never
            for action in each.actions
        ]
        if not asked:
            return None
        *first, last = [filled(each.does, {"name": touch.called}) for each in never]
        does = f"{', '.join(first)} or {last}" if first else last
        return self._denied(asked, f"It may not {does}.")

    def _within_prefix(self, touch: Touch, number: int) -> Sentence:
        """That a condition on a prefix holds for all that begins with it is found by comparing, not by an example;
        other layers that look at prefixes are left unknown."""
        wanted = {"Version": VERSION, "Statement": statements_of(touch, number)}
        found = policy_diff(json.loads(self._text), wanted)
        listing = self._situations.of(self._arn, "s3:ListBucket", touch.arn, _context(touch))
        looks = any("s3:prefix" in each.keys for each in _others(listing.layers))
        if _gained(found) == YES and not looks:
            return Sentence(YES, "")
        return Sentence(UNKNOWN, "", ["What may be listed depends on more than the prefix."])

    def may_start(self, document: Any, words: str) -> Sentence:
        """What the statements of the document allow, each under the conditions that they name."""
        asked = [
            AskedAction(action, resource, {**_OVER_TLS, **_conditions_of(each.written)})
            for each in document_of(document).statements
            for resource in each.resource_words
            for action in each.action_words
        ]
        return self._allowed(asked, words)

    # ---- By the evaluator ------------------------------------------------------------------------------------
    def _allowed(self, asked: Iterable[AskedAction], words: str) -> Sentence:
        judged = [(each, *self._judged(each)) for each in asked]
        denied = [(each, verdict) for each, _, verdict in judged if verdict.decision in _DENIED]
        if denied:
            why = list(dict.fromkeys(_why_denied(*each) for each in denied))
            return Sentence(NO, f"Not so: {_inside(words)}", why)
        hangs = _hanging(judged)
        return Sentence(UNKNOWN, words, _why_unknown(hangs, Decision.ALLOWED)) if hangs else Sentence(YES, words)

    def _denied(self, asked: Iterable[AskedAction], words: str) -> Sentence:
        judged = [(each, *self._judged(each)) for each in asked]
        allowed = [each.action for each, _, verdict in judged if verdict.decision is Decision.ALLOWED]
        if allowed:
            return Sentence(NO, f"Not so: {_inside(words)}", [f"It may do {some(sorted(set(allowed)))}."])
        hangs = _hanging(judged)
        return Sentence(UNKNOWN, words, _why_unknown(hangs, *_DENIED)) if hangs else Sentence(YES, words)

    def _judged(self, asked: AskedAction) -> tuple[Situation, Verdict]:
        situation = self._situations.of(self._arn, asked.action, asked.resource, asked.context)
        return situation, situation.verdict()

    # ---- As a whole ------------------------------------------------------------------------------------------
    def rest(self) -> Iterator[Sentence]:
        touches = list(enumerate(self._answers.touches, 1))
        meant = [each for number, touch in touches for each in statements_of(touch, number)]
        if not meant:
            yield Sentence(YES if not self._text else NO, "It may do nothing at all yet.")
            return
        document = json.loads(self._text)
        found = policy_diff({"Version": VERSION, "Statement": meant}, document)
        yield Sentence(_gained(found), "Its policy allows nothing else.")
        giving = sorted(_gives_permissions(document))
        words = "None of its actions gives anybody permissions."
        yield Sentence(NO, f"It may give permissions: {some(giving)}.") if giving else Sentence(YES, words)


def _starts(answers: RoleAnswers, may_see: Callable[[str], bool]) -> Iterator[Sentence]:
    """Of the new role of what starts it."""
    started = answers.started
    if started is None or started.role is not None:
        return
    document = started.document(answers.aws_account, answers.arn)
    own = replace(answers, name=started.name, touches=())
    role = _Role(own, may_see, json.dumps(document))
    yield role.may_start(document, f"{started.starter.second} may start {started.named}, by the role {started.name}.")


def _worse(one: Sentence, other: Sentence) -> Sentence:
    """The words of the first, as far as both are so."""
    if _WORST[other.state] <= _WORST[one.state]:
        return one
    return Sentence(other.state, one.words, [*one.why, *other.why])


def _conditions_of(statement: Mapping[str, Any]) -> Context:
    """The keys that it wants to equal a text."""
    return {key.lower(): (value,) for key, value in statement.get("Condition", {}).get("StringEquals", {}).items()}


def _context(touch: Touch) -> Context:
    """A request over TLS, where the resource is, for what is meant of it."""
    found: dict[str, tuple[str, ...]] = dict(_OVER_TLS)
    if touch.region:
        found["aws:requestedregion"] = (touch.region,)
    if touch.prefix:
        found["s3:prefix"] = (touch.prefix,)
    return found


def _why_denied(asked: AskedAction, verdict: Verdict) -> str:
    layers = [f"the {LAYERS[reason.layer]}" for reason in verdict.reasons]
    said = "denies it" if verdict.decision is Decision.EXPLICIT_DENY else "doesn’t allow it"
    return f"{asked.action}: {some(list(dict.fromkeys(layers)))} {said}."


def _hanging(judged: Sequence[Judged]) -> list[Judged]:
    return [each for each in judged if each[2].decision is Decision.UNKNOWN]


def _inside(words: str) -> str:
    """A sentence behind a colon."""
    return f"{words[0].lower()}{words[1:]}"


def _why_unknown(hangs: Sequence[Judged], *wanted: Decision) -> list[str]:
    """On what it hangs, each once; and what is so by the policies that were read."""
    why = [only_if_of(situation, verdict) or "there is too much to try" for _, situation, verdict in hangs]
    sentences = [f"{each[0].upper()}{each[1:]}." for each in dict.fromkeys(why)]
    if all(situation.verdict_by_policies_read().decision in wanted for _, situation, _ in hangs):
        sentences.append("By the policies that were read, it is so.")
    return sentences


def _others(layers: Layers) -> Iterator[CompiledStatement]:
    """The statements of all layers but the role's own policies."""
    levels = (*layers.scps, *layers.rcps)
    policies = [policy for level in levels for policy in level.policies]
    for policy in (*policies, *(layers.boundaries or ()), *filter(None, [layers.resource])):
        yield from policy.document.statements


def _gives_permissions(document: Any) -> set[str]:
    patterns = {name for each in document_of(document).statements if each.allows for name in each.action_words}
    names = {name for pattern in patterns for name in actions_matching(pattern)}
    return {name for name in names if level_of(name) is AccessLevel.PERMISSIONS or name.partition(":")[0] in _GIVING}


# ---- The role as it will be ----------------------------------------------------------------------------------------
def boundary_text(aws_account: AwsAccount, arn: str) -> str | None:
    """None: it has no boundary, or the mirror lacks its text."""
    if not arn:
        return None
    versions = PolicyVersion.objects.filter(
        policy__aws_account=aws_account,
        policy__arn=arn,
        policy__gone_at=None,
        version_id=F("policy__default_version"),
    )
    found = versions.select_related("document").first()
    return found.document.text if found else None


def holder_of_new(answers: RoleAnswers, permissions: str, boundary: str | None) -> Holder:
    """The role as it will be, with its own policy alone."""
    own = (LayerPolicy("new policy", CompiledDocument(json.loads(permissions))),) if permissions else ()
    not_read = frozenset({LayerName.BOUNDARY}) if answers.boundary_arn and boundary is None else frozenset()
    return Holder(
        Caller(CallerKind.ROLE, answers.arn, answers.aws_account.account_id, answers.name),
        row=0,
        unique_id="",
        policies=own,
        boundary=LayerPolicy(answers.boundary_arn, compiled(boundary)) if boundary else None,
        trust=LayerPolicy("new trust policy", CompiledDocument(json.loads(answers.trust.document()))),
        tags=answers.tags,
        not_read=not_read,
    )
