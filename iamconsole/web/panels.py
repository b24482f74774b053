"""Panels: what apps above add to the pages of the apps below, registered in `AppConfig.ready()`.

A page has *places*: "user", "role" … are the tabs of a details page, "overview" and "overview.side" the columns of
the overview, "overview.attention" the lines of its "Needs attention"; "change" and "change.afterwards" are panels of a
change, before it moves and when it has ended; "revision" is of a difference of an object, in drift and history;
"conflict" of a step that was not sent. The page never learns who fills them.

    panels.register(Panel("user", "access", "Effective access", url_name="user_access", position=10))
    panels.register(Panel("overview.side", "recent", "Recent changes", url_name="changes", rows=recent_changes))

A panel of a details page is a tab: a link to a page of its own, whose view gets the account id and the unique id. A
panel of the overview gives rows, which the overview prints, and its title links to `url_name`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

# How much a row of "Needs attention" matters: the worst first, each with its badge, its ink and its mark.
SEVERITIES: dict[str, tuple[str, str, str]] = {
    "critical": ("Critical", "danger", "octagon-alert"),
    "failed": ("Failed", "danger", "circle-x"),
    "high": ("High", "warn", "triangle-alert"),
    "medium": ("Medium", "", "info"),
    "low": ("Low", "", "info"),
}


@dataclass(frozen=True)
class PanelRow:
    """One line of a panel: what it is, where it leads, and one sentence. `text` may be SafeString with links in it."""

    title: str
    url: str = ""
    text: str = ""
    at: datetime | None = None  # said after the text, as "12 min ago"
    by: str = ""  # a person: shown as initials in front, by name before the time
    state: str = ""  # a state of iamconsole/web/vocabulary.py, at the end of the line
    state_word: str = ""  # instead of the state's own word
    severity: str = ""  # of SEVERITIES, for "Needs attention"
    action: str = ""  # the word on its button, such as "Review 17"; the button leads to `url` too
    icon: str = ""

    @property
    def badge(self) -> tuple[str, str, str]:
        return SEVERITIES[self.severity]


@dataclass(frozen=True)
class Panel:
    place: str
    name: str
    title: str
    url_name: str = ""
    lede: str = ""
    link: str = ""  # the words of the link to `url_name` ("All pulls"); without them the title is the link
    rows: Callable[[HttpRequest, Any], Iterable[PanelRow]] | None = None  # called with the AWS account
    count: Callable[[Any], int | None] | None = None  # a tab's count, called with the object of the page
    shows: Callable[[Any], bool] | None = None  # whether it has something to say of the object of the page
    empty: str = ""  # the sentence for no rows; without it an empty panel isn't shown
    not_known_yet: Callable[[Any], str] | None = None  # why no rows doesn't mean that there is nothing; "": it does
    permission: str = ""
    position: int = 50


_panels: dict[tuple[str, str], Panel] = {}


def register(panel: Panel) -> None:
    """Adds `panel` to its place; the same place and name twice is a mistake (LookupError)."""
    key = (panel.place, panel.name)
    if _panels.get(key, panel) != panel:
        raise LookupError(f"Two panels are called {panel.name!r} at {panel.place!r}.")
    _panels[key] = panel


def at(place: str, request: HttpRequest, aws_account: Any) -> list[Panel]:
    """The panels of a place that this operator may see on this AWS account, in order."""
    allowed: dict[str, bool] = {"": True}
    found = []
    for panel in sorted(_panels.values(), key=lambda panel: panel.position):
        if panel.place != place:
            continue
        if panel.permission not in allowed:
            allowed[panel.permission] = bool(request.user.has_perm(panel.permission, aws_account))
        if allowed[panel.permission]:
            found.append(panel)
    return found


def about(place: str, request: HttpRequest, aws_account: Any, of: Any) -> list[Panel]:
    """Those that have something to say of `of`, the object of the page."""
    return [panel for panel in at(place, request, aws_account) if panel.shows is None or panel.shows(of)]


def attention(request: HttpRequest, aws_account: Any) -> list[PanelRow]:
    """Every row that needs a decision, the worst first; equal ones in the order of their panels."""
    order = list(SEVERITIES)
    rows = [
        row
        for panel in at("overview.attention", request, aws_account)
        for row in (panel.rows(request, aws_account) if panel.rows else ())
    ]
    return sorted(rows, key=lambda row: order.index(row.severity))


def not_known_yet(place: str, request: HttpRequest, aws_account: Any) -> list[str]:
    """Sentences: why what the panels say isn't all that there is."""
    asked = [panel.not_known_yet for panel in at(place, request, aws_account) if panel.not_known_yet]
    return [sentence for each in asked if (sentence := each(aws_account))]


@dataclass(frozen=True)
class PanelBox:
    """A panel of the overview with its rows, ready to print."""

    panel: Panel
    rows: Sequence[PanelRow]


def boxes(place: str, request: HttpRequest, aws_account: Any) -> list[PanelBox]:
    """The panels of a column with their rows; those that have nothing to say are left out."""
    filled = [
        PanelBox(panel, tuple(panel.rows(request, aws_account)) if panel.rows else ())
        for panel in at(place, request, aws_account)
    ]
    return [box for box in filled if box.rows or box.panel.empty]
