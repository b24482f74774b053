"""What is said of a draft beside its findings, while somebody types: blocks, which apps above register.

    draft_blocks.register(DraftBlock("access", "What the draft changes", "access/drafts/block.html", said, position=10))

A block is asked about a document that AWS would take. While the text is none, the page keeps what it said last. It has
milliseconds: what takes longer is to be said at the proposal (`sync.checks`), and the block says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount, Operator
from policies.draft_subjects import DraftSubject
from policies.engine.document import DocumentType


@dataclass(frozen=True)
class CheckedDraft:
    """`subject`: what it is to be the document of; None where that isn't known.

    `is_pasted`: it is of no policy in the mirror, and only to be checked; then `resource` is the ARN of what it
    belongs to, "" where nobody said.
    """

    text: str
    kind: DocumentType
    aws_account: AwsAccount
    operator: Operator
    subject: DraftSubject | None = None
    is_pasted: bool = False
    resource: str = ""

    @property
    def may_have_subject(self) -> bool:
        """What was pasted may be of nothing in the mirror."""
        return self.subject is not None or not self.is_pasted


@dataclass(frozen=True)
class DraftBlock:
    """`said`: the context of its template; None where it has nothing to say. `fits`: of which drafts it ever speaks."""

    name: str
    title: str
    template: str
    said: Callable[[CheckedDraft], Mapping[str, Any] | None]
    position: int = 50
    fits: Callable[[CheckedDraft], bool] = lambda draft: True


@dataclass(frozen=True)
class ShownBlock:
    """`said` is None while the text is no document: the page keeps what is there."""

    name: str
    title: str
    template: str
    said: Mapping[str, Any] | None


_blocks: dict[str, DraftBlock] = {}


def register(block: DraftBlock) -> None:
    if block.name in _blocks:
        raise ValueError(f"There is a block {block.name} of drafts already.")
    _blocks[block.name] = block


def shown(draft: CheckedDraft, *, is_valid: bool) -> Iterator[ShownBlock]:
    """In their order. `is_valid`: AWS would take the text as a document."""
    fitting = (block for block in _blocks.values() if block.fits(draft))
    for block in sorted(fitting, key=lambda block: block.position):
        said = block.said(draft) if is_valid else None
        if said is not None or not is_valid:
            yield ShownBlock(block.name, block.title, block.template, said)
