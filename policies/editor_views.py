"""The views of a document's editor: one text, seen as JSON, as fields, or in words.

The text is that of the field `document`, which the page always has; a view that has fields of its own turns them back
into the text. JSON is the field itself, so it has no template.

    editor_views.register(EditorView("visual", "Visual", "blocks", "policies/visual.html", _context, written=_written))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from accounts.models import AwsAccount, Operator
from objects.fields import ReceivedText
from policies.drafts import problems_of
from policies.engine.document import DocumentType
from policies.summaries import level_summary

JSON = "json"


@dataclass(frozen=True)
class EditedText:
    """The text of an editor. `posted`: all that came with it, the fields of the view it was typed in too.

    `told`: what `written` told of these fields beside the text.
    """

    text: str
    kind: DocumentType
    aws_account: AwsAccount
    operator: Operator
    posted: QueryDict | None = None
    told: Any = None


def _nothing(edited: EditedText) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class EditorView:
    """`context`: what its template gets as `shown`. `written`: the document's text with what its fields say.

    Both take any text, also one that is no JSON; `written` gives that of `edited` where its fields say nothing new.
    """

    name: str
    label: str
    icon: str
    template: str = ""
    context: Callable[[EditedText], Mapping[str, Any]] = _nothing
    written: Callable[[EditedText], ReceivedText] | None = None
    position: int = 50
    fits: Callable[[DocumentType], bool] = lambda kind: True  # offered for documents of this type


_views: dict[str, EditorView] = {}


def register(*views: EditorView) -> None:
    for view in views:
        if view.name in _views:
            raise ValueError(f"There is a view {view.name} of the editor already.")
        _views[view.name] = view


def offered(kind: DocumentType) -> list[EditorView]:
    return sorted((view for view in _views.values() if view.fits(kind)), key=lambda view: view.position)


def find(name: str, kind: DocumentType) -> EditorView:
    """JSON, where there is none of that name."""
    view = _views.get(name)
    return view if view and view.fits(kind) else _views[JSON]


def received(shown: str, edited: EditedText) -> ReceivedText:
    """The text, with what the fields of the view say that was shown when it came."""
    view = find(shown, edited.kind)
    return view.written(edited) if view.written else ReceivedText(edited.text)


# ---- The views that need nothing of the AWS account ------------------------------------------------------------------
def _summary(edited: EditedText) -> Mapping[str, Any]:
    """`problems`: why AWS would refuse it; then nothing is said of what it allows."""
    problems = problems_of(edited.text, edited.kind)
    found = None if problems else level_summary(edited.text)
    return {"problems": problems, "summary": found, "is_trust": edited.kind is DocumentType.TRUST}


def register_own() -> None:
    register(
        EditorView(JSON, "JSON", "braces", position=10),
        EditorView("summary", "Summary", "file-text", "policies/editor_summary.html", _summary, position=90),
    )
