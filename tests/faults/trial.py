"""A change of one step that meets a fault, and whether it ends as it should: at AWS, in the mirror, in the trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from botocore import xform_name
from django.db import OperationalError
from django.utils import timezone

from accounts.models import AuditEntry, Operator
from directory.models import DirectoryUser
from emulator.process import REGION
from iamconsole.web.waiting import is_too_long, short_waits
from sync import changes, mirror
from sync.aws.secrets import Secret
from sync.calls import opened
from sync.models import Attempt, Change, Lease, Revision, Step
from sync.object_ref import ObjectRef
from sync.operation_mixins import AppearsAfterwards, HasSecrets
from sync.operations import Guarantee, Operation, registry
from sync.sealed import sending
from tests.faults.mirrored import differences
from tests.project.operations import SENDING
from tests.services.changing import propose
from tests.services.pulling import pulled
from tests.services.world import World

State = Step.State
# As the emulator counts it: Service Authorization Reference, "Amazon S3".
_BY_PERMISSION = {"PutPublicAccessBlock": "PutBucketPublicAccessBlock"}


@dataclass(frozen=True)
class Expected:
    """How the change and its step end (change.applied for steps that are done), and how often AWS did the write."""

    step: State
    writes: int
    most: int | None = None  # where AWS may do it more than once

    @property
    def change(self) -> str:
        return Change.State.APPLIED.value if self.step in Step.FINISHED else self.step.value


@dataclass
class Trial:
    world: World
    operator: Operator  # an owner
    kind: str
    change: Change = field(init=False)  # waits for a worker
    outside: int = field(init=False)  # what the mirror takes for somebody else's doing, before the fault

    def __post_init__(self) -> None:
        spec = SENDING[self.kind].prepared(self.world, self.operator)
        assert spec.kind == self.kind
        self.params = self.operation.parse(spec.params)
        self.pull()
        self.outside = _outside()
        self.change = propose(self.world.aws_account, self.operator, [spec])
        if SENDING[self.kind].overridden:
            changes.override(change=self.change, actor=self.operator, reason="Nothing uses it")
        changes.apply(change=self.change, actor=self.operator)
        self.world.emulator.forget_calls()

    @property
    def operation(self) -> Operation[Any]:
        return registry[self.kind]

    @property
    def affected_objects(self) -> Sequence[ObjectRef]:
        return mirror.resolve_arns(
            self.world.aws_account, self.operation.affected_objects(self.world.aws_account, self.params)
        )

    @property
    def at_most_once(self) -> bool:
        return self.operation.guarantee is Guarantee.AT_MOST_ONCE

    @property
    def has_secrets(self) -> bool:
        operation = self.operation
        return isinstance(operation, HasSecrets) and type(operation).secrets is not HasSecrets.secrets

    @property
    def actions(self) -> list[str]:
        called = [call.operation for call in self.operation.calls(self.params)]
        return [_BY_PERMISSION.get(each, each) for each in called]

    def work(self) -> None:
        changes.work(self.change.pk)

    def pull(self) -> None:
        """What tells of the objects that the step is about."""
        about = {(ref.kind, ref.facet) for ref in self.affected_objects}
        if DirectoryUser.kind in {kind for kind, _ in about}:
            pulled(self.world.aws_account, source="identitystore.people")
        elif any(mirror.mirror_of(kind, facet).keeps_own_books for kind, facet in about):
            for name in ("cognito.people", "cognito.members"):
                pulled(self.world.aws_account, source=name, region=REGION)
        for name, source in mirror.sources.items():
            if any((kind, source.facet) in about for kind in source.kinds) and source.serves(self.world.aws_account):
                pulled(self.world.aws_account, source=name, region=REGION if source.regional else "")

    def taken_over(self) -> None:
        """Its worker hasn't been heard of for an hour; the next one goes on."""
        Change.objects.filter(pk=self.change.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
        changes.sweep_due()
        self.work()

    def keeps_out(self) -> str:
        """What is wrong where a worker that was stopped keeps out all who write: they are told so, and soon."""
        try:
            with short_waits(200):
                changes.sweep_due()
        except OperationalError as error:
            return "" if is_too_long(error) else f"the sweeper was told {error}; "
        return "the sweeper wrote; "

    def done_by_somebody_else(self) -> None:
        """The very calls of the planned step, sent from outside the console."""
        for call in self.operation.calls(self.operation.parse(self.change.steps.get().params)):
            there = {"region_name": call.region} if call.region else {}
            client = self.world.emulator.client(call.service, **there)
            with sending(self.change):  # what was typed opens for the change that it was typed for only
                parameters = in_clear(opened(call.parameters))
            getattr(client, xform_name(call.operation))(**parameters)
        self.world.emulator.forget_calls()

    # ---- How it ended ----------------------------------------------------------------------------------------
    def differs(self, expected: Expected, *, others: bool = False) -> str:
        """What is not as expected, "" when all is. `others`: somebody else wrote too, which the mirror may say."""
        self.change.refresh_from_db()
        return "; ".join([*self._ended(expected), *self._describe(expected), *self._mirrored(expected, others)])

    def _ended(self, expected: Expected) -> Iterator[str]:
        step = self.change.steps.get()
        if (self.change.state, step.state) != (expected.change, expected.step):
            yield f"change {self.change.state}, step {step.state} ({self.change.error or step.error}) for {expected}"
        most = expected.most or expected.writes
        for action in self.actions:
            sent = len(self.world.sent(action))
            if not expected.writes <= sent <= most:
                yield f"AWS did {action} {sent} times for {expected.writes} to {most}"
        if self.change.claim or Lease.objects.exists():
            yield "claim or lease left"
        if Attempt.objects.filter(outcome="").exists():
            yield "attempt left open"

    def _describe(self, expected: Expected) -> Iterator[str]:
        trail = AuditEntry.objects.filter(data__change=self.change.pk)
        steps = list(trail.filter(verb__startswith="step.").values_list("verb", flat=True))
        if steps != ([f"step.{expected.step.value}"] if expected.step in Step.FINISHED else []):
            yield f"the trail says of the step: {steps}"
        endings = [f"change.{state}" for state in ("applied", "failed", "conflicted", "unknown")]
        ended = list(trail.filter(verb__in=endings).values_list("verb", flat=True))
        if ended != [f"change.{expected.change}"]:
            yield f"the trail says of the change: {ended}"
        step = self.change.steps.get()
        operation = self.operation
        shows = isinstance(operation, AppearsAfterwards) and operation.appeared({}, {}) is not None
        if step.state == State.UNKNOWN and expected.writes and shows and not step.error.get("appeared"):
            yield "what appeared isn't said"

    def _mirrored(self, expected: Expected, others: bool) -> Iterator[str]:
        self.pull()
        yield from differences(self.world.aws_account, self.affected_objects)
        news = _outside() - self.outside
        if news and not others and expected.step is not State.UNKNOWN:
            yield f"{news} revisions of false drift"


def in_clear(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.open()
    if isinstance(value, dict):
        return {name: in_clear(inner) for name, inner in value.items()}
    return [in_clear(inner) for inner in value] if isinstance(value, list) else value


def _outside() -> int:
    return Revision.objects.filter(origin=Revision.Origin.OUTSIDE).count()
