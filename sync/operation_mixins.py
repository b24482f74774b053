"""What only some operations do: each mixin is a base beside the others of an operation's class, the last of them.

Whoever carries a plan out asks by `isinstance`, or by the function here that has the answer for all other operations.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, TypeVar

from django.utils import timezone

from accounts.models import AwsAccount, Risk
from iamconsole.web.words import full_time
from sync.aws.client import AwsClient
from sync.aws.secrets import Secret
from sync.object_ref import ObjectRef
from sync.operations import (
    AccessChange,
    BadParams,
    Gate,
    Operation,
    PlannedStep,
    PreviousAttempt,
    StepResult,
    StepSpec,
    Value,
)
from sync.plan_draft import Draft

P = TypeVar("P")
MOST_DAYS = 90  # that a change waits


class WritesDocument(Operation[P]):
    """It writes a document, which pages compare with the one that is there: from the mirror."""

    replaces_text: ClassVar[bool] = False  # whether what anybody edited in the text of its part is gone by it
    # What kind of policy `writes` gives, as `lint --type` has it; None where it is no policy.
    writes_type: ClassVar[str | None] = "identity"

    def document(self, aws_account: AwsAccount, p: P, value: Value) -> str | None:
        """The document that the part has at `value`; None where it has none, or the mirror doesn't know it."""
        return None

    def writes(self, aws_account: AwsAccount, p: P) -> str | None:
        """The document that the step puts there; None where it writes none with these parameters."""
        return None

    def merged(self, p: P, base: str, live: str) -> P | None:
        """With both edits of `base`: its own, and the one that made `live` of it; None where they don't fit."""
        return None


class AboutPeople(Operation[P]):
    """What it says of people is told to who may see them alone."""

    def whom(self, p: P) -> str:
        """Whom it is about, where that is personal and no id says it."""
        return ""

    def personal(self, p: P) -> Mapping[str, str]:
        """Personal values that it sets, by their names, stored nowhere."""
        return {}


class AboutPoolPeople(AboutPeople[P]):
    """It is about people of a user pool: grants can be of one pool."""

    @abstractmethod
    def pool_of(self, p: P) -> str:
        """The id of the user pool."""


class DecidedByMirror(Operation[P]):
    """What it takes depends on what the mirror has of its object now.

    Of each `draft` it gets the AWS account, and what `prefetch` looked up for all steps; it has no steps.
    """

    asks_mirror: ClassVar[bool] = True

    def needs_of(self, draft: Draft, p: P) -> str:
        """The permission that proposing and applying it takes: `CARE` for what helpdesk may do."""
        return self.needs

    def risk_of(self, draft: Draft, p: P) -> Risk:
        """How much is at stake."""
        return self.risk

    def why_needs(self, draft: Draft, p: P) -> str:
        """Why it takes that, as a sentence; "" leaves it unsaid."""
        return ""

    def asks_second(self, draft: Draft, p: P) -> str:
        """Why somebody else has to approve it, whatever the AWS account asks for; "" where nobody has to."""
        return ""


class HasSecrets(Operation[P]):
    """Its operator is shown a secret once, when it was sent."""

    def secrets(self, answer: Mapping[str, Any]) -> Mapping[str, Secret]:
        """What AWS says in its answer and never again, by the name that pages give it. Then `result` isn't empty."""
        return {}

    def scanned(self, p: P, name: str, secret: str) -> str:
        """What an app may scan in place of that secret: the text of a QR code; "" for none."""
        return ""

    def made_up(self, p: P) -> Mapping[str, str]:
        """What the console thought up itself and sends in secret: the reference of a sealed text, by that name."""
        return {}


class AppearsAfterwards(Operation[P]):
    """A call at most once of which AWS shows what it may have made, but not whether that is ours."""

    @abstractmethod
    def appeared(self, found: Value, live: Value) -> list[str] | None:
        """The ids of what is live and wasn't when it was sent; None where nothing shows.

        Each may be ours, its answer lost, or somebody else's: an operator decides.
        """

    def discard(self, p: P, appeared: str) -> list[StepSpec]:
        """The steps that delete it, where it is ours and of no use without that answer."""
        return []


