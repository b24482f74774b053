"""The people of Identity Center behind an answer: a panel of pages, and a file. Who is told names is logged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from access.anywhere import AnywhereWords
from access.holders import Holder
from access.people.behind import PeopleBehind
from access.people.lines import SHOWN, RolePeopleWords, count_words, line_count, people_csv, people_lines
from access.views.shown_part import ShownPart
from access.who_can.answer import WhoCanAnswer
from directory.people import reading_log
from directory.role_people import PeopleCount
from iamconsole.web.exports import file_response
from iamconsole.web.words import counted

_ABOUT = "who_can"  # by what people were looked for, in the audit trail


def people_context(
    request: HttpRequest, behind: PeopleBehind, answers: Iterable[WhoCanAnswer], url: Callable[..., str]
) -> dict[str, Any]:
    """What access/people.html takes. `url`: of the page, with these parameters."""
    answers = list(answers)
    waiting = sum(answer.chains.waiting for answer in answers)
    unknown = [f"Of {counted(roles, 'role')}: {why}" for why, roles in behind.unknown.items()]
    if waiting:
        unknown.append(f"Not looked at yet: {counted(waiting, 'role')}, which may lead to more people.")
    pager = ShownPart.of(
        request.GET.get("people", ""), line_count(behind), SHOWN, lambda at: f"{url(people=at)}#people"
    )
    for part in behind.parts:
        if part.is_told_by_name:
            reading_log.listed(request, part.held_by, [_ABOUT])
    return {
        "behind": behind,
        "people": people_lines(behind, pager.start, SHOWN),
        "people_pager": pager,
        "people_total": behind.total,
        "people_words": count_words(PeopleCount(behind.total - behind.disabled, behind.disabled)),
        "people_unknown": unknown,
        "people_of_role": RolePeopleWords(behind, AnywhereWords(_roles(answers))),
        "people_csv_url": url(format="people"),
    }


def _roles(answers: Iterable[WhoCanAnswer]) -> Iterator[Holder]:
    """That may themselves, also of other AWS accounts that are told."""
    for answer in answers:
        matches = [*answer.found, *(match for _, match in answer.across.listed)]
        yield from (each.holder for each in matches if each.holder.is_role)


def people_file(request: HttpRequest, behind: PeopleBehind, name: str) -> HttpResponseBase:
    for part in behind.parts:
        if part.exports:
            reading_log.exported(request, part.held_by, [_ABOUT], part.total, "people")
    return file_response("csv", name, people_csv(behind))
