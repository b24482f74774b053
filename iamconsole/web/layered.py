"""Lays a small graph out in columns, from left to right, for server-rendered SVG (docs/decisions/018-graph-layout.md).

Layers by the longest path, order by the mean of the neighbours (Sugiyama and others, "Methods for Visual Understanding
of Hierarchical System Structures", 1981), with places kept free where an edge passes a column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

_SWEEPS = 6
Edge = tuple[str, str]
_Place = str | tuple[str, str, int]  # a node, or where the edge passes that column


@dataclass(frozen=True)
class LayeredGraph:
    """`places`: of each node its column, and its row, which may lie between two. `routes`: of each edge where it passes
    the columns between its ends. `rows`: how many rows high it is.
    """

    places: Mapping[str, tuple[int, float]]
    routes: Mapping[Edge, Sequence[tuple[int, float]]]
    columns: int
    rows: float


def layered(nodes: Sequence[str], edges: Sequence[Edge], *, last: str = "", late: bool = False) -> LayeredGraph:
    """`last` stands in the last column. Edges that would close a circle don't count for the columns. `late`: what
    stands between others is near what follows, so that the last steps of all ways are in the same columns.
    """
    edges = [edge for edge in dict.fromkeys(edges) if edge[0] != edge[1]]
    column = _columns(nodes, edges, last)
    if late:
        column = _moved_on(column, edges)
    routes: dict[Edge, list[_Place]] = {}
    layers: dict[int, list[_Place]] = defaultdict(list)
    for node in nodes:
        layers[column[node]].append(node)
    for edge in edges:
        start, end = sorted((column[edge[0]], column[edge[1]]))
        passed: list[_Place] = [(*edge, at) for at in range(start + 1, end)]
        for place in passed:
            layers[place[2]].append(place)  # type: ignore[index]  # no node
        ways: list[_Place] = [edge[0], *passed, edge[1]]
        routes[edge] = ways if column[edge[0]] <= column[edge[1]] else [edge[0], *reversed(passed), edge[1]]
    order = [layers[at] for at in range(max(layers, default=-1) + 1)]
    ways_of_all = list(routes.values())
    rows = _rows(_ordered(order, ways_of_all), ways_of_all)
    where = {place: at for at, layer in enumerate(order) for place in layer}
    return LayeredGraph(
        {node: (column[node], rows[node]) for node in nodes},
        {edge: [(where[each], rows[each]) for each in way[1:-1]] for edge, way in routes.items()},
        len(order),
        max(rows.values(), default=0) + 1,
    )


def _columns(nodes: Sequence[str], edges: Sequence[Edge], last: str) -> dict[str, int]:
    """By the longest path that leads there."""
    following: dict[str, list[str]] = defaultdict(list)
    for start, end in edges:
        following[start].append(end)
    found = dict.fromkeys(nodes, 0)
    done: set[str] = set()
    order: list[str] = []

    def visit(node: str, above: frozenset[str]) -> None:
        if node in done:
            return
        for each in following[node]:
            if each not in above:
                visit(each, above | {each})
        done.add(node)
        order.append(node)

    for node in nodes:
        visit(node, frozenset({node}))
    place = {node: at for at, node in enumerate(reversed(order))}
    for node in sorted(nodes, key=lambda each: place[each]):
        for each in following[node]:
            if place[each] > place[node]:
                found[each] = max(found[each], found[node] + 1)
    if last in found:
        found[last] = max([found[last], *(at + 1 for node, at in found.items() if node != last)])
    return found


def _moved_on(column: dict[str, int], edges: Sequence[Edge]) -> dict[str, int]:
    """Those that something leads to as far as what they lead to lets them."""
    found = dict(column)
    forward = [edge for edge in edges if column[edge[0]] < column[edge[1]]]
    reached = {end for _, end in forward}
    for node in sorted(reached, key=lambda each: -column[each]):
        following = [found[end] for start, end in forward if start == node]
        found[node] = min(following, default=found[node] + 1) - 1
    return found


def _neighbours(ways: Sequence[Sequence[_Place]]) -> dict[_Place, list[_Place]]:
    found: dict[_Place, list[_Place]] = defaultdict(list)
    for way in ways:
        for one, other in pairwise(way):
            found[one].append(other)
            found[other].append(one)
    return found


def _ordered(layers: list[list[_Place]], ways: Sequence[Sequence[_Place]]) -> list[list[_Place]]:
    """In place: each layer by the mean place of its neighbours, time and again from both sides."""
    beside = _neighbours(ways)
    for sweep in range(_SWEEPS):
        at = {place: float(row) for layer in layers for row, place in enumerate(layer)}
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            layer.sort(key=lambda place: fmean([at[each] for each in beside[place]] or [at[place]]))
            at |= {place: float(row) for row, place in enumerate(layer)}
    return layers


def _rows(layers: Sequence[Sequence[_Place]], ways: Sequence[Sequence[_Place]]) -> dict[_Place, float]:
    """As near as may be to the neighbours, at least one row apart."""
    beside = _neighbours(ways)
    rows = {place: float(row) for layer in layers for row, place in enumerate(layer)}
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 else reversed(layers):
            wanted = [fmean([rows[each] for each in beside[place]] or [rows[place]]) for place in layer]
            down: list[float] = []
            for want in wanted:
                down.append(max(want, down[-1] + 1) if down else want)
            shift = fmean([want - at for want, at in zip(wanted, down, strict=True)]) if layer else 0.0
            rows |= {place: at + shift for place, at in zip(layer, down, strict=True)}
    return _without_gaps(rows)


def _without_gaps(rows: Mapping[_Place, float]) -> dict[_Place, float]:
    """From 0 on, and nowhere is a whole row empty in all layers."""
    ordered = sorted(rows.items(), key=lambda item: item[1])
    found: dict[_Place, float] = {}
    before, at = 0.0, 0.0
    for place, row in ordered:
        at += min(row - before, 1.0) if found else 0.0
        before = row
        found[place] = at
    return found
