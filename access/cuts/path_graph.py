"""The paths as a graph for server-rendered SVG: principals from left to right, up to the administrator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from access.cuts.account_paths import PathGroup, PathView
from aws_constraints.arn import name_of
from iamconsole.web.graphs import EdgeText, Graph, NodeText, cut, drawn
from iamconsole.web.words import counted, some

MOST_COLUMNS, MOST_NODES = 5, 14
END, _ELSEWHERE = "administrator", "another AWS account"
_KINDS = {":user/": "user", ":role/": "role", ":group/": "group", ":policy/": "policy"}


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
        if arn != path.source and not each.step.is_elsewhere
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
        target = _ELSEWHERE if step.is_elsewhere else step.target  # who looks may not see what is there
        yield here, target, word
        here, word = target, ""
    yield here, END, word


def path_graph(groups: Sequence[PathGroup], ends: Collection[int], url_of: Callable[[PathView], str]) -> Graph | None:
    """`ends`: the numbers of the paths that the proposed cut ends. None: it would be too large to be read."""
    drawing = _Drawing()
    for group in _parted(groups):
        drawing.add(group, "+".join(sorted(path.source for path in group.paths)))
        if len(drawing.nodes) > MOST_NODES:
            return None
    ended = frozenset(ends)
    nodes = {name: _node(name, drawing, ended, url_of) for name in drawing.nodes}
    edges = {
        edge: EdgeText(_word(drawing.words[edge]), "cut" if numbers <= ended else "")
        for edge, numbers in drawing.edges.items()
    }
    return drawn(nodes, edges, last=END, most_columns=MOST_COLUMNS)


def _node(name: str, drawing: _Drawing, ended: frozenset[int], url_of: Callable[[PathView], str]) -> NodeText:
    through = drawing.nodes[name]
    if name == END:
        return NodeText("Administrator", f"{counted(len(through), 'path')} end here", kind="risk")
    if name == _ELSEWHERE:
        return NodeText("Another AWS account", "by a role there")
    if name in drawing.begun:
        paths = drawing.begun[name]
        number = counted(len(through), "path")
        if len(paths) == 1:
            kind = "role" if paths[0].is_role else "user"
            return NodeText(paths[0].name, f"{kind}, {number}", url_of(paths[0]))
        names = some([path.name for path in paths])
        return NodeText(names if cut(names) == names else counted(len(paths), "principal"), number)
    kind = next((kind for part, kind in _KINDS.items() if part in name), "")
    return NodeText(name_of(name), kind or "to be made", kind="cut" if through <= ended else "")


def _word(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{len(words)} ways" if words else ""
