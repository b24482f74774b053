"""The paths as a graph for server-rendered SVG: principals from left to right, up to the administrator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from access.cuts.account_paths import PathGroup, PathView
from aws_constraints.arn import name_of
from iamconsole.web.layered import layered
from iamconsole.web.words import counted, some

MOST_COLUMNS, MOST_NODES = 5, 14
END = "administrator"
_WIDTH, _HEIGHT, _COLUMN, _ROW = 190, 44, 320, 68
_LETTER, _MOST_LETTERS = 5.8, 25  # of the small letters on edges
_CHARACTERS = 24  # of a name in a node
_KINDS = {":user/": "user", ":role/": "role", ":group/": "group", ":policy/": "policy"}


@dataclass(frozen=True)
class GraphNode:
    x: float
    y: float
    name: str
    about: str
    url: str = ""
    is_end: bool = False
    is_cut: bool = False

    @property
    def said(self) -> str:
        """For who hears it."""
        return f"{self.name}, {self.about}"

    @property
    def shown(self) -> str:
        return self.name if len(self.name) <= _CHARACTERS else f"{self.name[: _CHARACTERS - 1]}…"

    @property
    def text_x(self) -> float:
        return self.x + 12

    @property
    def name_y(self) -> float:
        return self.y + 19

    @property
    def about_y(self) -> float:
        return self.y + 35


@dataclass(frozen=True)
class GraphEdge:
    """`path` and `tip` as SVG writes them; `word` at `x` and `y`, over a ground `width` wide."""

    path: str
    tip: str
    word: str
    x: float
    y: float
    is_cut: bool

    @property
    def width(self) -> float:
        return len(self.word) * _LETTER + 8

    @property
    def back_x(self) -> float:
        return self.x - self.width / 2

    @property
    def back_y(self) -> float:
        return self.y - 11


@dataclass(frozen=True)
class PathGraph:
    nodes: Sequence[GraphNode]
    edges: Sequence[GraphEdge]
    width: float
    height: float

    @property
    def view_width(self) -> int:
        return int(self.width) + 2

    @property
    def view_height(self) -> int:
        return int(self.height) + 16


@dataclass
class _Drawing:
    """Names of nodes and of edges, with the numbers of the paths that lead over each."""

    nodes: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    edges: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    words: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    begun: dict[str, Sequence[PathView]] = field(default_factory=dict)

    def add(self, group: PathGroup, start: str) -> None:
        self.begun.setdefault(start, group.paths)
        for one, other, word in _legs(group.first, start):
            for node in (one, other):
                self.nodes[node] |= group.numbers
            self.edges[one, other] |= group.numbers
            if word and word not in self.words[one, other]:
                self.words[one, other].append(word)


def _parted(groups: Sequence[PathGroup]) -> Iterator[PathGroup]:
    """Principals over whom others' paths lead stand by themselves."""
    through = {
        arn
        for group in groups
        for path in group.paths
        for each in path.steps
        for arn in (each.step.principal, each.step.target)
        if arn != path.source
    }
    for group in groups:
        yield from (PathGroup([path]) for path in group.paths if path.source in through)
        if together := [path for path in group.paths if path.source not in through]:
            yield PathGroup(together)


def _legs(path: PathView, start: str) -> Iterator[tuple[str, str, str]]:
    """From whom, to what, by what."""
    source, here, word = path.source, start, ""
    for each in path.steps:
        step = each.step
        here = start if step.principal == source else step.principal
        word = each.label
        if step.target in (source, step.principal):
            continue  # it changes itself: that is said where the edge goes on
        yield here, step.target, word
        here, word = step.target, ""
    yield here, END, word


def path_graph(
    groups: Sequence[PathGroup], ends: Collection[int], url_of: Callable[[PathView], str]
) -> PathGraph | None:
    """`ends`: the numbers of the paths that the proposed cut ends. None: it would be too large to be read."""
    drawing = _Drawing()
    for group in _parted(groups):
        drawing.add(group, "+".join(sorted(path.source for path in group.paths)))
        if len(drawing.nodes) > MOST_NODES:
            return None
    found = layered(list(drawing.nodes), list(drawing.edges), last=END) if drawing.nodes else None
    if found is None or found.columns > MOST_COLUMNS:
        return None
    ended = frozenset(ends)
    places = {name: (column * _COLUMN, row * _ROW) for name, (column, row) in found.places.items()}
    nodes = [_node(name, *places[name], drawing, ended, url_of) for name in drawing.nodes]
    edges = [
        _edge(edge, places, found.routes[edge], drawing, is_cut=drawing.edges[edge] <= ended) for edge in drawing.edges
    ]
    height = max(y for _, y in places.values()) + _HEIGHT
    return PathGraph(nodes, edges, (found.columns - 1) * _COLUMN + _WIDTH, height)


def _node(
    name: str, x: float, y: float, drawing: _Drawing, ended: frozenset[int], url_of: Callable[[PathView], str]
) -> GraphNode:
    through = drawing.nodes[name]
    if name == END:
        return GraphNode(x, y, "Administrator", f"{counted(len(through), 'path')} end here", is_end=True)
    if name in drawing.begun:
        paths = drawing.begun[name]
        number = counted(len(through), "path")
        if len(paths) == 1:
            kind = "role" if paths[0].is_role else "user"
            return GraphNode(x, y, paths[0].name, f"{kind}, {number}", url_of(paths[0]))
        names = some([path.name for path in paths])
        return GraphNode(x, y, names if len(names) <= _CHARACTERS else counted(len(paths), "principal"), number)
    kind = next((kind for part, kind in _KINDS.items() if part in name), "")
    return GraphNode(x, y, name_of(name), kind or "to be made", is_cut=through <= ended)


def _edge(
    edge: tuple[str, str],
    places: Mapping[str, tuple[float, float]],
    route: Sequence[tuple[int, float]],
    drawing: _Drawing,
    *,
    is_cut: bool,
) -> GraphEdge:
    (x, y), (to_x, to_y) = places[edge[0]], places[edge[1]]
    start, end = (x + _WIDTH, y + _HEIGHT / 2), (to_x - 7, to_y + _HEIGHT / 2)
    passed = [
        point
        for column, row in route
        for point in ((column * _COLUMN, _middle(row)), (column * _COLUMN + _WIDTH, _middle(row)))
    ]
    points = [start, *passed, end]
    path = f"M{start[0]:g} {start[1]:g}" + "".join(_curve(one, other) for one, other in pairwise(points))
    words = drawing.words[edge]
    word = words[0] if len(words) == 1 else f"{len(words)} ways" if words else ""
    word = word if len(word) <= _MOST_LETTERS else f"{word[: _MOST_LETTERS - 1]}…"
    middle = (start[0] + points[1][0]) / 2
    height = (start[1] + points[1][1]) / 2
    tip = f"M{to_x:g} {end[1]:g} l-8 -4 v8 z"
    return GraphEdge(path, tip, word, middle, height - 6 if start[1] == points[1][1] else height + 4, is_cut)


def _middle(row: float) -> float:
    return row * _ROW + _HEIGHT / 2


def _curve(one: tuple[float, float], other: tuple[float, float]) -> str:
    bend = (one[0] + other[0]) / 2
    return f" C{bend:g} {one[1]:g} {bend:g} {other[1]:g} {other[0]:g} {other[1]:g}"
