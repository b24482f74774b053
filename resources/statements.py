"""Statements of a policy by what people are told they are called."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from policies.engine.document import load
from policies.engine.statements import statement_name


def without_statements(text: str, names: Collection[str]) -> str | None:
    """Laid out, without these; None where nothing is left. As it is where it has none of them.

    `names`: Sids, or places as `statement_name` has them, perhaps after the word "statement".
    """
    document: Any = load(text)
    listed = document.get("Statement") if isinstance(document, dict) else None
    statements = [listed] if isinstance(listed, dict) else listed or []
    gone = {name.removeprefix("statement ") for name in names}
    kept = [
        each for place, each in enumerate(statements) if statement_name(str(each.get("Sid") or "") or place) not in gone
    ]
    if len(kept) == len(statements):
        return text
    return json.dumps({**document, "Statement": kept}, indent=2, ensure_ascii=False) if kept else None
