"""The one content store for policy documents: by the hash of their text, shared by all that carry the same text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policies.engine.document import identify, size
from policies.models import Document
from sync.mirror.hashing import reference

_LONGEST_PROBLEM = 400


def refer(text: str, texts: dict[str, str]) -> dict[str, str]:
    """How content refers to a document; notes its text in `texts`, for `keep`."""
    identity = identify(text)
    texts[identity.text_hash] = text
    return reference(identity.text_hash, identity.canonical_hash)


def keep(texts: Mapping[str, str]) -> dict[str, int]:
    """Stores the texts (by hash) that aren't yet; the pk of each document by hash. A few queries, however many."""
    known = _known(texts)
    missing = [_document(text) for text_hash, text in texts.items() if text_hash not in known]
    if missing:
        # Another worker may be storing the same one.
        Document.objects.bulk_create(missing, ignore_conflicts=True)
        known |= _known(document.text_hash for document in missing)
    return known


def document_of(text: str) -> Document:
    """The stored document with this very text."""
    return Document.objects.get(pk=keep({identify(text).text_hash: text})[identify(text).text_hash])


def _known(text_hashes: Iterable[str]) -> dict[str, int]:
    return dict(Document.objects.filter(text_hash__in=list(text_hashes)).values_list("text_hash", "pk"))


def _document(text: str) -> Document:
    identity = identify(text)
    return Document(
        text_hash=identity.text_hash,
        canonical_hash=identity.canonical_hash,
        text=_storable(text),
        size=size(text),
        problem=identity.problem[:_LONGEST_PROBLEM],
    )


def _storable(text: str) -> str:
    """PostgreSQL takes neither NUL nor half a surrogate pair. No policy has them; an answer that isn't AWS's may."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
