"""The one content store for policy documents: by the hash of their text, shared by all that carry the same text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policies.engine.document import identify, size
from policies.models import Document
from sync.mirror import bulk
from sync.mirror.bulk import Columns
from sync.mirror.hashing import reference
from sync.texts import storable

_LONGEST_PROBLEM = 400


def refer(text: str, texts: dict[str, str]) -> dict[str, str]:
    """How content refers to a document; notes its text in `texts`, for `keep`."""
    identity = identify(text)
    texts[identity.text_hash] = text
    return reference(identity.text_hash, identity.canonical_hash)


def keep(texts: Mapping[str, str]) -> dict[str, int]:
    """Stores the texts (by hash) that aren't yet; the pk of each document by hash. A few queries, however many."""
    known = _known(texts)
    missing = [_columns(text) for text_hash, text in texts.items() if text_hash not in known]
    known |= bulk.insert_missing(Document, missing, key=["text_hash"], returning="text_hash")
    # Another worker may have stored the same one just now.
    return known if len(known) == len(texts) else known | _known(texts.keys() - known.keys())


def texts_of(text_hashes: Iterable[str]) -> dict[str, str]:
    """The stored texts, by hash."""
    return dict(Document.objects.filter(text_hash__in=set(text_hashes)).values_list("text_hash", "text"))


def document_of(text: str) -> Document:
    """The stored document with this very text."""
    return Document.objects.get(pk=keep({identify(text).text_hash: text})[identify(text).text_hash])


def _known(text_hashes: Iterable[str]) -> dict[str, int]:
    found = bulk.select(Document, ["text_hash", "id"], "text_hash", text_hashes)
    return {document["text_hash"]: document["id"] for document in found}


def _columns(text: str) -> Columns:
    identity = identify(text)
    return {
        "text_hash": identity.text_hash,
        "canonical_hash": identity.canonical_hash,
        "text": storable(text),
        "size": size(text),
        "problem": storable(identity.problem)[:_LONGEST_PROBLEM],
    }