class IdChosenByAws(AppearsAfterwards[P]):
    """AWS chooses the id of what it makes, and names are not unique. The part has those alike, by id, as "there"."""

    def after(self, p: P, value: Value) -> Value:
        return {**value, "there": [*value["there"], ""]}

    def done(self, client: AwsClient, p: P, live: Value, tried: Sequence[PreviousAttempt]) -> StepResult | None:
        return StepResult() if self.appeared(tried[0].found, live) else None

    def appeared(self, found: Value, live: Value) -> list[str] | None:
        if not found or not live or found.get("object") != live.get("object"):
            return []
        return [each for each in live["there"] if each not in found["there"]]

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return self.discard(p, result["id"]) if "id" in result else []


class HasDays(Protocol):
    @property
    def days(self) -> int: ...


D = TypeVar("D", bound=HasDays)


class WaitsForDays(Gate[D]):
    """It waits so many days, in which somebody can miss what the next step deletes."""

    every = timedelta(hours=1)

    def waits_for(self, client: AwsClient, p: D, since: datetime) -> str:
        until = since + timedelta(days=p.days)
        return "" if until <= timezone.now() else self.waits_until(p, full_time(until))

    @abstractmethod
    def waits_until(self, p: D, at: str) -> str:
        """A sentence."""


def check_days(days: int) -> None:
    """Raises BadParams."""
    if not 0 <= days <= MOST_DAYS:
        raise BadParams(f"It waits 0 to {MOST_DAYS} days.", field="days")


class FollowsRenames(Operation[P]):
    """Its objects have an id that stays when they get another name."""

    @abstractmethod
    def named_as_now(self, aws_account: AwsAccount, p: P, expects: Value) -> P:
        """The same by the names that its objects have in the mirror now. `expects` has their ids."""

    @abstractmethod
    def elsewhere(self, client: AwsClient, expects: Value, live: Value) -> list[ObjectRef]:
        """The objects of `expects` that aren't those of `live` and that AWS has under another name: as named now."""


class CompletesParams(Operation[P]):
    """Its call replaces all, and resets what it is not told."""

    @abstractmethod
    def completed(self, draft: Draft, p: P) -> P:
        """The parameters with what the call takes beside the intent, as it is after the steps of the draft.

        Raises Refusal.
        """


class ReadsAccessOffPlan(Operation[P]):
    """What it changes of who has what access depends on what the plan expects to find."""

    @abstractmethod
    def access_changes_of_step(self, aws_account: AwsAccount, step: PlannedStep) -> Sequence[AccessChange]: ...


class AffectsOtherAccounts(Operation[P]):
    """It takes or gives access in other AWS accounts than the one that it is carried out in."""

    @abstractmethod
    def affected_accounts(self, aws_account: AwsAccount, p: P) -> Collection[str]:
        """Their ids, of 12 digits, whether this console has them or not: by the mirror as it is now."""


class RedoneByReverses(Operation[P]):
    """It brings into force what steps before it wrote, and has no reverse: theirs do it again at their end."""


class DescribesDifference(Operation[P]):
    """A value of its part in a few words doesn't tell two of them apart."""

    def describe_difference(self, expected: Value, found: Value) -> str:
        """To end a sentence."""
        return in_few_words(self, expected, found)


# ---- For operations of any kind ------------------------------------------------------------------------------------
def difference_described(operation: Operation[P], expected: Value, found: Value) -> str:
    """What the plan expects of the part and what is there, to end a sentence."""
    if isinstance(operation, DescribesDifference):
        return operation.describe_difference(expected, found)
    return in_few_words(operation, expected, found)


def in_few_words(operation: Operation[P], expected: Value, found: Value) -> str:
    before, now = operation.describe(expected), operation.describe(found)
    return f"expected {before}, found {now}{' with other details' if before == now else ''}"


def written_document(operation: Operation[P], aws_account: AwsAccount, p: P) -> str | None:
    return operation.writes(aws_account, p) if isinstance(operation, WritesDocument) else None


def pool_of_people(operation: Operation[P], p: P) -> str:
    """ "" where it is about no people."""
    return operation.pool_of(p) if isinstance(operation, AboutPoolPeople) else ""


def asks_mirror(operation: Operation[Any]) -> bool:
    return isinstance(operation, DecidedByMirror) and operation.asks_mirror


def permission_needed(operation: Operation[P], draft: Draft, p: P) -> str:
    return operation.needs_of(draft, p) if isinstance(operation, DecidedByMirror) else operation.needs


def risk_at_stake(operation: Operation[P], draft: Draft, p: P) -> Risk:
    return operation.risk_of(draft, p) if isinstance(operation, DecidedByMirror) else operation.risk


def why_second_person(operation: Operation[P], draft: Draft, p: P) -> str:
    return operation.asks_second(draft, p) if isinstance(operation, DecidedByMirror) else ""
