"""Malformed answers: they lack what every answer of AWS has, as those of a proxy or an emulator may."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from sync.aws.errors import MalformedAnswerError
from sync.mirror.base import SourcePage

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
