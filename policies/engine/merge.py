"""Three-way merge of policy documents: by statements, where the two edits don't change the same ones.

A statement says what it says whatever stands beside it, so edits of different statements belong together. One that both
edits changed, or that both took away for something else, belongs to neither: people decide.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from policies.engine.document import canonical, compact, load

_Form = str  # a statement in its one form


def merge(base: str, ours: str, theirs: str) -> str | None:
    """`theirs` with what `ours` changed of `base`; None where they overlap, or where one of them can't be read."""
    read = [load(text) for text in (base, ours, theirs)]
    if any(document is None or not _is_plain(document) for document in read):
        return None
    was, we, they = (document or {} for document in read)
    rest = _rest(was, we, they)
    if rest is None:
        return None
    statements = _statements(_listed(was), _listed(we), _listed(they))
    if statements is None:
        return None
    if canonical({**rest, "Statement": statements}) == canonical(they):
        return theirs
    if canonical({**rest, "Statement": statements}) == canonical(we):
        return ours
    return json.dumps({**rest, "Statement": statements}, indent=2, ensure_ascii=False)


def _is_plain(document: dict[str, Any]) -> bool:
    return bool(_listed(document)) and all(isinstance(each, dict) for each in _listed(document))


def _listed(document: dict[str, Any]) -> list[Any]:
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _rest(was: dict[str, Any], we: dict[str, Any], they: dict[str, Any]) -> dict[str, Any] | None:
    """What stands beside the statements, such as the version. In the order of theirs."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys((*they, *we)):
        if name == "Statement":
            continue
        values = [document.get(name) for document in (was, we, they)]
        if values[1] not in (values[0], values[2]) and values[2] != values[0]:
            return None
        chosen = values[2] if values[1] == values[0] else values[1]
        if chosen is not None:
            found[name] = chosen
    return found


def _statements(was: Sequence[Any], we: Sequence[Any], they: Sequence[Any]) -> list[Any] | None:
    before, ours, theirs = (Counter(map(_form, each)) for each in (was, we, they))
    we_took, they_took = before - ours, before - theirs
    we_gave, they_gave = ours - before, theirs - before
    if we_took & they_took and we_gave != they_gave:
        return None  # both changed one, each in a way of its own
    new = we_gave - they_gave
    named = {sid for each in they if (sid := each.get("Sid")) and _form(each) not in we_took}
    if any(each.get("Sid") in named for each in we if _form(each) in new):
        return None  # two statements of one name
    left = Counter(we_took)
    kept: list[Any] = []
    for each in they:
        form = _form(each)
        if left[form]:
            left[form] -= 1
        else:
            kept.append(each)
    for each in we:
        if new[form := _form(each)]:
            new[form] -= 1
            kept.append(each)
    return kept or None


def _form(statement: Any) -> _Form:
    return compact(canonical({"Statement": statement})["Statement"])
