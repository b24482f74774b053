"""What an editor's text can be begun from: templates, other policies, what was used; and how it gets there, as a draft.

starting.register(StartSource("used", "What was used", "timer", _count, _rows, _text))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.models import AwsAccount, Operator
from iamconsole.web.words import counted
from policies.actions.document_edit import SKELETON
from policies.engine.structure import DocumentType
from policies.gallery import catalogue
from policies.open_drafts import BEGUN_TYPES

ROWS = 50  # of a page
TEMPLATES = "templates"
_MOST_WORDS = 5


class CannotBeginError(ValueError):
    """Why a text isn't to be had now, and what to do, in sentences."""


@dataclass(frozen=True)
class StartQuery:
    """Who looks, what for, and on which page, from 1: `operator` may edit policies of `aws_account`."""

    aws_account: AwsAccount
    operator: Operator
    words: str = ""
    page: int = 1

    @property
    def words_folded(self) -> Sequence[str]:
        return self.words.casefold().split()[:_MOST_WORDS]

    @property
    def span(self) -> slice:
        """The rows of its page, among all."""
        return slice((self.page - 1) * ROWS, self.page * ROWS)


@dataclass(frozen=True)
class StartRow:
    """`value`: what a button of the row sends; `asks`: the labels of what is to be typed before.

    `url`: of the page where it goes on, for a source that has no text of its own.
    """

    value: str
    title: str
    about: str = ""
    level: str = ""
    asks: Sequence[str] = ()
    url: str = ""
    group: str = ""


@dataclass(frozen=True)
class StartFound:
    """`rows`: those of the page; `total`: how many fit the words."""

    rows: Sequence[StartRow]
    total: int


@dataclass(frozen=True)
class StartSource:
    """`text`: of a row's value; None for what isn't there, or isn't the operator's to see. It may raise
    CannotBeginError. `count`: of all that it has, in words.
    """

    name: str
    label: str
    icon: str
    count: Callable[[StartQuery], str]
    rows: Callable[[StartQuery], StartFound]
    text: Callable[[StartQuery, str], str | None]
    position: int = 50
    kinds: frozenset[DocumentType] = BEGUN_TYPES


_sources: dict[str, StartSource] = {}


def register(*sources: StartSource) -> None:
    for source in sources:
        if source.name in _sources:
            raise ValueError(f"There is a source {source.name} already.")
        _sources[source.name] = source


def sources_of(kind: DocumentType) -> list[StartSource]:
    fitting = (source for source in _sources.values() if kind in source.kinds)
    return sorted(fitting, key=lambda source: source.position)


# ---- The sources that hold no policies -------------------------------------------------------------------------------
def _template_rows(query: StartQuery) -> StartFound:
    rows = [
        StartRow(each.name, each.title, each.about, each.level, each.asks, group=each.group)
        for each in catalogue.found(query.words)
    ]
    return StartFound(rows[query.span], len(rows))


def register_own() -> None:
    register(
        StartSource(
            TEMPLATES,
            "Template gallery",
            "layout-template",
            lambda query: counted(len(catalogue.TEMPLATES), "template"),
            _template_rows,
            lambda query, value: None,  # its parameters come first
            position=10,
        ),
        StartSource(
            "blank",
            "Blank",
            "file",
            lambda query: "One empty statement",
            lambda query: StartFound([StartRow("blank", "One empty statement")], 1),
            lambda query, value: SKELETON,
            position=90,
        ),
    )
