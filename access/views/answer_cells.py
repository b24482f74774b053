"""The answers of Simulate as tables: one of each resource, a row of each principal, a cell of each action.

In Python, since a page may have 2,000 cells: see docs/front-end.md, "Lists".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString

from access.simulation.answers import AnswerRow, Answers, CellAnswer
from access.simulation.columns import ANYTHING, AskedPair
from access.simulation.deciding import only_if
from access.simulation.directory import AskedPrincipal
from accounts.models import AwsAccount
from iamconsole.web.elements import format_html, icon, joined

_KINDS = {"Allowed": ("yes", "check"), "Denied": ("no", "x"), "Unknown": ("unknown", "circle-question-mark")}
_CELL = (
    '<button class="cell cell-{}{}" type="submit" form="open-cell" formaction="#why" name="cell" value="{}"'
    ' id="c-{}"{}{}>{}{}{}</button>'
)


@dataclass(frozen=True)
class AnswerLine:
    """`cells`: of each action its HTML, and its name for narrow screens. `is_open`: one of them is."""

    principal: AskedPrincipal
    url: str
    cells: Sequence[tuple[str, SafeString]]
    why_not: str
    is_open: bool = False


@dataclass(frozen=True)
class AnswerTable:
    """`number`: of the table, from 0."""

    number: int
    resource: str
    actions: Sequence[str]
    lines: Sequence[AnswerLine]

    @property
    def title(self) -> str:
        return "what takes no resource" if self.resource == ANYTHING else self.resource

    @property
    def width(self) -> int:
        return len(self.actions) + 1


def tables_of(
    aws_account: AwsAccount, answers: Answers, opened: tuple[int, int] | None, *, only_different: bool
) -> list[AnswerTable]:
    """`opened`: the numbers of the row and of the pair whose cell is open."""
    by_resource: dict[str, list[int]] = {}
    for number, pair in enumerate(answers.asked.pairs):
        by_resource.setdefault(pair.resource, []).append(number)
    rows = [
        (number, row) for number, row in enumerate(answers.rows) if row.differs or row.why_not or not only_different
    ]
    return [
        AnswerTable(
            number,
            resource,
            [answers.asked.pairs[each].action for each in numbers],
            [_line(aws_account, row_number, row, numbers, answers.asked.pairs, opened) for row_number, row in rows],
        )
        for number, (resource, numbers) in enumerate(by_resource.items())
    ]


def _line(
    aws_account: AwsAccount,
    row_number: int,
    row: AnswerRow,
    numbers: Sequence[int],
    pairs: Sequence[AskedPair],
    opened: tuple[int, int] | None,
) -> AnswerLine:
    cells = []
    for number in numbers:
        answer = row.answers[number]
        if answer is not None:
            cells.append((pairs[number].action, cell(answer, (row_number, number), opened)))
    is_open = opened is not None and opened[0] == row_number and opened[1] in numbers
    return AnswerLine(row.principal, url_of_principal(aws_account, row.principal), cells, row.why_not, is_open)


def cell(answer: CellAnswer, place: tuple[int, int], opened: tuple[int, int] | None = None) -> SafeString:
    """A word with its icon, what it was live, and what it hangs on."""
    css, mark = _KINDS[answer.word]
    ident = f"{place[0]}.{place[1]}"
    is_open = opened == place
    was = format_html('<span class="was">was {}</span>', answer.was) if answer.was else ""
    hangs = only_if(answer)
    return format_html(
        _CELL,
        css,
        " cell-new" if answer.was else "",
        ident,
        ident,
        format_html(' title="{}"', hangs) if hangs else "",
        SafeString(' aria-current="true"') if is_open else "",
        icon(mark),
        answer.word,
        joined([was, format_html('<span class="visually-hidden">, {}</span>', hangs) if hangs else ""]),
    )


def url_of_principal(aws_account: AwsAccount, principal: AskedPrincipal) -> str:
    """Of its page; "" where it has none here."""
    if not principal.unique_id or principal.kind not in ("user", "role", "group"):
        return ""
    return reverse(principal.kind, kwargs={"account_id": aws_account.account_id, "aws_id": principal.unique_id})
