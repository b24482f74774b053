"""Documents, compiled once for all questions: which statements are about an action, a resource and a caller."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from policies.engine import statements, variables
from policies.engine.callers import Caller, NamingDirectness, Principals
from policies.engine.conditions import AnyTest, Context, Values, ValuesOf, compile_conditions
from policies.engine.lazily import lazy
from policies.engine.matching import LAST_PART, Glob, ResourceGlob, resource_glob, tokens
from policies.engine.statements import document_in, document_of
from policies.engine.truth import MAYBE, NO, UNKNOWN, YES, Truth, opposite
from policies.engine.variables import Lookup, Part

_REMEMBERED = 512  # actions a document


class CompiledStatement:
    """One statement. `index` is its place, from 0; `sid` is "" where it has none.

    What is only asked of statements that are about the action is compiled when it is first asked for.
    """

    def __init__(self, source: statements.Statement, *, with_variables: bool) -> None:
        self._source, self._with_variables = source, with_variables
        self.index, self.allows, self.denies = source.index, source.allows, source.denies
        self.not_actions = source.has("NotAction")
        self.not_resources = source.has("NotResource")
        self.actions = ActionPatterns(source.action_words)

    @property
    def sid(self) -> str:
        return self._source.sid

    @property
    def source(self) -> statements.Statement:
        """As the document has it."""
        return self._source

    @lazy
    def resources(self) -> ResourcePatterns:
        return ResourcePatterns(self._source.resource_words, with_variables=self._with_variables)

    @lazy
    def principals(self) -> Principals | None:
        is_not = self._source.has("NotPrincipal")
        if not is_not and not self._source.has("Principal"):
            return None
        return Principals(self._source.principal_words, is_not=is_not)

    @lazy
    def tests(self) -> tuple[AnyTest, ...]:
        return compile_conditions(self._source, with_variables=self._with_variables)

    @lazy
    def keys(self) -> frozenset[str]:
        """The context that it asks for."""
        return self.resources.keys.union(*(test.keys for test in self.tests))

    def is_about(self, action: str) -> bool:
        """`action` in lower case."""
        return (action in self.actions) is not self.not_actions

    def covers(self, resource: str, lookup: Lookup) -> Truth:
        found = self.resources.match(resource, lookup)
        return opposite(found) if self.not_resources else found

    def names(self, caller: Caller, *, bounded: bool) -> NamingDirectness:
        """How directly it is about the caller. `bounded`: they have a permissions boundary."""
        principals = self.principals
        if principals is None:
            return NamingDirectness.NOT
        if not principals.is_not:
            return principals.names(caller)
        if self.denies:
            return NamingDirectness.ITSELF if bounded or not principals.lists_fully(caller) else NamingDirectness.NOT
        return NamingDirectness.NOT if principals.names(caller) else NamingDirectness.ITSELF

    def naming(self, caller: Caller, user_ids: Values, *, bounded: bool) -> tuple[NamingDirectness, NamingDirectness]:
        """The same surely, and perhaps: a role is one of its sessions, by the aws:userid of the request."""
        named, principals = self.names(caller, bounded=bounded), self.principals
        if principals is None or principals.is_not:
            return named, named
        by_session = principals.names_session_of(caller, user_ids)
        surely = NamingDirectness.ITSELF if by_session is YES else named
        return surely, NamingDirectness.ITSELF if by_session else named

    def missing(self, context: Context) -> set[str]:
        """Condition keys that the request doesn't say."""
        return {test.key for test in self.tests if test.key and test.key not in context}

    def holds(self, values_of: ValuesOf, lookup: Lookup) -> Truth:
        found = YES
        for test in self.tests:
            held = test.holds(values_of(test.key), lookup)
            if held is NO:
                return NO
            if held is MAYBE:
                found = MAYBE
        return found

    def depends_on(self, resource: str, values_of: ValuesOf, lookup: Lookup) -> set[str]:
        """The keys for whose values one would have to ask to know whether it applies."""
        asked = set(self.resources.keys) if self.covers(resource, lookup) is MAYBE else set()
        for test in self.tests:
            if test.holds(values_of(test.key), lookup) is MAYBE:
                asked |= test.keys
        return {key for key in asked if values_of(key) is UNKNOWN}


class ActionPatterns:
    """Action patterns. Case doesn't matter."""

    __slots__ = ("_exact", "_globs", "_prefixes", "patterns")

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        self._exact, self._prefixes, others = by_form([pattern.lower() for pattern in patterns])
        self._globs = [Glob(tokens(pattern)) for pattern in others]

    def __contains__(self, action: str) -> bool:
        return (
            action in self._exact
            or action.startswith(self._prefixes)
            or any(glob.matches(action) for glob in self._globs)
        )


