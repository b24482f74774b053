"""What an entry of the table of kinds says: how AWS lists such resources, what is asked of each, how it says "none".

An entry is data; a function stands in it only where a service is peculiar.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from sync import clock
from sync.aws.client import ListPage
from sync.aws.errors import AccessDeniedError, AwsError, UnsupportedError
from sync.mirror import Reader

_LONGEST_ID = 400
_LONGEST_NAME = 256


@dataclass(frozen=True)
class AwsPlace:
    """Where a list is asked for; `region` is "" where it is global."""

    partition: str
    account_id: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """Of a resource of that place."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"


@dataclass(frozen=True)
class Listed:
    """A resource as the list has it, or what is known of it otherwise.

    `region`: the one that it is in, and in which it is asked about. `facts`: what the list tells, and so does the
    question about this one alone. `params`: what calls about it take besides. `told`: what the list has of its parts.
    """

    arn: str
    name: str
    region: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)
    known_as: str = ""  # where it has no ARN

    @property
    def object_id(self) -> str:
        return id_of(self.arn or self.known_as)

    @property
    def values(self) -> dict[str, str]:
        """What parameters of calls are filled with."""
        return {"arn": self.arn, "name": self.name, "region": self.region, **self.params}


def id_of(arn: str) -> str:
    """As the mirror and addresses know a resource: its ARN with ~ for each slash, which no ARN of these has."""
    found = arn.replace("/", "~")
    return found if len(found) <= _LONGEST_ID else f"{found[:300]}~{sha256(arn.encode()).hexdigest()}"


def short(name: str) -> str:
    """As long as the column of names."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


@dataclass
class CallCount:
    calls: int = 0

    def taken(self) -> int:
        """How many there were since the last time."""
        calls, self.calls = self.calls, 0
        return calls


class Asker:
    """Asks AWS about resources of one service in one Region, and counts how often."""

    def __init__(self, client: Reader, service: str, place: AwsPlace, count: CallCount | None = None) -> None:
        self.place = place
        self.count = count or CallCount()
        self._client, self._service = client, service
        self._last: tuple[str, dict[str, Any] | None] | None = None  # what `once` asked last

    def at(self, region: str) -> Asker:
        """The same in that Region; "" for the usual one."""
        return Asker(self._client.at(region), self._service, self.place, self.count) if region else self

    def __call__(
        self, operation: str, /, *, none: frozenset[str] = frozenset(), **params: Any
    ) -> dict[str, Any] | None:
        """The answer; None where AWS's error says that there is no such thing. Raises AwsError."""
        self.count.calls += 1
        try:
            return self._client.call(self._service, operation, **params)
        except AwsError as error:
            if error.code not in none:
                raise
            return None

    def once(self, operation: str, /, **params: Any) -> dict[str, Any] | None:
        """The same, where several parts of a resource stand in one answer, and are read one after the other."""
        key = json.dumps([operation, params], sort_keys=True, default=str)
        if self._last is None or self._last[0] != key:
            self._last = key, self(operation, **params)
        return self._last[1]

    def pages(self, operation: str, /, *, marker: str | None = None, **params: Any) -> Iterator[ListPage]:
        """Raises AwsError."""
        for page in self._client.pages(self._service, operation, marker=marker, **params):
            self.count.calls += 1
            yield page

    def every(self, operation: str, member: str, /, **params: Any) -> list[Any]:
        """The items of all pages of a list. Raises AwsError."""
        return [item for page in self.pages(operation, **params) for item in page.items.get(member) or ()]


class Get(Protocol):
    """Finds out one part of a resource; None: AWS says that there is none. Raises AwsError."""

    def __call__(self, ask: Asker, listed: Listed, /) -> Any: ...


@dataclass(frozen=True)
class GetCall:
    """One call, and where in its answer it stands.

    `none`: the codes of errors by which AWS says that there is none. `there`: asked after such an error, where AWS says
    the same of a resource that is gone.
    """

    operation: str
    params: Mapping[str, Any]
    path: tuple[str, ...]
    none: frozenset[str] = frozenset()
    there: tuple[str, Mapping[str, Any]] | None = None
    is_shared: bool = False  # its answer has other parts, too

    def __call__(self, ask: Asker, listed: Listed, /) -> Any:
        asked = filled(self.params, listed)
        answer: Any = ask.once(self.operation, **asked) if self.is_shared else None
        if not self.is_shared:
            answer = ask(self.operation, none=self.none, **asked)
        if answer is None and self.there is not None:
            operation, params = self.there
            with suppress(AccessDeniedError):  # what is gone has none either
                ask(operation, **filled(params, listed))
        for member in self.path:
            answer = (answer or {}).get(member)
        return answer


