"""A block of the page *System*: what was read for it, or why it isn't known. One that fails takes no other along."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from iamconsole import trouble
from sync.ticks import restore_connection

log = logging.getLogger(__name__)

NOT_READ = "The log of the web process says why it can’t be read."


@dataclass(frozen=True)
class Block:
    """`value`: None where it isn't known; then `problem` says why, and what to do, in sentences."""

    value: Any
    problem: str = ""


def block(name: str, read: Callable[[], Any]) -> Block:
    """`name`: for the log."""
    try:
        return Block(read())
    except Exception as error:
        log.exception("%s can't be shown on the page System", name)
        restore_connection()
        found = trouble.recognise(error)
    return Block(None, f"{found.title}. {found.what_to_do}" if found else NOT_READ)
