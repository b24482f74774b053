"""What forms about people of a pool have in common: each says before the click which message goes out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

from cognito.models import CognitoUser
from cognito.people.actions.fields import OfPoolForm
from cognito.people.guarded import prefetch_groups, why_guarded_person
from cognito.people.messages import NO_MESSAGE
from cognito.people.operations.base import PersonOperation, on_person
from sync.operations import Refusal, StepSpec, registry


class PersonForm(OfPoolForm):
    """About people of one pool."""

    tells: ClassVar[str] = ""  # what comes of it, beside the message

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = " ".join(filter(None, (self.tells, self.said(self.target), self.why_guarded)))

    @cached_property
    def why_guarded(self) -> str:
        """Of the first of them who may have access to AWS, where this could hand the account over."""
        operation = registry.get(self.kind)
        if not isinstance(operation, PersonOperation) or operation.only_takes:
            return ""
        prefetch_groups(self.draft, [person.aws_id for person in self.targets])
        return next(filter(None, (why_guarded_person(self.draft, person) for person in self.targets)), "")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.by_helpdesk and self.why_guarded:
            self.add_error(None, f"{self.why_guarded} It isn’t for helpdesk: ask an editor or an owner.")
        return cleaned

    def said(self, person: CognitoUser) -> str:
        """Which message goes out, and what goes on."""
        return NO_MESSAGE

    def steps(self) -> Sequence[StepSpec]:
        if len({person.pool_id for person in self.targets}) > 1:
            raise Refusal("These are people of several pools: do it with those of one pool at a time.")
        return [step for person in self.targets for step in self.steps_of(person)]

    def steps_of(self, person: CognitoUser) -> Sequence[StepSpec]:
        return [on_person(person, self.kind, self.said(person), **self.parameters(person))]

    kind: ClassVar[str] = ""

    def parameters(self, person: CognitoUser) -> dict[str, Any]:
        return {}
