"""Names in the place of ids in plans, findings and titles: of people, user pools and app clients, to who may know them.

What is stored says the id alone: it is kept for longer than people are, and pools change their names. Mirrors tell what
each is called (`Mirror.names_of`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Self

from accounts.access import may_in_pool, sees_people
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_PEOPLE
from sync import operations
from sync.mirror import Named
from sync.mirror.base import registry
from sync.models import Step
from sync.operation_mixins import AboutPeople, AboutPoolPeople

# As AWS writes them: "UserType", "UserPoolType" and "UserPoolClientType" of Amazon Cognito's API reference, and
# the user ids of the Identity Store API reference, which may begin with ten digits more.
_SUB = r"(?:[0-9a-f]{10}-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_USER_POOL = r"[a-z]{2}(?:-[a-z]+)+-\d_[0-9A-Za-z]{1,50}"
_APP_CLIENT = r"[0-9a-z]{26}"
PERSON = re.compile(_SUB)
ID = re.compile(rf"(?<![\w-]){_SUB}(?![\w-])|(?<![\w/:-])(?:{_USER_POOL}|{_APP_CLIENT})(?![\w/-]|:\S)")


class Names:
    """For one page. `known`: what each id stands for; "" where nobody has it, or the operator may not know it."""

    def __init__(self, operator: Operator, aws_account: AwsAccount, known: Named | None = None) -> None:
        self._operator, self._aws_account = operator, aws_account
        self.known: dict[str, str] = dict(known or {})
        self._names_people = False
        self._sees: dict[str, bool] = {}  # the people of which pools

    def learn(self, texts: Iterable[str]) -> Self:
        """Asks for all ids in these texts at once."""
        if ids := {each for text in texts for each in ID.findall(text)} - self.known.keys():
            self.known.update(dict.fromkeys(ids, ""), **self._called(sorted(ids)))
        return self

    def _called(self, ids: list[str]) -> Mapping[str, str]:
        answers = (mirror.names_of(self._operator, self._aws_account, ids) for mirror in registry.values())
        return {known: name for names in answers for known, name in names.items()}

    def said(self, text: str) -> str:
        """The text with names in the place of ids."""
        self.learn([text])
        return ID.sub(lambda found: self.known[found[0]] or found[0], text)

    def of_step(self, step: Step) -> str:
        """Whom a step makes: by the id that AWS gave, or else by what the plan says; "" where that isn't to be told."""
        made = str(step.result.get("id", ""))
        if (name := self.said(made)) != made:
            return name
        operation = operations.registry[step.kind]
        params = operation.parse(step.params)
        if not isinstance(operation, AboutPeople) or not self._sees_people(operation, params):
            return ""
        self._names_people |= bool(whom := operation.whom(params))
        return whom

    def values_of(self, step: Step) -> Mapping[str, str]:
        """The personal values that a step sets, by their names; none where they aren't to be told."""
        operation = operations.registry[step.kind]
        params = operation.parse(step.params)
        if not isinstance(operation, AboutPeople) or not self._sees_people(operation, params):
            return {}
        values = {name: value for name, value in operation.personal(params).items() if value}
        self._names_people |= bool(values)
        return values

    def _sees_people(self, operation: AboutPeople[Any], params: Any) -> bool:
        """Of the user pool that it is about; of what is in no pool, with a grant that isn't for one pool alone."""
        if not isinstance(operation, AboutPoolPeople):
            return sees_people(self._operator, self._aws_account)
        pool_id = operation.pool_of(params)
        if pool_id not in self._sees:
            self._sees[pool_id] = may_in_pool(self._operator, SEE_PEOPLE, self._aws_account, pool_id)
        return self._sees[pool_id]

    @property
    def tell_anybody(self) -> bool:
        return self._names_people or any(name for each, name in self.known.items() if PERSON.fullmatch(each))
