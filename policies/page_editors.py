"""Editors that belong to no object of AWS and stage nothing, such as that of a guard rail: apps above register theirs.

What is typed there is kept as the drafts of other editors are (policies/editor_drafts.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.access import may
from accounts.models import AwsAccount, Operator


@dataclass(frozen=True)
class PageEditor:
    """`place` and `name` are those of its drafts. `form` has the editor's field. `url`: of its page, by what a draft is
    a part of; `permission`: beside the one to propose changes.
    """

    place: str
    name: str
    form: type[Any]
    permission: str
    url: Callable[[AwsAccount, str], str]

    def is_for(self, operator: Operator, aws_account: AwsAccount) -> bool:
        return may(operator, self.permission, aws_account)

    def offered(self, target: Any) -> bool:
        return True


_editors: dict[tuple[str, str], PageEditor] = {}


def register(editor: PageEditor) -> None:
    key = (editor.place, editor.name)
    if key in _editors:
        raise ValueError(f"There is an editor {editor.name} of {editor.place} already.")
    _editors[key] = editor


def find(place: str, name: str) -> PageEditor | None:
    return _editors.get((place, name))
