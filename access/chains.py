"""Role chaining: who can assume a role by assuming other roles first."""

from __future__ import annotations

from collections.abc import Iterable

from access.index import Index

LONGEST = 4  # AWS sets no limit; each step is a session of one hour at most

ASSUME = "sts:AssumeRole"


def chains_to(index: Index, targets: Iterable[int], depth: int = LONGEST) -> dict[int, list[int]]:
    """By holder, the shortest way to one of `targets`: the holder, roles, the target. Of those who are no target."""
    ways: dict[int, list[int]] = {number: [number] for number in targets}
    newest = [number for number in ways if index.holders[number].is_role]
    for _ in range(depth):
        reached: list[int] = []
        for role in newest:
            for found in index.who_can(ASSUME, index.holders[role].arn):
                if found.number not in ways:
                    ways[found.number] = [found.number, *ways[role]]
                    reached.append(found.number)
        newest = [number for number in reached if index.holders[number].is_role]
    return {number: way for number, way in ways.items() if len(way) > 1}
