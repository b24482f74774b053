"""What is held of a resource, for requests about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from access.surroundings import Surroundings
from policies.engine.callers import Caller, CallerKind
from policies.engine.compiled import CompiledDocument
from policies.engine.conditions import Context
from policies.engine.layers import LayerPolicy
from policies.engine.statements import document_of
from resources.gaps import next_words


@dataclass(frozen=True)
class SaidByResource:
    """What it says to some callers. `policy`: all its policies as one.

    `may_be_granted`, `may_be_refused`: sentences of what beside the policy isn't known and may let them in, or keep
    them out; "" for nothing. `notes`: sentences of what beside it is known, and counted in it.
    """

    policy: LayerPolicy
    may_be_granted: str = ""
    may_be_refused: str = ""
    notes: tuple[str, ...] = ()

    @property
    def unsure(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, (self.may_be_refused, self.may_be_granted))))


@dataclass(frozen=True)
class ResourceSide:
    """`own` is said to principals of its AWS account, and to services; `others` to everybody else.

    `around`: what bounds its AWS account. `context`: condition keys (in lower case) that the resource tells. `stamp`:
    of all that, equal for equal.
    """

    account_id: str
    around: Surroundings
    own: SaidByResource
    others: SaidByResource
    context: Context = field(default_factory=dict)
    stamp: str = ""

    @property
    def action_patterns(self) -> frozenset[str]:
        """All that its policies have, in lower case."""
        statements = self.own.policy.document.statements
        return frozenset(pattern.lower() for each in statements for pattern in each.actions.patterns)

    def said_to(self, caller: Caller) -> SaidByResource:
        is_own = caller.kind is CallerKind.SERVICE or caller.account == self.account_id
        return self.own if is_own else self.others


@dataclass(frozen=True)
class SideNotRead:
    """`why`: a sentence, "" where there is nothing more to say than that it isn't held. `next_at`: when it is read
    next, where that is known."""

    why: str = ""
    next_at: datetime | None = None

    @property
    def said(self) -> str:
        """Why, and when it is read next; "" where there is nothing to say."""
        return " ".join(filter(None, [self.why, next_words(self.next_at)]))


def joined(documents: list[CompiledDocument]) -> CompiledDocument:
    """All as one, so that statements stand in its text where they say; if their versions differ, without a text."""
    if len(documents) == 1:
        return documents[0]
    versions = {document_of(each.written).written.get("Version") for each in documents}
    if len(versions) > 1:
        return CompiledDocument.joined(documents)
    written = [statement.source.written for each in documents for statement in each.statements]
    version = next(iter(versions), None)
    return CompiledDocument({**({"Version": version} if version else {}), "Statement": written})


def denials_of(document: CompiledDocument) -> CompiledDocument:
    made = CompiledDocument.joined([document])
    made.statements = [each for each in document.statements if each.denies]
    return made


def policy_name(called: str, name: str) -> str:
    """ "bucket policy of acme-share", "policy of the queue jobs"."""
    return f"{called} {name}" if " of the " in called else f"{called} of {name}"


NO_CONTEXT: Mapping[str, tuple[str, ...]] = {}
