"""What people are called whom plans, findings and titles name by an id: pages say it, to who may know it.

What is stored says the id alone: it is kept for longer than people are. Mirrors of people tell what they are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Self

from accounts.models import AwsAccount, Operator
from sync.mirror import Named
from sync.mirror.base import registry

# As AWS writes the `sub` of a person: "UserType" of Amazon Cognito's API reference.
_ID = re.compile(r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])")


class Names:
    """For one page. `known`: what each id stands for; "" where nobody has it, or the operator may not know it."""

    def __init__(self, operator: Operator, aws_account: AwsAccount, known: Named | None = None) -> None:
        self._operator, self._aws_account = operator, aws_account
        self.known: dict[str, str] = dict(known or {})

    def learn(self, texts: Iterable[str]) -> Self:
        """Asks for all ids in these texts at once."""
        if ids := {each for text in texts for each in _ID.findall(text)} - self.known.keys():
            self.known.update(dict.fromkeys(ids, ""), **self._called(sorted(ids)))
        return self

    def _called(self, ids: list[str]) -> Mapping[str, str]:
        asked = (mirror.people_called(self._operator, self._aws_account, ids) for mirror in registry.values())
        return {known: name for names in asked for known, name in names.items()}

    def said(self, text: str) -> str:
        """The text with names in the place of ids."""
        self.learn([text])
        return _ID.sub(lambda found: self.known[found[0]] or found[0], text)

    @property
    def tell_anybody(self) -> bool:
        return any(self.known.values())
