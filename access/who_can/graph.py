"""Who can, as a graph: who, through which group, policy or chain of roles, up to the action on the resource.

Who gets it alike stands in one box, the largest first, those of each AWS account by themselves. Principals that aren't
drawn are counted. AWS accounts that the asker may not see are one box.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from access.descriptions import describe_condition
from access.matches import WhoCanMatch
from access.role_chains import RoleChain
from access.who_can.answer import WhoCanAnswer, WhoCanLine, outsider_line, policy_words
from access.who_can.chains import ChainsFound
from access.who_can.ways import Fold, Way, folded
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from iamconsole.web.graphs import NARROW, EdgeText, Graph, NodeText, cut, drawn
from iamconsole.web.words import counted
from policies.engine.combine import Decision

MOST_BOXES, MOST_ROUTES, MOST_OUTSIDE, MOST_NODES, MOST_COLUMNS = 10, 5, 2, 32, 12
_END, _UNSEEN = "end", "unseen"
_PAGE = 1000  # pixels
_NAME = 24  # characters
_COMPARED = 3  # whose conditions are compared
Url = Callable[..., str]  # of the page, with these parameters
PeopleBox = Callable[[Iterable[str]], NodeText | None]


@dataclass(frozen=True)
class WhoCanGraph:
    """`shown` of `total` principals are in it."""

    graph: Graph
    shown: int
    total: int
    has_conditions: bool

    @property
    def left_out(self) -> int:
        return self.total - self.shown

    @property
    def css(self) -> str:
        """Where it is a little wider than the page, it is made smaller; else it scrolls."""
        return "graph-shrinks" if _PAGE < self.graph.view_width <= _PAGE * 1.3 else ""


@dataclass(frozen=True)
class _Box:
    """Those who begin, and the ways they go: each a list of nodes with the word on the edge that leads there."""

    text: NodeText
    who: int
    ways: Sequence[Sequence[tuple[str, str]]]
    is_sure: bool


@dataclass(frozen=True)
class _PlacedFold:
    """`first`: what is added to its numbers. `of`: another AWS account; None: the one that is asked."""

    fold: Fold
    first: int = 0
    of: AwsAccount | None = None

    @property
    def numbers(self) -> list[int]:
        return [self.first + match.number for match in self.fold.matches]


@dataclass
class _WhoCanDrawing:
    nodes: dict[str, NodeText] = field(default_factory=dict)
    edges: dict[tuple[str, str], EdgeText] = field(default_factory=dict)
    shown: int = 0

    def add(self, key: str, box: _Box, texts: Mapping[str, NodeText]) -> bool:
        """Whether there is room for it."""
        on_the_way = {node for way in box.ways for node, _ in way}
        if len(self.nodes.keys() | on_the_way) >= MOST_NODES:
            return False
        self.nodes |= {node: texts[node] for node in on_the_way if node not in self.nodes} | {key: box.text}
        self.shown += box.who
        for way in box.ways:
            for (one, _), (other, word) in pairwise([(key, ""), *way]):
                is_sure = box.is_sure or one != key
                before = self.edges.get((one, other))
                self.edges[one, other] = EdgeText(word, "" if is_sure or (before and not before.kind) else "if")
        return True


def who_can_graph(
    answer: WhoCanAnswer, chains: ChainsFound, url: Url, people: PeopleBox = lambda arns: None
) -> WhoCanGraph | None:
    """`chains`: all that were found. `url` makes the address that lists who stands in a box. `people`: the box of those
    who take on roles, by their ARNs. None: nobody can.
    """
    unseen = bool(answer.across.unseen or chains.unseen)
    total = len(answer.found) + len(answer.across.listed) + len(answer.others) + len(chains.shown) + unseen
    if not total:
        return None
    drawing = _Painter(answer, url, people).painted(chains)
    graph = drawn(drawing.nodes, drawing.edges, last=_END, most_columns=MOST_COLUMNS, column_width=NARROW, late=True)
    dashed = any(edge.kind for edge in drawing.edges.values())
    return WhoCanGraph(graph, drawing.shown, total, dashed) if graph else None


class _Painter:
    def __init__(self, answer: WhoCanAnswer, url: Url, people: PeopleBox) -> None:
        self._answer, self._url, self._people = answer, url, people
        self._places = answer.places
        self._drawing = _WhoCanDrawing()
        self._texts: dict[str, NodeText] = {_END: self._end()}

    def painted(self, chains: ChainsFound) -> _WhoCanDrawing:
        told = [chain for chain in chains.shown if all(map(self._places.is_shown, chain.numbers))]
        routes = _routes(told)[:MOST_ROUTES]
        passed = {role for route, _ in routes for role in route}
        folds = list(_parted(self._folds(), passed))
        outside = self._outside()[:MOST_OUTSIDE]
        room = MOST_BOXES - len(outside) - len(routes)
        alone = [fold for fold in folds if fold.numbers[0] in passed]
        others = [fold for fold in folds if fold.numbers[0] not in passed][: max(room, 1)]
        self._know((*alone, *others))
        for fold in alone:
            self._paint_fold(fold)
        for route, same in routes:
            self._paint_route(route, same, {chain.numbers[0]: chain for chain in told}, passed)
        self._paint_unseen(chains, [chain for chain in chains.shown if chain not in told])
        for line, who in outside:
            self._drawing.add(line.name, self._from_outside(line, who), self._texts)
        for fold in others:
            self._paint_fold(fold)
        return self._drawing

    def _paint_fold(self, fold: _PlacedFold) -> None:
        if self._drawing.add(_key(fold.numbers[0]), self._direct(fold), self._texts):
            self._paint_people(fold.numbers)

    def _paint_people(self, numbers: Sequence[int]) -> None:
        """Before the box of these principals, the people who take them on."""
        key = _key(numbers[0])
        holders = [self._places.holder(number) for number in numbers]
        text = self._people(holder.arn for holder in holders if holder.is_role)
        if text and len(self._drawing.nodes) < MOST_NODES:
            self._drawing.nodes[f"people {key}"] = text
            self._drawing.edges[f"people {key}", key] = EdgeText("take on")

    # ---- Who may themselves ------------------------------------------------------------------------------------
    def _folds(self) -> Iterator[_PlacedFold]:
        yield from (_PlacedFold(fold) for fold in self._answer.folds)
        for of in self._answer.across.seen:
            first = self._places.principals.part(of.aws_account.account_id).first
            for fold in folded(of.matches, of.groups):
                yield _PlacedFold(fold, first, of.aws_account)

    def _direct(self, placed: _PlacedFold) -> _Box:
        fold = placed.fold
        listing = {} if placed.of else {"like": fold.first.holder.unique_id}
        text = self._who(placed.numbers, _condition(fold.first), **listing)
        return _Box(text, len(fold.matches), list(self._ways(fold)), fold.is_sure)

    def _ways(self, fold: Fold) -> Iterator[Sequence[tuple[str, str]]]:
        trusts = [_policy(way) for way in fold.ways if way.is_of_resource]
        end = (_END, "lets in" if trusts else "")
        own = [way for way in fold.ways if not way.is_of_resource]
        for way in own:
            tail = [(_policy(way), ""), *((each, "and") for each in trusts), end]
            if way.is_own:
                yield tail
            for group in way.groups:
                yield [(group, "member of"), *tail]
        if not own:
            yield [*((each, "named in") for each in trusts), end]

    def _know(self, folds: Sequence[_PlacedFold]) -> None:
        """What stands on their ways."""
        by_account: dict[AwsAccount | None, list[Way]] = defaultdict(list)
        for placed in folds:
            by_account[placed.of] += placed.fold.ways
        links: dict[str, str] = {}
        for of, named in by_account.items():
            links = {**self._answer.links(named, of), **links}
        ways = [way for named in by_account.values() for way in named]
        statements: dict[str, dict[str, None]] = defaultdict(dict)
        for way in ways:
            statements[_policy(way)] |= dict.fromkeys(way.statements)
            for group in way.groups:
                self._texts[group] = NodeText(name_of(group), "group", links.get(group, ""))
        for way in ways:
            names = list(statements[_policy(way)])
            about = f"statement{'s' if len(names) > 1 else ''} {', '.join(names)}"
            self._texts[_policy(way)] = NodeText(policy_words(way.policy), about, links.get(way.policy, ""))

    # ---- Who assumes a role that may ---------------------------------------------------------------------------
    def _paint_route(
        self, route: Sequence[int], same: Sequence[RoleChain], by_number: Mapping[int, RoleChain], passed: set[int]
    ) -> None:
        """`passed`: the roles that stand by themselves, as every route has them."""
        for role in route[:-1]:
            if _key(role) not in self._drawing.nodes:
                chain = by_number[role]
                self._texts[_key(role)] = self._who([role], _condition(chain.first))
                if self._drawing.add(_key(role), self._assuming([chain], self._texts[_key(role)]), self._texts):
                    self._paint_people([role])
        begin = [chain for chain in same if chain.numbers[0] not in passed]
        if begin:
            text = self._who(
                [chain.numbers[0] for chain in begin],
                _common([chain.first for chain in begin]),
                through=self._places.holder(route[0]).unique_id,
            )
            if self._drawing.add(_key(begin[0].numbers[0]), self._assuming(begin, text), self._texts):
                self._paint_people([chain.numbers[0] for chain in begin])

    def _assuming(self, chains: Sequence[RoleChain], text: NodeText) -> _Box:
        first = chains[0]
        way = [(_key(role), "assumes") for role in first.numbers[1:2]]
        for role in first.numbers[1:2]:
            self._texts.setdefault(_key(role), self._who([role], ""))
        return _Box(text, len(chains), [way], first.first.decision is Decision.ALLOWED)

    def _paint_unseen(self, chains: ChainsFound, through: Sequence[RoleChain]) -> None:
        """`through`: the chains that lead over AWS accounts that one may not see, from who may be told."""
        unseen = self._answer.across.unseen or chains.unseen
        if unseen is None and not through:
            return
        sure = unseen is Decision.ALLOWED or any(chain.is_sure for chain in through)
        text = NodeText("AWS account", "that you can’t see")
        self._texts[_UNSEEN] = text
        self._drawing.add(_UNSEEN, _Box(text, int(unseen is not None), [[(_END, "")]], sure), self._texts)
        alike: dict[object, list[RoleChain]] = defaultdict(list)
        for chain in through:
            part = self._places.principals.part_of(chain.numbers[0])
            alike[part.account_id, chain.first.holder.is_role, chain.is_sure].append(chain)
        for same in alike.values():
            numbers = [chain.numbers[0] for chain in same]
            condition = "" if same[0].is_sure else "under conditions"
            box = _Box(self._who(numbers, condition), len(same), [[(_UNSEEN, "assumes")]], same[0].is_sure)
            self._drawing.add(_key(numbers[0]), box, self._texts)

    # ---- Who is let in from outside ----------------------------------------------------------------------------
    def _outside(self) -> list[tuple[WhoCanLine, int]]:
        """Those whom the same statements let in, once, with how many they are."""
        alike: dict[object, list[WhoCanLine]] = defaultdict(list)
        for line in map(outsider_line, self._answer.others):
            alike[tuple(each.words for each in line.because), line.only_if, line.decision].append(line)
        lines = sorted(alike.values(), key=len, reverse=True)
        return [(replace(same[0], name=_named([each.name for each in same])), len(same)) for same in lines]

    def _from_outside(self, line: WhoCanLine, who: int) -> _Box:
        ways = []
        for each in line.because:
            key = f"{each.policy} {each.words}"
            self._texts[key] = NodeText(each.policy, each.words.partition(", ")[2])
            ways.append([(key, "named in"), (_END, "lets in")])
        about = ", ".join(filter(None, ["from outside", line.only_if]))
        text = NodeText(line.name, about, self._url() + "#answer")
        return _Box(text, who, ways or [[(_END, "")]], line.decision == Decision.ALLOWED)

    # ---- Words -------------------------------------------------------------------------------------------------
    def _who(self, numbers: Sequence[int], condition: str, **listing: str) -> NodeText:
        """`listing`: the parameter that lists them, where they are several."""
        places = self._places
        kind = "role" if places.holder(numbers[0]).is_role else "user"
        name = _named([name_of(places.holder(number).arn) for number in numbers])
        is_own = places.principals.is_own(numbers[0])
        of = "" if is_own else f"of {places.aws_account_of(numbers[0]).name}"
        kinds = kind if len(numbers) == 1 else counted(len(numbers), kind)
        about = ", ".join(filter(None, [" ".join(filter(None, [kinds, of])), condition]))
        anchor = "#chains" if "through" in listing else "#answer"
        url = places.url_of(numbers[0]) if len(numbers) == 1 else self._url(**listing) + anchor
        return NodeText(name, about, url)

    def _end(self) -> NodeText:
        resource = self._answer.asked["resource"]
        role = self._answer.index.by_arn.get(resource)
        name = "anything" if resource == "*" else resource.split(":", 5)[-1]
        return NodeText(name, self._answer.asked["action"], "" if role is None else self._places.url_of(role), "end")


def _routes(chains: Iterable[RoleChain]) -> list[tuple[tuple[int, ...], list[RoleChain]]]:
    """Those who assume the same roles, the most first."""
    found: dict[tuple[object, ...], list[RoleChain]] = defaultdict(list)
    for chain in chains:
        found[chain.numbers[1:], chain.first.holder.is_role, chain.first.decision].append(chain)
    ordered = sorted(found.values(), key=lambda same: (-len(same), same[0].order))
    return [(same[0].numbers[1:], same) for same in ordered]


def _parted(folds: Iterable[_PlacedFold], passed: set[int]) -> Iterator[_PlacedFold]:
    """Roles over which chains lead stand by themselves."""
    for placed in folds:
        first, fold = placed.first, placed.fold
        for match in fold.matches:
            if first + match.number in passed:
                yield replace(placed, fold=replace(fold, matches=[match]))
        if together := [match for match in fold.matches if first + match.number not in passed]:
            yield replace(placed, fold=replace(fold, matches=together))


def _key(number: int) -> str:
    return f"principal {number}"


def _policy(way: Way) -> str:
    return f"{way.policy} {way.document}"


def _named(names: Sequence[str]) -> str:
    """ "anna", "anna and ben", "anna and 37 more"."""
    if len(names) == 1:
        return names[0]
    both = " and ".join(names)
    more = f" and {len(names) - 1:,} more"
    return both if len(names) == 2 and len(both) <= _NAME else cut(names[0], _NAME - len(more)) + more


def _condition(match: WhoCanMatch) -> str:
    return "" if match.decision is Decision.ALLOWED else describe_condition(match) or "unknown"


def _common(matches: Sequence[WhoCanMatch]) -> str:
    """Of several, which condition they have, where it is the same."""
    found = {_condition(match) for match in matches[:_COMPARED]}
    return found.pop() if len(found) == 1 else "under conditions"
