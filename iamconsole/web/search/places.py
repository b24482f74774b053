"""Pages, settings, guided tasks and help, found by their words. Apps register theirs in `AppConfig.ready()`:

    places.register(SearchPlace("leave", "A person leaves", "task_leave", TASKS, "Keys, sessions and logins are cut.",
                          words="offboard quit farewell"))

Links of the sidebar are pages by themselves (iamconsole/web/navigation.py). Who finds a place is decided by what its
address asks of who comes there (iamconsole/web/addresses.py): nothing has to be said twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.urls import URLResolver, get_resolver, reverse

from iamconsole.web.addresses import SIGNED_IN, Access, AddressScope, access_of
from iamconsole.web.glossary.terms import terms
from iamconsole.web.help.pages import help_pages
from iamconsole.web.navigation import NavItem, merged_groups
from iamconsole.web.search.asked import Rank, SearchQuery
from iamconsole.web.search.kinds import FoundKind, Searcher, SearchHit, best
from iamconsole.web.search.kinds import register as register_kind
from iamconsole.web.trigrams import LEAST

PAGES, SETTINGS, TASKS, HELP = "pages", "settings", "tasks", "help"


@dataclass(frozen=True)
class SearchPlace:
    """`name` is unique among its sort and stays the same. `words`: more by which it is found, that nobody is shown.

    `fragment`: of the page, such as the id of a panel. `query`: of the address, without its question mark.
    """

    name: str
    title: str
    url_name: str  # takes `account_id`, or nothing
    sort: str = PAGES
    text: str = ""
    words: str = ""
    icon: str = ""
    fragment: str = ""
    query: str = ""


_places: dict[str, dict[str, SearchPlace]] = {sort: {} for sort in (PAGES, SETTINGS, TASKS, HELP)}


def register(*several: SearchPlace) -> None:
    """Raises ValueError where its sort has a place of that name already."""
    for place in several:
        if place.name in _places[place.sort]:
            raise ValueError(f"{place.sort} has {place.name} already.")
        _places[place.sort][place.name] = place


def registered(sort: str) -> Sequence[SearchPlace]:
    return tuple(_places[sort].values())


# ---- Where the operator gets in ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Address:
    access: Access
    is_of_one: bool  # it names the AWS account


@cache
def _addresses() -> dict[str, _Address]:
    """All pages that need no more in their address than an AWS account, by name."""
    return {name: address for name, address in _walk(get_resolver()) if address is not None}


def _walk(resolver: URLResolver) -> Iterator[tuple[str, _Address | None]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _walk(each)
        elif each.name:
            takes = set(each.pattern.regex.groupindex)
            access = access_of(each.callback) or SIGNED_IN
            yield each.name, _Address(access, bool(takes)) if takes <= {"account_id"} else None


def _door(place: SearchPlace, searcher: Searcher) -> tuple[str, Any] | None:
    """The address by which the operator gets in, and the AWS account that it is of; None: they don't get in."""
    address = _addresses().get(place.url_name)
    if address is None:
        return None
    if address.is_of_one:
        where = searcher.holding(*address.access.permissions)
        if not where:
            return None
        url = reverse(place.url_name, kwargs={"account_id": where[0].account_id})
        return _whole(place, url), where[0]
    return (_whole(place, reverse(place.url_name)), None) if _gets_in(address.access, searcher) else None


def _gets_in(access: Access, searcher: Searcher) -> bool:
    if not access.permissions or access.public:
        return True
    if access.scope is AddressScope.ALL:
        return all(searcher.operator.has_perm(perm) for perm in access.permissions)
    return bool(searcher.holding(*access.permissions))


def _whole(place: SearchPlace, url: str) -> str:
    return f"{url}{f'?{place.query}' if place.query else ''}{f'#{place.fragment}' if place.fragment else ''}"


# ---- Finding them --------------------------------------------------------------------------------------------------
def _all_of(sort: str) -> Iterator[SearchPlace]:
    yield from _places[sort].values()
    if sort == PAGES:
        yield from (place for group in merged_groups() for item in group.items if (place := _linked(item)))


def _linked(item: NavItem) -> SearchPlace | None:
    """A link of the sidebar."""
    address = _addresses().get(item.url_name)
    if address is None or item.url_name in _places[PAGES]:
        return None
    of_all = address.access.is_of_all
    title = f"{item.label} of all AWS accounts" if of_all else item.label
    return SearchPlace(item.url_name, title, item.url_name, icon=item.icon)


def find(sort: str, searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """Below `LEAST` characters by the title and the words alone: each sentence has any two letters."""
    whole = len(asked.text) >= LEAST
    found = [place for place in _all_of(sort) if asked.fits(place.title, place.words, place.text if whole else "")]
    hits = (_hit(place, searcher, _rank(place, asked)) for place in found)
    return best((hit for hit in hits if hit), most)


def _rank(place: SearchPlace, asked: SearchQuery) -> Rank:
    """By its title; what only its other words say begins no name."""
    in_title = asked.fits(place.title)
    return asked.rank(place.title) if in_title else max(asked.rank(place.words), Rank.WORD)


def _hit(place: SearchPlace, searcher: Searcher, rank: Rank = Rank.EXACT) -> SearchHit | None:
    door = _door(place, searcher)
    if door is None:
        return None
    url, aws_account = door
    where = str(aws_account) if aws_account and len(searcher.aws_accounts) > 1 else ""
    return SearchHit(place.title, url, place.text, where, rank=rank, ref=place.name, icon=place.icon)


def at(sort: str, searcher: Searcher, names: Sequence[str]) -> Sequence[SearchHit]:
    by_name = {place.name: place for place in _all_of(sort)}
    hits = (_hit(by_name[name], searcher) for name in names if name in by_name)
    return [hit for hit in hits if hit]


def offered(sort: str, searcher: Searcher, most: int) -> Sequence[SearchHit]:
    """The first that the operator gets to, such as the tasks that are offered before anything is typed."""
    hits = (_hit(place, searcher) for place in _all_of(sort))
    return [hit for hit in hits if hit][:most]


def register_help() -> None:
    """The pages of help with their parts, the glossary and its words."""
    register(SearchPlace("help", "Help", "help", HELP, words="documentation manual docs"))
    for page in help_pages().values():
        register(SearchPlace(page.url_name, page.title, page.url_name, HELP, icon="book-open"))
        for part in page.sections:
            name = f"{page.url_name}.{part.anchor}"
            register(SearchPlace(name, part.title, page.url_name, HELP, f"In {page.title}", fragment=part.anchor))
    register(SearchPlace("glossary", "Glossary", "glossary", HELP, words="words terms"))
    for term in terms().values():
        text = term.plain if len(term.plain) <= _LONGEST_TEXT else f"{term.plain[:_LONGEST_TEXT].rpartition(' ')[0]} …"
        register(SearchPlace(term.slug, term.name, "glossary", HELP, text, fragment=term.slug))


_LONGEST_TEXT = 120
_SORTS = (
    (PAGES, "Pages", "panel-left", 5, ("page",)),
    (TASKS, "Guided tasks", "list-checks", 6, ("task", "tasks", "guided task")),
    (SETTINGS, "Settings", "settings", 85, ("setting",)),
    (HELP, "Help", "circle-question-mark", 95, ("word", "glossary", "term")),
)


def register_kinds() -> None:
    for sort, label, icon, position, words in _SORTS:
        register_kind(
            FoundKind(
                name=sort,
                label=label,
                icon=icon,
                position=position,
                words=words,
                least=2,
                find=partial(find, sort),
                at=partial(at, sort),
            )
        )
