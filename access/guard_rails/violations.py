"""What is against a guard rail, and how it is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aws_constraints.arn import name_of
from iamconsole.web.words import number, some

SHOWN = 3  # sentences


@dataclass(frozen=True)
class Violation:
    """`arn`, `aws_id`: of whom or what it is about. `says` follows the name and a colon. `evidence`: what makes it this
    one, without names. `is_sure`: it doesn't hang on what the mirror doesn't know.
    """

    arn: str
    aws_id: str
    says: str
    evidence: tuple[str, ...] = ()
    is_sure: bool = True

    @property
    def key(self) -> str:
        return " ".join((self.aws_id or self.arn, *self.evidence))

    @property
    def name(self) -> str:
        return name_of(self.arn)


def sentences(violations: Iterable[Violation]) -> list[str]:
    """Those that are alike but for whom they are about together: "anna and ben: no permissions boundary"."""
    alike: dict[tuple[str, bool], dict[str, None]] = defaultdict(dict)
    for each in violations:
        alike[each.says, each.is_sure][each.name] = None
    return [f"{some(list(names))}: {'' if is_sure else 'perhaps '}{says}" for (says, is_sure), names in alike.items()]


def shortened(said: Sequence[str]) -> str:
    """The first of them: "a: …; b: …; and 4 more."."""
    more = len(said) - SHOWN
    return f"{'; '.join([*said[:SHOWN], *([f'and {number(more)} more'] if more > 0 else [])])}."
