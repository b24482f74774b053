"""Checks answers of AWS: that they are well formed, and about the object that was meant."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from sync.aws.errors import MalformedAnswerError
from sync.mirror.base import Item, Mirror, Reader, SourcePage
from sync.mirror.facets import KnownFacet
from sync.mirror.hashing import fingerprint
from sync.object_ref import ObjectRef

# ---- Malformed answers ---------------------------------------------------------------------------------------------
# They lack what every answer of AWS has, as those of a proxy or an emulator may.
logger = logging.getLogger(__name__)


@contextmanager
def raising_malformed() -> Iterator[None]:
    """Wraps parsing of answers: an error in it means that the answer is malformed, and the log says where.

    Raises MalformedAnswerError.
    """
    try:
        yield
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        logger.exception("an answer of AWS can't be understood")
        raise MalformedAnswerError(
            f"It can't be understood ({type(error).__name__}: {error}); the log says where."
        ) from error


def well_formed_pages(pages: Iterator[SourcePage]) -> Generator[SourcePage]:
    """The same pages; raises MalformedAnswerError."""
    while True:
        with raising_malformed():
            page = next(pages, None)
        if page is None:
            return
        yield page


# ---- Confirmed reads -----------------------------------------------------------------------------------------------
# AWS is asked by a name, which may belong to another object by now.
class NameReused(Exception):
    """Another object has the name now, or none: the answer isn't about the one that was meant."""


def read_confirmed(client: Reader, mirror: Mirror, ref: ObjectRef, known: KnownFacet | None) -> Item | None:
    """`Mirror.read_one`. What would change the facet is made sure of first; what it said before costs no call.

    Raises AwsError, and Namesake.
    """
    item = mirror.read_one(client, ref)
    if item is None or (known is not None and known.fingerprint == fingerprint(mirror.see(item).content)):
        return item
    if not mirror.is_still(client, ref):
        raise NameReused
    return item
