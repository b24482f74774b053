"""The page of search, and what its box offers while one types."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from iamconsole.web.search import places
from iamconsole.web.search.answering import MOST, MOST_OF_ONE, PAGE, opened, search, search_one
from iamconsole.web.search.asked import LONGEST, SearchQuery, read
from iamconsole.web.search.confusables import remark
from iamconsole.web.search.kinds import KindMatches, Searcher, kind_named, kinds_by_word
from iamconsole.web.shell import shell_for

OFFERED, OFFERED_TASKS, LOOKED_AT = 4, 3, 40  # of each kind in the box; tasks before anything is typed
MOST_OPENED = 8


def searcher_of(request: HttpRequest) -> Searcher:
    """`?account=` is the AWS account from which one searches: one that isn’t to be seen counts as none."""
    seen = list(shell_for(request).aws_accounts)
    number = request.GET.get("account", "")
    current = next((each for each in seen if each.account_id == number), None)
    others = [each for each in seen if each is not current]
    return Searcher(request.user, [current, *others] if current else others, current, request)


def _asked(request: HttpRequest) -> SearchQuery:
    return read(request.GET.get("q", ""), kinds_by_word())


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """What fits, in every AWS account that the operator may see, by kind; `?kind=roles` is one kind, page by page."""
    searcher, asked = searcher_of(request), _asked(request)
    if searcher.current is not None:
        request.aws_account = searcher.current  # type: ignore[attr-defined]  # the shell stays that of the AWS account
    kind = kind_named(request.GET.get("kind", ""))
    if kind is not None:
        groups = [search_one(searcher, asked, kind, request.GET.get("after", ""))]
    else:
        groups = search(searcher, asked)
    context = {
        "asked": asked,
        "search_query": asked.words,
        "kind": kind,
        "groups": [_group(searcher, asked, matches) for matches in groups],
        "found": any(matches.total for matches in groups),
        "most": MOST if kind is None else MOST_OF_ONE,
        "page_size": PAGE,
        "is_first": not request.GET.get("after"),
        "longest": LONGEST,
        "remark": remark(asked.text),
        "literal_url": _url(searcher, f'"{asked.words}"'),
        "everywhere_url": _url(searcher, asked.words),
    }
    return render(request, "search.html", context)


def _group(searcher: Searcher, asked: SearchQuery, matches: KindMatches) -> dict[str, Any]:
    more = {"kind": matches.kind.name}
    return {
        "matches": matches,
        "url": _url(searcher, asked.words, **more),
        "next_url": _url(searcher, asked.words, **more, after=matches.next) if matches.next else "",
    }


def _url(searcher: Searcher, words: str, **more: str) -> str:
    account = {"account": searcher.current.account_id} if searcher.current else {}
    return f"{reverse('search')}?{urlencode({'q': words, **account, **more})}"


@require_safe
def search_box(request: HttpRequest) -> HttpResponse:
    """The options below the box: what fits, or, before anything is typed, what was opened lately and guided tasks.

    `?opened=users:12,roles:5` are kinds and numbers that the browser kept; no name is among them.
    """
    searcher, asked = searcher_of(request), _asked(request)
    context: dict[str, Any] = {"asked": asked, "all_url": _url(searcher, asked.words)}
    if asked.text:
        context["groups"] = search(searcher, asked, hits=OFFERED, most=LOOKED_AT)
    else:
        refs = request.GET.get("opened", "")[:2000].split(",")[:MOST_OPENED]
        context["opened"] = opened(searcher, [ref for ref in refs if ref])
        context["tasks"] = places.offered(places.TASKS, searcher, OFFERED_TASKS)
    return render(request, "shell/found.html", context)
