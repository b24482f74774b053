"""A rule: what is looked for, why that matters, and what to do, in the words of pages and of docs/findings.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iamconsole.web.words import counted


@dataclass(frozen=True)
class Rule:
    """`id` is stable and begins with the name of what finds it: "credentials.old_key".

    `says`: what is found, as a sentence or as a thing with a full stop. `title`: the same in a few words; "" is `says`.
    `one` and `many` go on behind a number of objects: "user signs in without MFA". `alone`: in their place, where there
    is only ever one in an AWS account.
    """

    id: str
    says: str
    title: str = ""
    why: str = ""
    mend: str = ""
    one: str = ""
    many: str = ""
    alone: str = ""

    @property
    def name(self) -> str:
        return self.title or self.says.rstrip(".")

    def heading(self, objects: int, found: int = 0) -> str:
        """Of so many objects with it; `found`: of how many findings where objects may have several."""
        if self.alone:
            return self.alone
        if self.one:
            return counted(objects, self.one, self.many)
        return f"{self.name}: {counted(found or objects, 'finding')}"


def rules_of(*rules: Rule) -> Mapping[str, Rule]:
    """By their ids."""
    return {rule.id: rule for rule in rules}
