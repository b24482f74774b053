"""What the policy of a resource says to one principal after another, as texts without principals.

So it is compared as their own policies are (access/plans/comparing.py). IAM User Guide, "How AWS enforcement code logic
evaluates requests to allow or deny access", "Policy evaluation for requests within a single account".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from access.plans.control_policies import settled
from access.request_context import UnknownContextKeys, facts_of_place
from access.resource_sides.values import ResourceSide
from access.surroundings import Surroundings
from policies.engine.callers import Caller, NamingDirectness
from policies.engine.compiled import CompiledDocument, CompiledStatement
from policies.engine.containment import Relation, ResourceSet
from policies.engine.document import compact
from policies.engine.layers import Facts
from policies.engine.matching import tokens
from resources.models import Resource

Written = dict[str, Any]
_SESSIONS = "The policy names single sessions of a role: what only they may isn’t counted here."


@dataclass(frozen=True)
class SaidToOne:
    """Documents as texts, "" for nothing. `itself`: what it gives by naming them, or everybody; `role`: by naming the
    role, which its boundary limits; `account`: what it leaves to the policies of their AWS account. `why`: sentences.
    """

    itself: str = ""
    role: str = ""
    account: str = ""
    denials: str = ""
    why: frozenset[str] = frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        return self.itself, self.role, self.account, self.denials


class ResourceSays:
    """`side`: of the resource, before a plan or after it. What was said is remembered: few are told apart."""

    def __init__(self, side: ResourceSide, row: Resource) -> None:
        self.side = side
        self.row = row
        self._texts: dict[tuple[str, ...], str] = {}

    @cached_property
    def space(self) -> tuple[str, ...]:
        """The resource, and all that is in it."""
        below = {"s3.bucket": ("/*",), "lambda.function": (":*",)}.get(self.row.kind, ())
        return (self.row.arn, *(f"{self.row.arn}{each}" for each in below))

    def statements(self, account_id: str) -> list[CompiledStatement]:
        said = self.side.own if account_id == self.side.account_id else self.side.others
        return said.policy.document.statements

    def to(self, caller: Caller, around: Surroundings, *, bounded: bool) -> SaidToOne:
        """`around`: what bounds their AWS account."""
        found: dict[str, list[str]] = {}
        why: set[str] = set()
        facts = self._facts(caller, around)
        document = self.side.said_to(caller).policy.document
        for statement in document.statements:
            naming = statement.names(caller, bounded=bounded)
            if naming is NamingDirectness.NOT:
                if names_sessions(statement, caller):
                    why.add(_SESSIONS)
                continue
            written = settled(statement, facts)
            if written is not None and (narrow := self._narrowed(written)) is not None:
                found.setdefault(_part(statement, naming), []).append(compact(narrow))
        texts = {part: self._text(document, said) for part, said in found.items()}
        return SaidToOne(**texts, why=frozenset(why))

    def _facts(self, caller: Caller, around: Surroundings) -> Facts:
        place = facts_of_place(around, self.side.around, self.row.arn)
        known = {
            **place,
            "aws:resourceaccount": (self.side.account_id,),
            "kms:calleraccount": (caller.account,),
            **self.side.context,
            **caller.keys,
        }
        return Facts(known, UnknownContextKeys(caller, None))

    def _text(self, document: CompiledDocument, statements: list[str]) -> str:
        key = (*statements,)
        if key not in self._texts:
            version = document.written.get("Version")
            head = {"Version": version} if version else {}
            body = ",".join(statements)
            self._texts[key] = f'{compact(head)[:-1]}{"," if head else ""}"Statement":[{body}]}}'
        return self._texts[key]

    # ---- Only of this resource -------------------------------------------------------------------------------
    def _narrowed(self, written: Written) -> Written | None:
        """Without what it says of other resources; None where that is all. What can't be told apart stays."""
        if "NotResource" in written:
            return written
        named = written.get("Resource", "*")  # a repository's name none
        words = [named] if isinstance(named, str) else [each for each in named if isinstance(each, str)]
        found = dict.fromkeys(part for word in words for part in _within(word, self.space))
        return {**written, "Resource": list(found)} if found else None


def _part(statement: CompiledStatement, naming: NamingDirectness) -> str:
    if statement.denies:
        return "denials"
    return {NamingDirectness.ACCOUNT: "account", NamingDirectness.ROLE: "role"}.get(naming, "itself")


def names_sessions(statement: CompiledStatement, caller: Caller) -> bool:
    principals = statement.principals
    return principals is not None and (caller.account, caller.name) in principals.roles_of_sessions


@lru_cache(maxsize=1024)  # asked of each principal
def _within(word: str, space: tuple[str, ...]) -> tuple[str, ...]:
    if "${" in word:
        return (word,)
    found = []
    for each in space:
        asked, named = (ResourceSet((tuple(tokens(text)),)) for text in (each, word))
        if asked.relation(named) is Relation.WITHIN:
            found.append(each)
        elif named.relation(asked) is not Relation.APART:
            found.append(word)
    return tuple(found)