def filled(params: Mapping[str, Any], listed: Listed) -> dict[str, Any]:
    """With what they say of the resource in braces."""
    return {
        name: value.format_map(listed.values) if isinstance(value, str) else value for name, value in params.items()
    }


@dataclass(frozen=True)
class InTheList:
    """What the list told of it already."""

    name: str

    def __call__(self, ask: Asker, listed: Listed, /) -> Any:
        return listed.told.get(self.name)


@dataclass(frozen=True)
class Need:
    """A permission of the role to read: the action, the call where it is named otherwise, and how it is tried."""

    action: str
    probe: Mapping[str, Any] = field(default_factory=dict)
    call: str = ""


@dataclass(frozen=True)
class Part:
    """Something of a resource that is read by itself, and may be denied by itself.

    Of a policy `get` gives its text, or several by the ARNs on which they stand.
    """

    name: str
    title: str
    get: Get
    needs: tuple[Need, ...] = ()
    is_policy: bool = False
    passes: bool = False  # it changes by mere use, so that no revision is made of it


def policy(title: str, get: Get, *needs: Need, name: str = "policy") -> Part:
    return Part(name, title, get, needs, is_policy=True)


def of_arn(cut: str) -> Callable[[Asker, str, str], Listed]:
    """For `find`, where the ARN says all: the name is what stands behind `cut` in it."""

    def listed(ask: Asker, arn: str, name: str) -> Listed:
        return Listed(arn, arn.partition(cut)[2], ask.place.region)

    return listed


@dataclass(frozen=True)
class ListedPage:
    """Of a list: `marker` is where it begins, None at the beginning; `following` where the next one does."""

    resources: Sequence[Listed]
    marker: str | None
    following: str | None
    requested_at: datetime


class Lists(Protocol):
    """All resources of the kind, page by page from a marker on. Raises AwsError."""

    def __call__(self, ask: Asker, marker: str | None, /) -> Iterator[ListedPage]: ...


@dataclass(frozen=True)
class Listing:
    """The pages of one call. `of` makes of an item what is listed; None: it is none of ours."""

    operation: str
    member: str
    of: Callable[[Any, AwsPlace], Listed | None]
    params: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, ask: Asker, marker: str | None, /) -> Iterator[ListedPage]:
        for page in ask.pages(self.operation, marker=marker, **self.params):
            found = (self.of(item, ask.place) for item in page.items.get(self.member) or ())
            yield ListedPage([each for each in found if each], marker, page.marker, page.requested_at)
            marker = page.marker


class NotAsked(UnsupportedError):
    """The console didn't ask, and says why."""

    what = ""
    advice = ""


@dataclass(frozen=True)
class OnlyOne:
    """What there is one of in each place, and no list."""

    of: Callable[[AwsPlace], Listed]

    def __call__(self, ask: Asker, marker: str | None, /) -> Iterator[ListedPage]:
        yield ListedPage([self.of(ask.place)], None, None, clock.now())


@dataclass(frozen=True, kw_only=True)
class ResourceKind:
    """A kind of resources, in AWS's names and ours."""

    kind: str  # as mirrors and rows name it: "sqs.queue"
    service: str  # what is switched on and off: an entry of SERVICES
    client: str  # as boto3 names the service
    word: str  # "SQS queue", in sentences
    plural: str = ""  # "" is the word with an s
    lists: Lists
    needs: tuple[Need, ...]  # of the list
    # One of them, as the list has it, by its ARN (or what it is known as) and its name; None: it is gone. Asks AWS only
    # where the list tells more than that, and raises AwsError.
    find: Callable[[Asker, str, str], Listed | None]
    parts: tuple[Part, ...]
    documentation: str
    regional: bool = True
    none_means: str  # what it means that there is no policy, in a sentence
    peculiar: str = ""  # a sentence for its page and the documentation
    lint_leaves_out: frozenset[str] = frozenset()  # codes of findings that don't hold for its documents
    decides_access: bool = True  # False where nothing of it says who gets to a resource: it is read for something else
    # The document that AWS goes by where it has none; None: without one it lets in nobody.
    instead_of_none: Mapping[str, Any] | None = None

    @property
    def several(self) -> str:
        return self.plural or f"{self.word}s"

    @property
    def title(self) -> str:
        """ "SQS queues", as a source is called."""
        return f"{self.several[0].upper()}{self.several[1:]}"

    @property
    def source(self) -> str:
        """ "sqs.queues"."""
        if self.kind.endswith("s"):
            return f"{self.kind}es"
        is_short = self.kind.endswith("y") and self.kind[-2] not in "aeiou"
        return f"{self.kind[:-1]}ies" if is_short else f"{self.kind}s"

    def part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)
