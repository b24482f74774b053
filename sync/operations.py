"""What an operation is: one kind of step that a change may take, such as `iam.policy.update`. And the registry of them.

An operation knows one AWS call: what it may be given, how it reads in words, which *part* of the live object it depends
on, how to see that it was done, and what would undo it. It decides nothing about order, permissions or repetition:
that is `sync.changes`. docs/adding-an-operation.md is the checklist.

The *part* is compared as a plain JSON value: `mirrored` says what the mirror has, `live` what AWS has, `after` what
the step leaves. They must agree to the letter on an object that nobody touched.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar

from accounts.models import AwsAccount, Risk
from accounts.roles import PROPOSE
from sync.aws import permission
from sync.aws.client import AwsClient
from sync.aws.errors import AwsError
from sync.aws.permission import Permission
from sync.calls import Call, SealedParameter, hidden_in, opened
from sync.checks import PlanFinding
from sync.mirror.hashing import moment
from sync.object_ref import ObjectRef
from sync.params import BadParams, ForOperator, read_params
from sync.plan_draft import Draft

Value = Any  # a JSON value: the state of a part


class Guarantee(StrEnum):
    """What can be known of a call whose answer was lost."""

    IDEMPOTENT = "idempotent"  # send it again
    DETECTABLE = "detectable"  # AWS shows whether it was done
    AT_MOST_ONCE = "at most once"  # can't be seen from outside: ask the operator


class Undo(StrEnum):
    REVERSIBLE = "reversible"
    NEW_ID = "restorable with a new id"
    NEVER = "can't be undone"


@dataclass(frozen=True)
class StepSpec:
    """A step as somebody proposes it."""

    kind: str
    params: Mapping[str, Any]
    # The rest of the plan is worth applying without it: where it fails, an operator may leave it out.
    is_optional: bool = False


@dataclass(frozen=True)
class StepResult:
    """The step has taken effect; `result` is what AWS chose (such as the number of a new version)."""

    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PreviousAttempt:
    """An attempt of ours that may have reached AWS: when, and what was live just before."""

    at: datetime
    found: Value

    def may_have_made(self, made: datetime | str | None) -> bool:
        """Whether it may have made what was made then; `made` also in ISO 8601. AWS tells whole seconds."""
        then = moment(made or None)
        return then is not None and then >= self.at.replace(microsecond=0)


@dataclass(frozen=True)
class AccessChange:
    """Something that a step changes of who has what access. The apps above say what there is: policies/holdings.py."""


P = TypeVar("P")


class Operation(ABC, Generic[P]):
    """One kind of step. `P` is the frozen dataclass of its parameters. Stateless: one instance serves all."""

    kind: ClassVar[str]
    aws_operation: str  # the call that it sends, as AWS names it: "CreatePolicyVersion"; of a gate the one that it asks
    guarantee: ClassVar[Guarantee]
    undo: ClassVar[Undo]
    risk: ClassVar[Risk]
    # Whether AWS shows it afterwards. Where it doesn't (a new password), its answer is all that there is to go by.
    shows: ClassVar[bool] = True
    needs: ClassVar[str] = PROPOSE  # the permission of accounts.roles that proposing and applying it takes
    unchanged_field: ClassVar[str | None] = None  # of its form: the one beside which `is_so_already` stands
    params_type: type[P]

    @property
    def permissions(self) -> Sequence[Permission]:
        """What the console's role to write must be allowed for it, each with the feature that needs it."""
        return ()

    def parse(self, params: Mapping[str, Any]) -> P:
        """Raises BadParams with a sentence."""
        return read_params(self.params_type, params)

    def changes(self, p: P, value: Value) -> bool:
        """Whether there is anything to do, where the part is at `value`."""
        return not self.shows or bool(self.after(p, value) != value)

    # ---- In words and as a call: from the parameters alone ---------------------------------------------------
    @abstractmethod
    def title(self, p: P) -> str:
        """A sentence in the imperative, without a full stop: "Attach reports-read to the role reports-exporter"."""

    @abstractmethod
    def calls(self, p: P) -> list[Call]:
        """What `send` will send."""

    @abstractmethod
    def objects(self, p: P) -> list[str]:
        """Keys of the objects that it writes, such as "iam.policy:arn:…": one change at a time has each."""

    @abstractmethod
    def part(self, p: P) -> str:
        """The name of the part that it depends on: "policy.versions:arn:…". Steps of one part build on each other."""

    def may_end(self, p: P) -> bool:
        """Whether it may be until a date, and its reverse then run by itself. Objects that others use stay."""
        return not object_made(self, p)

    @abstractmethod
    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        """The mirrored objects to read again after it; the first is what the audit entry is about, and each comes
        before what it refers to. Also when an object is gone by now: never raises. Their ids are looked up later, for
        many steps at once (`by_arn`).
        """

    @abstractmethod
    def describe(self, value: Value) -> str:
        """A value of the part in a few words, to follow "expects to find" and "found": "v5 in force, of v1 to v5"."""

    # ---- As texts, for pages to compare: from the mirror -----------------------------------------------------

    def access_changes(self, aws_account: AwsAccount, p: P) -> Sequence[AccessChange]:
        """Who has what access when the step is done, as far as it changes that. From the parameters and the mirror."""
        return ()

    def is_destructive(self, p: P) -> bool:
        """Whether an operator has to type the object's name first."""
        return self.undo is Undo.NEVER or self.risk is Risk.DESTRUCTIVE

    def note(self, p: P) -> str:
        """What should be said beside the title; "" leaves it to the words of `undo`."""
        return ""

    # ---- At the proposal: from the mirror; no network --------------------------------------------------------
    def prefetch(self, draft: Draft, params: Sequence[P]) -> None:
        """Looks up at once, into `draft.remembered`, what the steps of this kind will ask the mirror for."""

    @abstractmethod
    def mirrored(self, draft: Draft, p: P) -> Value:
        """The part as the mirror has it; of an object that the draft makes, as it will be when it is new.

        Raises Refusal when an object isn't there, or must not be written.
        """

    def after(self, p: P, value: Value) -> Value:
        """The part as the step leaves it, when it finds `value`; the same where AWS shows nothing of it."""
        return value

    def is_so_already(self, p: P) -> str:
        """The sentence for a step that would change nothing."""
        return f"{self.title(p)}: it is so already."

    def limits(self, draft: Draft, p: P, value: Value) -> list[PlanFinding]:
        """What AWS would refuse, after the steps of the draft, of a step that changes something."""
        return []

    def before(self, draft: Draft, p: P, value: Value) -> dict[str, Any]:
        """What `reverse` needs of what the step overwrites; `value` is the part just before it."""
        return {}

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        """The steps that undo it, "made by step 1" being the first of them; none where nothing can."""
        return []

    def replanned(self, draft: Draft, p: P) -> list[StepSpec]:
        """The same intent on what the mirror has now, after the steps of the draft; none when it is so already.

        Raises Refusal.
        """
        value = draft.expects(self.part(p), self.mirrored(draft, p))
        return [self.spec(p)] if self.changes(p, value) else []

    def spec(self, p: P) -> StepSpec:
        return StepSpec(self.kind, asdict(p))  # type: ignore[call-overload]  # P is a dataclass

    # ---- At AWS ----------------------------------------------------------------------------------------------
    @abstractmethod
    def live(self, client: AwsClient, p: P) -> Value:
        """The part as AWS has it now; None when its object doesn't exist."""

    def done(self, client: AwsClient, p: P, live: Value, tried: Sequence[PreviousAttempt]) -> StepResult | None:
        """Whether what is live is what our own tries brought about; at least one, the oldest first.

        Unless an operation knows better: it is what the step makes of what the first of them found. Of a call at most
        once it is asked only to see that the write shows: nothing is ever taken for our own.
        """
        return StepResult() if live is not None and live == self.after(p, tried[0].found) else None

    def send(self, client: AwsClient, p: P) -> Mapping[str, Any]:
        """Sends the calls of the plan, to the letter; returns AWS's answer to the last one. Raises NotKept."""
        answer: Mapping[str, Any] = {}
        for call in self.calls(p):
            there = client.at(call.region) if call.region else client
            try:
                answer = there.call(call.service, call.operation, **opened(call.parameters))
            except AwsError as error:
                error.hide(hidden_in(call.parameters))
                raise
        return answer

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """What AWS chose, from its answer to the last call."""
        return {}


