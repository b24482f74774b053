"""The end of a person: for ever, under a new `sub` if she signs up again."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.roles import PROPOSE
from cognito.people.operations.base import PersonParams
from cognito.people.operations.user_status import EnabledOperation
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.operations import DeletesObject, PreviousAttempt, Risk, StepResult, Undo, Value
from sync.plan_draft import Draft


class DeletePerson(EnabledOperation, DeletesObject[PersonParams]):
    kind = "cognito.user.delete"
    aws_operation = "AdminDeleteUser"
    undo = Undo.NEVER
    risk = Risk.DESTRUCTIVE
    needs = PROPOSE
    only_takes = True
    bills = True

    def title(self, p: PersonParams) -> str:
        return f"Delete {p.sub}"

    def note(self, p: PersonParams) -> str:
        words = "Can’t be undone: who signs up again gets a new sub. What identity pools know of them stays."
        return f"{p.said} {words}".strip()

    def after(self, p: PersonParams, value: Value) -> Value:
        return None

    def limits(self, draft: Draft, p: PersonParams, value: Value) -> list[PlanFinding]:
        if value is None or not value["enabled"]:
            return []
        words = f"{p.sub} is enabled: disable them first, so that nobody is deleted who still signs in."
        return [PlanFinding("STILL_ENABLED", "error", words)]

    def deletes(self, p: PersonParams) -> str:
        return next(iter(self.objects(p)), "")

    def done(
        self, client: AwsClient, p: PersonParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        return StepResult() if live is None else None
