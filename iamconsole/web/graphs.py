"""A small graph as server-rendered SVG: boxes with a name and a line about it, in columns, and curves between them.

`templates/elements/graph.html` prints one. What it says, a list or a table beside it says, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from iamconsole.web.layered import Edge, layered

_WIDTH, _HEIGHT, _ROW = 190, 44, 68
_LETTER, _BESIDE = 5.8, 16  # of the small letters on edges, and what stays free beside them
_CHARACTERS, _SMALL_CHARACTERS = 24, 30  # of a box's two lines
WIDE, NARROW = 320, 264  # from one column to the next


def cut(text: str, most: int = _CHARACTERS) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


@dataclass(frozen=True)
class NodeText:
    """What a box says. `kind`: how it looks: "", "end", "risk" or "cut"."""

    name: str
    about: str
    url: str = ""
    kind: str = ""


@dataclass(frozen=True)
class EdgeText:
    """`kind`: how it looks: "", "if" (dashed) or "cut"."""

    word: str = ""
    kind: str = ""


@dataclass(frozen=True)
class GraphNode:
    x: float
    y: float
    text: NodeText

    @property
    def said(self) -> str:
        """For who hears it."""
        return f"{self.text.name}, {self.text.about}"

    @property
    def shown(self) -> str:
        return cut(self.text.name)

    @property
    def about(self) -> str:
        return cut(self.text.about, _SMALL_CHARACTERS)

    @property
    def is_cut_short(self) -> bool:
        return (self.shown, self.about) != (self.text.name, self.text.about)

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
    kind: str

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
class Graph:
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


def drawn(
    nodes: Mapping[str, NodeText],
    edges: Mapping[Edge, EdgeText],
    *,
    last: str,
    most_columns: int,
    column_width: int = WIDE,
    late: bool = False,
) -> Graph | None:
    """`last` stands in the last column; `late`: as `layered` has it. None: there is nothing, or more columns than can
    be read."""
    found = layered(list(nodes), list(edges), last=last, late=late) if nodes else None
    if found is None or found.columns > most_columns:
        return None
    places = {name: (column * column_width, row * _ROW) for name, (column, row) in found.places.items()}
    boxes = [GraphNode(*places[name], text) for name, text in nodes.items()]
    curves = [
        _edge(places[edge[0]], places[edge[1]], found.routes[edge], text, column_width) for edge, text in edges.items()
    ]
    height = max(y for _, y in places.values()) + _HEIGHT
    return Graph(boxes, curves, (found.columns - 1) * column_width + _WIDTH, height)


def _edge(
    begin: tuple[float, float],
    stop: tuple[float, float],
    route: Sequence[tuple[int, float]],
    text: EdgeText,
    column_width: int,
) -> GraphEdge:
    (x, y), (to_x, to_y) = begin, stop
    start, end = (x + _WIDTH, y + _HEIGHT / 2), (to_x - 7, to_y + _HEIGHT / 2)
    passed = [
        point
        for column, row in route
        for point in ((column * column_width, _middle(row)), (column * column_width + _WIDTH, _middle(row)))
    ]
    points = [start, *passed, end]
    path = f"M{start[0]:g} {start[1]:g}" + "".join(_curve(one, other) for one, other in pairwise(points))
    middle = (start[0] + points[1][0]) / 2
    height = (start[1] + points[1][1]) / 2
    tip = f"M{to_x:g} {end[1]:g} l-8 -4 v8 z"
    above = height - 6 if start[1] == points[1][1] else height + 4
    between = column_width - _WIDTH - _BESIDE
    return GraphEdge(path, tip, cut(text.word, int(between / _LETTER)), middle, above, text.kind)


def _middle(row: float) -> float:
    return row * _ROW + _HEIGHT / 2


def _curve(one: tuple[float, float], other: tuple[float, float]) -> str:
    bend = (one[0] + other[0]) / 2
    return f" C{bend:g} {one[1]:g} {bend:g} {other[1]:g} {other[0]:g} {other[1]:g}"
