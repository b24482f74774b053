"""Plan checks: each examines a change when it is proposed and again when it is applied, and returns findings.

The apps above register theirs in `AppConfig.ready()`; what an operation itself knows to be impossible it says in
`Operation.limits`. A finding of severity `error` refuses the proposal; one that appears between the approvals and the
apply voids the approvals. One of severity `protected` lets it be proposed and read, and refuses the apply until an
owner has overridden it (sync.changes.approvers); so does one of severity `guarded`, which says itself who may override
it, and one of severity `owned`, until whoever may apply the change overrides the code that owns its objects up to an
end. One of severity `blocked` refuses the apply, and nobody overrides it. One of severity `approval` asks for the
approval of somebody else, whatever the rules of the AWS account are.
A check may also *measure* a change: what it measured at the proposal is kept with the change, and a worse measure at
the apply voids the approvals, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from iamconsole.web.once import page_is_made
from sync.texts import storable, storable_json

if TYPE_CHECKING:  # operations have findings too: the other way round is types only
    from accounts.models import AwsAccount, Operator
    from sync.operations import PlannedStep

Severity = Literal[
    "error", "blocked", "guarded", "protected", "owned", "approval", "security_warning", "warning", "suggestion"
]
# A change that got worse in one of these is one that nobody has agreed to.
GRAVE: frozenset[Severity] = frozenset(
    {"error", "blocked", "guarded", "protected", "owned", "approval", "security_warning", "warning"}
)


@dataclass(frozen=True)
class PlanFinding:
    """`about` and `amount` are what it says, as values: by them one at the apply is compared with those on the plan.

    `about`: names, ids or ARNs; () where the code and the step say it all. None, which a finding that may be compared
    never has, is that of one that an earlier release of the console stored. `amount`: how many, or how much.
    """

    code: str
    severity: Severity
    message: str  # a sentence for the operator; never compared
    step: int | None = None  # position of the step that it is about
    line: int | None = None  # in the document of that step
    column: int | None = None
    about: tuple[str, ...] | None = None
    amount: int | None = None
    field: str | None = None  # the parameter of the step whose value it is about
    override: str | None = None  # of a guarded one, the permission (accounts/roles.py) that it takes to override it
    of_account: str | None = None  # of a protected one, the id of another AWS account whose owner lets it through

    def __post_init__(self) -> None:
        """What it quotes from a document may have a NUL there: as it is stored, so that it is compared alike."""
        object.__setattr__(self, "message", storable(self.message))
        object.__setattr__(self, "about", storable_json(self.about))

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        about = stored.get("about")
        return cls(**{**stored, "about": None if about is None else tuple(about)})

    def at_step(self, position: int) -> Self:
        return replace(self, step=position)

    def covers(self, now: PlanFinding) -> bool:
        """Whether whoever agreed to this one agreed to `now`: the same of the same step, about no more."""
        if (self.code, self.severity, self.step) != (now.code, now.severity, now.step):
            return False
        if self.about is None or now.about is None:
            return self.message == now.message
        return set(now.about) <= set(self.about) and (now.amount or 0) <= (self.amount or 0)


@dataclass(frozen=True)
class Measurement:
    """What a check keeps with the change (JSON, some hundred kB at most; None: nothing), and what it says of it."""

    kept: Any
    findings: Sequence[PlanFinding] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "kept", storable_json(self.kept))


class PlanCheck:
    """Override what it does: `look`, or `measure` and `worsened`. From the mirror alone: no network."""

    name: ClassVar[str]

    def refuses(
        self, aws_account: AwsAccount, actor: Operator, steps: Sequence[PlannedStep], change_id: int | None
    ) -> str:
        """A sentence why this operator may not do that now; "" when they may. `change_id`: None before it is one."""
        return ""

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        """What is to be said about these steps. Those that were sent already are left out."""
        return []

    def measure(
        self, aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
    ) -> Measurement | None:
        """What the whole change does, for a page of the check's own; None when that is nothing.

        `undoing`: steps that would undo those of `steps` that were done already; so it is measured from what was there
        before the change, as at the proposal.
        """
        return None

    def measure_after_others(
        self,
        aws_account: AwsAccount,
        steps: Sequence[PlannedStep],
        undoing: Sequence[PlannedStep],
        measured: Mapping[str, Measurement],
    ) -> Measurement | None:
        """The same for a check that goes by what others measured: `measured`, by their names."""
        return None

    def worsened(self, before: Any, now: Any) -> str:
        """A sentence for what `now` has that nobody agreed to by agreeing to `before`; "" when there is nothing.

        Both as kept; None for nothing.
        """
        return ""

    def counts(self, kept: Any) -> Mapping[str, int]:
        """Figures of what was measured, by words that follow a number ("gain access"), for sums of several changes."""
        return {}


registry: dict[str, PlanCheck] = {}


def register(check: PlanCheck) -> None:
    if check.name in registry:
        raise ValueError(f"The check {check.name} is registered already.")
    registry[check.name] = check


def refused(
    aws_account: AwsAccount, actor: Operator, steps: Sequence[PlannedStep], change_id: int | None = None
) -> str:
    """The first refusal, of whichever check."""
    return next(filter(None, (each.refuses(aws_account, actor, steps, change_id) for each in registry.values())), "")


def look(aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
    """What all registered checks say."""
    return [finding for check in registry.values() for finding in check.look(aws_account, steps)]


def measure(
    aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep] = ()
) -> dict[str, Measurement]:
    """By the name of the check."""
    with page_is_made():  # checks only read, and several read the same
        measured = {name: check.measure(aws_account, steps, undoing) for name, check in registry.items()}
        found = {name: each for name, each in measured.items() if each is not None}
        after = {
            name: check.measure_after_others(aws_account, steps, undoing, found) for name, check in registry.items()
        }
    return found | {name: each for name, each in after.items() if each is not None}


def worsened(before: Mapping[str, Any], now: Mapping[str, Measurement]) -> list[str]:
    """Sentences for what has got worse; `before` as the change keeps it."""
    described = (registry[name].worsened(before.get(name), each.kept) for name, each in now.items())
    return [sentence for sentence in described if sentence]


def counted_of(measured: Mapping[str, Any]) -> dict[str, int]:
    """Figures of a change, by their words; `measured` as the change keeps it."""
    found = (registry[name].counts(kept) for name, kept in measured.items() if name in registry)
    return {words: number for figures in found for words, number in figures.items() if number}


def worse(before: Iterable[PlanFinding], now: Iterable[PlanFinding]) -> list[PlanFinding]:
    """The grave findings that none of before covers."""
    known = list(before)
    return [each for each in now if each.severity in GRAVE and not any(earlier.covers(each) for earlier in known)]
