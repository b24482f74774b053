"""The answer to a denial: the verdict of the policies that the mirror has, beside what AWS said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from access.denied.layers import AS_AWS_SAYS, Layered, LayerLine, LayerState, layered
from access.denied.requests import DeniedRequest, ReadFrom
from access.holders import Holder
from access.resource_policies import is_assuming
from access.situations import Situation, Situations
from access.surroundings import Surroundings, surroundings_told
from accounts.models import AwsAccount
from policies.engine.catalogue import spelled
from policies.engine.evaluate import Decision, LayerName, evaluate
from sync.aws.denial import Layer

_DENIED = (Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY)


class DenialOutcome(StrEnum):
    DENIED = "denied"
    UNKNOWN = "unknown"
    ALLOWED = "allowed"  # by the policies that the mirror has


class Agreement(StrEnum):
    SAME = "same"
    OTHER = "other"  # AWS names another layer
    UNSAID = "unsaid"  # AWS doesn't say which
    NONE = "none"  # there is no word of AWS's


@dataclass(frozen=True)
class DenialAnswer:
    """`asked`: as it was read, or as somebody filled it in, which AWS said nothing of."""

    asked: DeniedRequest
    situation: Situation
    layered: Layered
    holder: Holder | None = None  # the user or role, if the mirror has it

    @cached_property
    def decision(self) -> Decision:
        """With all that isn't read."""
        return evaluate(self.situation.request, self.situation.all_layers).decision

    @property
    def is_of_aws(self) -> bool:
        """Whether AWS said that it denied just this."""
        return self.asked.read_from is not ReadFrom.FIELDS

    @property
    def outcome(self) -> DenialOutcome:
        """What isn't read didn't allow it, where AWS itself said that it was denied."""
        if self.decision in _DENIED or (self.is_of_aws and self.layered.decision in _DENIED):
            return DenialOutcome.DENIED
        return DenialOutcome.ALLOWED if self.layered.decision is Decision.ALLOWED and self.is_of_aws else self._outcome

    @property
    def _outcome(self) -> DenialOutcome:
        return DenialOutcome.ALLOWED if self.decision is Decision.ALLOWED else DenialOutcome.UNKNOWN

    @property
    def said(self) -> LayerName | None:
        return AS_AWS_SAYS[self.asked.layer] if self.asked.layer else None

    @property
    def agreement(self) -> Agreement:
        if not self.is_of_aws:
            return Agreement.NONE
        if self.said is None:
            return Agreement.UNSAID
        stops = [line.layer for line in self.layered.lines if line.stops]
        return Agreement.SAME if self.said in stops else Agreement.OTHER

    @property
    def unknowns(self) -> list[LayerLine]:
        """What isn't read, and could change it."""
        return [line for line in self.layered.lines if line.state is LayerState.UNKNOWN]

    @property
    def keys(self) -> list[str]:
        """Condition keys on which it hangs."""
        return sorted({spelled(key) for line in self.unknowns for key in line.keys})


def answer(
    aws_account: AwsAccount, asked: DeniedRequest, may_see: Callable[[str], bool] = lambda account_id: True
) -> DenialAnswer:
    """`may_see`: whether something of an AWS account, by its id, may be told. Raises UnanswerableQuestionError."""
    situations = Situations(aws_account, around=surroundings_seen(aws_account, may_see), may_see=may_see)
    situation = situations.of(asked.principal, asked.action, asked.resource, asked.context)
    said = AS_AWS_SAYS[asked.layer] if asked.layer else None
    holder = situations.asker(asked.principal).holder
    return DenialAnswer(asked, situation, layered(situation, said), holder)


def surroundings_seen(aws_account: AwsAccount, may_see: Callable[[str], bool]) -> Callable[[str], Surroundings]:
    """What bounds an AWS account, by its id, as far as it may be told: the same words of one that nobody knows."""

    own = aws_account.account_id
    return lambda account_id: surroundings_told(account_id, lambda asked: asked == own or may_see(asked))


# ---- Why AWS may deny what the console would allow -----------------------------------------------------------
@dataclass(frozen=True)
class Reason:
    """`is_said`: AWS's message says so."""

    title: str
    sentence: str
    is_said: bool = False


def why_it_differs(found: DenialAnswer) -> list[Reason]:
    """The known reasons that may be so here; what AWS says first.

    IAM User Guide, "Troubleshoot access denied error messages", "Policy evaluation logic" and "Troubleshoot IAM"
    ("Changes that I make are not always immediately visible").
    """
    reasons = list(_reasons(found))
    return sorted(reasons, key=lambda reason: not reason.is_said)


def _reasons(found: DenialAnswer) -> Iterator[Reason]:
    yield from _out_of_sight(found.asked)
    for line in found.unknowns:
        if line.why:
            said = found.said is line.layer
            yield Reason(_TITLES.get(line.layer, "A policy that isn’t read"), line.why, said)
    if found.keys:
        yield Reason(
            "Condition keys",
            f"Policies ask for {', '.join(found.keys)}, which the message doesn’t tell. Fill them in, and ask again.",
        )
    yield _of_time(found)
    request = found.situation.request
    is_held = found.situation.of_resource is not None
    if is_held and request.resource.startswith("arn:aws:s3:"):
        yield Reason("What is no policy", "Object Lock, and what Amazon S3 itself checks, are not in the mirror.")
    elif not is_held and (
        request.resource.split(":")[2:3] in (["s3"], ["kms"]) or is_assuming(request.action, request.resource)
    ):
        yield Reason(
            "What is no policy",
            "Access control lists and Block Public Access of S3, grants of KMS keys, Object Lock, and what the service "
            "itself checks are not in the mirror.",
        )


def _out_of_sight(asked: DeniedRequest) -> Iterator[Reason]:
    """What no mirror has."""
    if asked.layer is Layer.ENDPOINT or "aws:sourcevpce" in asked.context:
        yield Reason(
            "A VPC endpoint policy",
            "The console doesn’t read policies of VPC endpoints. Look at that of the endpoint which the request went "
            f"through{_endpoint(asked)}.",
            asked.layer is Layer.ENDPOINT,
        )
    if asked.layer is Layer.PUBLIC:
        yield Reason("S3 Block Public Access", "It refuses what would make a bucket public, whoever asks.", True)
    if asked.through:
        yield Reason(
            "A call that a service made in turn",
            f"What was denied is a call that the service made for this one: a {asked.through} denies that.",
            True,
        )


def _of_time(found: DenialAnswer) -> Reason:
    if found.said and found.agreement is Agreement.OTHER and found.said not in {each.layer for each in found.unknowns}:
        return Reason(
            "The policies have changed",
            f"AWS names a {found.asked.layer}; those that the mirror has don’t deny it. Pull this AWS account, or look "
            "at the history of who asked.",
            True,
        )
    return Reason(
        "Time",
        "The policies may have changed after the denial, or shortly before it: AWS takes some seconds, and the mirror "
        "is as old as the page says.",
    )


_TITLES = {
    LayerName.RESOURCE: "The policy of the resource",
    LayerName.SESSION: "A session policy",
    LayerName.SCP: "Service control policies",
    LayerName.RCP: "Resource control policies",
    LayerName.IDENTITY: "The principal’s own policies",
    LayerName.BOUNDARY: "The permissions boundary",
}


def _endpoint(asked: DeniedRequest) -> str:
    names = asked.context.get("aws:sourcevpce", ())
    return f" ({names[0]})" if names else ""
