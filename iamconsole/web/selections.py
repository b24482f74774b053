"""What an operator picked in a list, kept in their session under a name that an address carries (`?kept=…`).

The ids of a hundred rows are too long for an address: web servers refuse it (gunicorn's `limit_request_line`). And a
list has pages: what was picked on one of them stays picked while the next ones are looked at.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

MOST_PICKED = 1_000
KEPT = "kept"
_IN_SESSION = "picked"
_MOST_KEPT = 4  # selections of one session; a further one takes the place of the oldest
_LONGEST_ID = 400  # characters of an id


def kept(session: SessionBase, list_url: str, name: str) -> list[str]:
    """The ids; none where nothing is kept of this list under that name (any more)."""
    found: dict[str, Any] = session.get(_IN_SESSION, {}).get(name, {})
    return list(found.get("ids", ())) if found.get("of") == list_url else []


def keep(session: SessionBase, list_url: str, ids: Iterable[str]) -> str:
    """Under which name."""
    name = secrets.token_urlsafe(9)
    others = list(session.get(_IN_SESSION, {}).items())[-(_MOST_KEPT - 1) :]
    session[_IN_SESSION] = {**dict(others), name: {"of": list_url, "ids": list(ids)}}
    return name


def posted_ids(request: HttpRequest, stage_url: str) -> list[str]:
    """The ids that the list's form sent, with what was kept of its other pages.

    `listed`: the ids that the page showed, of which what isn't `pick`ed is picked no longer. `stage_url`: under which
    selections of the list are kept.
    """
    posted = request.POST
    earlier = kept(request.session, stage_url, posted.get(KEPT, ""))
    listed = set(posted.getlist("listed"))
    ids = [*(each for each in earlier if each not in listed), *(each[:_LONGEST_ID] for each in posted.getlist("pick"))]
    return list(dict.fromkeys(ids))[: MOST_PICKED + 1]


def keep_posted(request: HttpRequest, stage_url: str = "", target_url: str = "") -> HttpResponse:
    """Keeps what the list's form sent (`posted_ids`). Leads to staging, or back to the list.

    `stage_url`: the address of staging, where that isn't the one asked; `target_url`: where else than to staging it
    leads.
    """
    posted, stage_url = request.POST, stage_url or request.path
    ids = posted_ids(request, stage_url)
    if not ids:
        return redirect(stage_url.removesuffix("stage/"))
    name = keep(request.session, stage_url, ids)
    if "back" not in posted:
        return redirect(f"{target_url or stage_url}?{KEPT}={name}")
    query = QueryDict(posted["back"].removeprefix("?"), mutable=True)
    query[KEPT] = name
    address = f"{stage_url.removesuffix('stage/')}?{query.urlencode()}"
    assert url_has_allowed_host_and_scheme(address, None)  # noqa: S101  it is built of an address of ours
    return redirect(address)