def by_form(patterns: Sequence[str]) -> tuple[set[str], tuple[str, ...], list[str]]:
    """Patterns by what it takes to match them: most are one name, or all that begins so, and need no compiling.

    The first match themselves, the second all that begins so; the others have wildcards or variables elsewhere, or are
    shorter than an ARN.
    """
    exact, prefixes, others = set(), [], []
    for pattern in patterns:
        begin = pattern[:-1] if pattern[-1:] == "*" else pattern
        if "*" in begin or "?" in begin or "${" in begin or _is_short_arn(begin):
            others.append(pattern)
        elif begin is pattern:
            exact.add(pattern)
        else:
            prefixes.append(begin)
    return exact, tuple(prefixes), others


def _is_short_arn(text: str) -> bool:
    """An ARN that lacks parts, which are wildcards then (`matching.arn_parts`)."""
    return text.startswith("arn:") and text.count(":") < LAST_PART


class ResourcePatterns:
    """Resource patterns. Variables count from the fifth colon on."""

    __slots__ = ("_any", "_dynamic", "_exact", "_globs", "_prefixes", "_with_variables", "keys", "patterns")

    def __init__(self, patterns: Sequence[str], *, with_variables: bool) -> None:
        self.patterns = tuple(patterns)
        self._with_variables = with_variables
        self._exact, self._prefixes, others = by_form(self.patterns)
        parsed = [resource_parts(pattern, with_variables) for pattern in others]
        fixed = [variables.resolved(parts, lambda key: None) or [] for parts in parsed if variables.is_fixed(parts)]
        self._dynamic = [parts for parts in parsed if not variables.is_fixed(parts)]
        self._globs = [ResourceGlob(pattern) for pattern in fixed]
        self._any = "" in self._prefixes or any(glob.is_any or glob.is_every_arn for glob in self._globs)
        self._exact |= {"".join(map(str, each)) for each in fixed if all(isinstance(part, str) for part in each)}
        self.keys: frozenset[str] = frozenset().union(*map(variables.keys, self._dynamic))

    @property
    def is_everything(self) -> bool:
        """Whether one of the patterns matches whatever there is."""
        return self._any

    def parsed(self) -> list[list[Part]]:
        """Each pattern, with its variables."""
        return [resource_parts(pattern, self._with_variables) for pattern in self.patterns]

    def match(self, resource: str, lookup: Lookup) -> Truth:
        if self._any or resource in self._exact or resource.startswith(self._prefixes):
            return YES
        if any(glob.matches(resource) for glob in self._globs):
            return YES
        found = NO
        for parts in self._dynamic:
            pattern = variables.resolved(parts, lookup)
            if pattern is None or not resource_glob(tuple(pattern)).matches(resource):
                continue
            if not variables.is_open(parts, lookup):
                return YES
            found = MAYBE
        return found


def resource_parts(pattern: str, with_variables: bool) -> list[Part]:
    if not with_variables or "${" not in pattern:
        return variables.parts(pattern, variables=False)
    if not pattern.startswith("arn:"):
        return variables.parts(pattern, variables=True)
    head = pattern.split(":", 5)
    if len(head) < 6:
        return variables.parts(pattern, variables=False)
    before = variables.parts(":".join(head[:5]) + ":", variables=False)
    return before + variables.parts(head[5], variables=True)


class CompiledDocument:
    """A document (any; see `document_of`), ready to be asked. What makes no sense in it matches nothing."""

    __slots__ = ("_by_action", "statements", "written")

    def __init__(self, document: Any) -> None:
        found = document_of(document)
        self.written = found.written  # as somebody typed it
        self.statements = [CompiledStatement(each, with_variables=found.with_variables) for each in found.statements]
        self._by_action: dict[str, tuple[CompiledStatement, ...]] = {}

    @classmethod
    def joined(cls, documents: Sequence[CompiledDocument]) -> CompiledDocument:
        """The statements of all, each read as its own document has it; as written, the first one."""
        made = cls({})
        made.written = documents[0].written if documents else {}
        made.statements = [statement for document in documents for statement in document.statements]
        return made

    @property
    def names_principals(self) -> bool:
        """Whether it is the policy of a resource, or a trust policy."""
        return any(each.principals is not None for each in self.statements)

    @property
    def denies(self) -> bool:
        """Whether it has a statement that denies."""
        return any(each.denies for each in self.statements)

    @property
    def allows_everything(self) -> bool:
        """Whether it has a statement that allows everything on everything, without a condition; denials not counted."""
        return any(
            each.allows
            and not (each.not_actions or each.not_resources)
            and "*" in each.actions.patterns
            and each.resources.is_everything
            and not each.tests
            for each in self.statements
        )

    def about(self, action: str) -> tuple[CompiledStatement, ...]:
        """Those about the action (in lower case)."""
        found = self._by_action.get(action)
        if found is None:
            if len(self._by_action) >= _REMEMBERED:
                self._by_action.clear()
            found = self._by_action[action] = tuple(each for each in self.statements if each.is_about(action))
        return found


@lru_cache(maxsize=4096)
def compiled(text: str) -> CompiledDocument:
    """By the raw text: documents that many share are compiled once."""
    return CompiledDocument(document_in(text))
