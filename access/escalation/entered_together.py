"""What roles that let in somebody from outside lead to together: one may change another, but can't get to it.

Whoever gets to the one from outside perhaps gets to the other as well, takes on the first, changes the second, and
takes on that. Which of them somebody gets to is known to the searches of other AWS accounts only, each of which follows
one role at a time; so here it is supposed, and is said to be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from access.escalation.graph import Move, MoveStage
from access.escalation.identity_changes import Fact
from access.escalation.paths import EscalationPath, paths
from access.escalation.search import Search
from access.escalation.techniques import Technique, TechniqueGain, TechniqueTarget

ENTERS = Technique(
    "sts:AssumeRole",
    "from outside, assumes {it}",
    (),
    TechniqueTarget.ROLE,
    TechniqueGain.CONTROL,
    "STS API Reference, AssumeRole",
    supposes="who gets in here gets to that role, too",
)


def entered_together(search: Search, entries: Collection[int]) -> Iterator[EscalationPath]:
    """Of each of these roles that leads nowhere by itself, a path that supposes that others of them are got to, too.

    The search goes on from what it supposes already, and is good for nothing else after that.
    """
    closure = search.closure
    won = closure.won
    places = {number: place for place, number in enumerate(closure.starts)}
    alone = frozenset(number for number in entries if number in places and not won >> places[number] & 1)
    if not search.changes_any(alone):
        return
    facts: dict[Fact, str] = {(TechniqueGain.CONTROL, number): search.index.holders[number].arn for number in alone}
    closure.add([Move(ENTERS, (MoveStage(alone, ()),), facts, is_sure=False)])
    search.close()
    for path in paths(search, alone):
        if any(step.principal == path.source and step.technique is not ENTERS for step in path.steps):
            yield path
