"""Where the page of what somebody asked for is: an app above has it, and what is told of the change leads there."""

from __future__ import annotations

from collections.abc import Callable

from sync.models import Change

PageOfRequest = Callable[[Change], str]
_pages: list[PageOfRequest] = []


def register(page: PageOfRequest) -> None:
    """To be called in `AppConfig.ready()`. `page` gives the address, or "" of a change that isn't its own."""
    _pages.append(page)


def page_of(change: Change) -> str:
    """ "" where there is none. Who asked may not see the page of the change itself."""
    grant = change.ends or change
    return next(filter(None, (page(grant) for page in _pages)), "") if grant.on_request else ""