class MakesObject(Operation[P]):
    @abstractmethod
    def makes(self, p: P) -> str:
        """The key of the object that it makes; "" where it makes none. Its result then has the object's "id"."""

    def objects(self, p: P) -> list[str]:
        return [self.makes(p)]


class DeletesObject(Operation[P]):
    @abstractmethod
    def deletes(self, p: P) -> str:
        """The key of the object that it deletes; "" where it deletes none."""

    def objects(self, p: P) -> list[str]:
        return [self.deletes(p)]

    def after(self, p: P, value: Value) -> Value:
        return None

    def done(self, client: AwsClient, p: P, live: Value, tried: Sequence[PreviousAttempt]) -> StepResult | None:
        """One that was made since then under its name is another one."""
        found = tried[0].found
        return StepResult() if found and (live is None or live.get("object") != found.get("object")) else None


def object_made(operation: Operation[P], p: P) -> str:
    return operation.makes(p) if isinstance(operation, MakesObject) else ""


def object_deleted(operation: Operation[P], p: P) -> str:
    return operation.deletes(p) if isinstance(operation, DeletesObject) else ""


class Gate(Operation[P]):
    """A step that sends nothing: the change waits there until something has come to pass.

    Meanwhile no worker has the change and it holds no lease; it is looked at again after `every`.
    """

    guarantee = Guarantee.IDEMPOTENT
    undo = Undo.REVERSIBLE
    risk = Risk.LOW
    every: ClassVar[timedelta]
    until: ClassVar[str]  # what it waits for, to follow "Waiting until": "the new key is used"

    @abstractmethod
    def waits_for(self, client: AwsClient, p: P, since: datetime) -> str:
        """A sentence about what has not come to pass yet; "" when it has. `since`: when the step before it ended."""

    def note(self, p: P) -> str:
        return "Nothing is sent: the change waits here, and holds nothing meanwhile."

    def calls(self, p: P) -> list[Call]:
        return []

    def describe(self, value: Value) -> str:
        return "nothing in particular"

    def mirrored(self, draft: Draft, p: P) -> Value:
        return {}

    def live(self, client: AwsClient, p: P) -> Value:
        return {}

    def done(self, client: AwsClient, p: P, live: Value, tried: Sequence[PreviousAttempt]) -> StepResult | None:
        return StepResult()

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return []

    def replanned(self, draft: Draft, p: P) -> list[StepSpec]:
        return [self.spec(p)]


