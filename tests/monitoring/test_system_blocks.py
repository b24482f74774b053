"""The page System while parts of what it reads fail: it says that they aren't known, and shows the rest."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from estate.system import parts, views
from estate.system.blocks import NOT_READ
from iamconsole import trouble

pytestmark = pytest.mark.django_db

NOTHING = (
    *("Each AWS account is read as it should be.", "AWS hasn’t throttled a call of the console."),
    *("AWS has answered what the console asked.", "No pull, change, task or page has failed.", "Not measured yet"),
)


def text_of(client: Client) -> str:
    answer = client.get("/system/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@contextmanager
def refused(table: str, sentence: str) -> Iterator[None]:
    """The database answers so what asks for the table."""

    def answer(execute: Any, sql: str, *rest: Any) -> Any:
        if f'"{table}"' in sql:
            raise OperationalError(sentence)
        return execute(sql, *rest)

    with connection.execute_wrapper(answer):
        yield


def test_what_cant_be_read_is_unknown_and_the_rest_is_shown(olgas: Client) -> None:
    with refused("monitoring_eventcount", "database is locked"):
        text = text_of(olgas)
    assert text.count(f"{trouble.HELD_UP.title}. {trouble.HELD_UP.what_to_do}") == 3
    assert "<h3>Unknown</h3>" in text
    assert [each in text for each in NOTHING[1:]] == [False, False, False, True]
    assert "nothing waits" in text


def test_a_part_that_cant_be_looked_at_is_unknown(olgas: Client) -> None:
    with refused("sync_tickpart", "no such column: colour"):
        text = text_of(olgas)
    assert f'Periodic tasks</span> <span class="small ink-warn">Unknown</span></p> <p class="small">{NOT_READ}' in text
    assert "It isn’t on hold." in text


def test_each_block_is_read_by_itself(olgas: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    for table in (views._BLOCKS, parts._LOOKS):
        for name in table:
            monkeypatch.setitem(table, name, fails)
    text = text_of(olgas)
    assert not [each for each in NOTHING if each in text]
    assert text.count(trouble.FULL.title) == len(views._BLOCKS) + len(parts._LOOKS)
    assert f"{len(parts._LOOKS)} parts to look at." in text
