"""What forms of permission sets, groups and people have in common: making one in the instance, and its end."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet

from directory import selectors
from directory.instances import held_instance
from directory.models import AccountAssignment, Instance
from directory.operations import withdraw
from iamconsole.web.words import counted
from objects.object_actions import ActionForm
from sync.operations import Refusal, StepSpec

NO_INSTANCE = "This AWS account administers no instance of Identity Center, as far as it was read."


class NewInInstanceForm(ActionForm):
    """Makes something in the instance that the AWS account administers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._instance = held_instance(self.aws_account)
        if self._instance is None:
            self.cannot = NO_INSTANCE

    @property
    def instance(self) -> Instance:
        """Raises Refusal."""
        if self._instance is None:
            raise Refusal(NO_INSTANCE)
        return self._instance


class DeleteAssignedForm(ActionForm):
    """Deletes what has assignments: a permission set, a group or a person. The plan ends them first."""

    heading = "Delete {names}"
    its_assignments: ClassVar[tuple[str, str]] = ("assignment", "assignments")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if count := self.assignments().count():
            first = f"The plan first ends {counted(count, *self.its_assignments)}, and waits for AWS each time."
            self.about = f"{first} {self.about}"

    def assignments(self) -> QuerySet[AccountAssignment]:
        return selectors.assignments_to(self.target.aws_account, self.target.aws_id)

    @abstractmethod
    def deletion(self) -> StepSpec:
        """The last step. Raises Refusal."""

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return super().titled(steps[-1:])

    def steps(self) -> Sequence[StepSpec]:
        return [*withdraw(*self.assignments().order_by("target_id", "pk")), self.deletion()]