class StepCondition(Gate[P]):
    """A gate that doesn't wait: where it isn't met, the steps after it are left out, up to the next condition.

    When a change goes on later, one that was met is looked at again before what is left of them. They are done one
    after the other, and no further than the first that stops.
    """

    every = timedelta(0)
    until = "it is met"

    @abstractmethod
    def unmet(self, client: AwsClient, p: P, *, begun: bool) -> str:
        """A sentence why the steps after it are left out; "" where they are carried out.

        `begun`: one of them was done already, or may have been, and the change goes on with what is left.
        """

    def waits_for(self, client: AwsClient, p: P, since: datetime) -> str:
        return ""

    def note(self, p: P) -> str:
        return "Nothing is sent. Where it isn’t so, the steps after it are left out, up to the next such check."


@dataclass(frozen=True)
class PlannedStep:
    """A step of a plan with its operation and parsed parameters, as limits and checks look at it."""

    position: int
    operation: Operation[Any]
    params: Any
    part: str
    expects: Value
    before: Mapping[str, Any] = field(default_factory=dict)
    is_completed: bool = False  # its parameters say more than those that it was proposed with

    @property
    def kind(self) -> str:
        return self.operation.kind

    @property
    def makes(self) -> str:
        """The key of the object that it makes; "" for none."""
        return object_made(self.operation, self.params)

    @property
    def deletes(self) -> str:
        """The key of the object that it deletes; "" for none."""
        return object_deleted(self.operation, self.params)


class Refusal(ForOperator):
    """A step that must not be proposed."""


_operations: dict[str, Operation[Any]] = {}
registry: Mapping[str, Operation[Any]] = MappingProxyType(_operations)


def register(*operations: Operation[Any]) -> None:
    """To be called in an app's `AppConfig.ready()`."""
    for operation in operations:
        if operation.kind in _operations:
            raise ValueError(f"The operation {operation.kind} is registered already.")
        _operations[operation.kind] = operation
        permission.register(operation.permissions)


__all__ = [
    "AccessChange",
    "BadParams",
    "Call",
    "DeletesObject",
    "Gate",
    "Guarantee",
    "MakesObject",
    "Operation",
    "PlannedStep",
    "PreviousAttempt",
    "Refusal",
    "Risk",
    "SealedParameter",
    "StepCondition",
    "StepResult",
    "StepSpec",
    "Undo",
    "Value",
    "object_deleted",
    "object_made",
    "register",
    "registry",
]
