"""The draft of a plan: its steps so far, the state that they leave, and the objects that they create and delete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sync.placeholders import placeholder_for

if TYPE_CHECKING:  # operations look at drafts: the other way round is types only
    from accounts.models import AwsAccount
    from sync.operations import PlannedStep, Value


T = TypeVar("T")


class Draft:
    """What the next step of a plan stands on: the mirror of the AWS account, and the steps before it.

    `remembered` is for the apps: what they looked up once for all steps of a plan, by a key of theirs.
    """

    def __init__(self, aws_account: AwsAccount, remembered: dict[Hashable, Any] | None = None) -> None:
        self.aws_account = aws_account
        self.steps: list[PlannedStep] = []
        self.remembered: dict[Hashable, Any] = {} if remembered is None else remembered
        self._left: dict[str, Value] = {}
        self._writing: defaultdict[str, list[PlannedStep]] = defaultdict(list)
        self._makers: dict[str, int] = {}
        self._deleted: set[str] = set()

    def once(self, key: Hashable, look_up: Callable[[], T]) -> T:
        """What it gives, looked up once for all steps of a plan."""
        if key not in self.remembered:
            self.remembered[key] = look_up()
        found: T = self.remembered[key]
        return found

    def take(self, step: PlannedStep) -> None:
        """The plan's next step."""
        self.steps.append(step)
        self._left[step.part] = step.operation.after(step.params, step.expects)
        for key in step.operation.objects(step.params):
            self._writing[key].append(step)
        if made := step.makes:
            self._makers[made] = step.position
            self._deleted.discard(made)
        if deleted := step.deletes:
            self._deleted.add(deleted)
            self._makers.pop(deleted, None)

    @property
    def parts(self) -> Collection[str]:
        """Those that the steps so far write."""
        return self._left.keys()

    def expects(self, part: str, mirrored: Value) -> Value:
        """The part as the steps so far leave it; `mirrored` where none of them writes it."""
        return self._left.get(part, mirrored)

    def writing(self, object_key: str) -> Sequence[PlannedStep]:
        """The steps so far that write the object, in their order."""
        return self._writing.get(object_key, ())

    def placeholder_of(self, object_key: str) -> str:
        """What stands for the id of an object that one of the steps so far makes; "" when none does."""
        position = self._makers.get(object_key)
        return placeholder_for(position) if position else ""

    def is_deleted(self, object_key: str) -> bool:
        """Whether one of the steps so far deletes it, and none makes it again."""
        return object_key in self._deleted
