"""The matrix of operations and faults: each test of it fills a cell, and `make faults` prints them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import pytest

Cell = Callable[[str, str], None]  # a fault, and what differs from what is expected; "" for nothing
PROPERTY = "cell"


def filling(request: pytest.FixtureRequest, kind: str) -> Cell:
    def fill(fault: str, differs: str) -> None:
        request.node.user_properties.append((PROPERTY, "\t".join((kind, fault, differs))))
        assert not differs, f"{kind}, {fault}: {differs}"

    return fill


def printed(reports: Iterable[pytest.TestReport]) -> Iterator[str]:
    """Lines: a row for each kind, a column for each fault, then what differs."""
    cells: dict[str, dict[str, str]] = defaultdict(dict)
    for report in reports:
        for name, value in report.user_properties if report.when == "call" else ():
            if name == PROPERTY:
                kind, fault, differs = str(value).split("\t", 2)
                cells[kind][fault] = differs
    faults = sorted({fault for row in cells.values() for fault in row})
    wide = max(map(len, cells), default=0)
    for number, fault in enumerate(faults):
        yield f"{' ' * wide} {' │' * number} ┌ {fault}"
    for kind, row in sorted(cells.items()):
        marks = ("·" if fault not in row else "✗" if row[fault] else "✓" for fault in faults)
        yield f"{kind:<{wide}}  {' '.join(marks)}"
    for kind, row in sorted(cells.items()):
        yield from (f"✗ {kind}, {fault}: {differs}" for fault, differs in sorted(row.items()) if differs)
    all_cells = [differs for row in cells.values() for differs in row.values()]
    yield f"{len(all_cells)} cells, {len(list(filter(None, all_cells)))} differ."
