"""The queue of files: workers that start at once, and what a killed process leaves behind."""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from iamconsole.file_queue import Channel, Transport

EXCHANGE = "celery.pidbox"
FORK = multiprocessing.get_context("fork")
NAMES = ("changes", "pulls", "others")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "control").mkdir()
    return tmp_path


def opened(folder: Path) -> Channel:
    where = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control")}
    channel = Connection("filesystem://localhost", transport=Transport, transport_options=where).channel()
    assert isinstance(channel, Channel)
    return channel


def bound(channel: Channel) -> set[str]:
    return {each.queue for each in channel.get_table(EXCHANGE)}


def _bind(folder: Path, name: str, gate: Barrier) -> None:
    channel = opened(folder)
    gate.wait()
    channel._queue_bind(EXCHANGE, "", "", name)


def test_workers_that_start_at_once_are_all_in_the_table(folder: Path) -> None:
    for attempt in range(10):
        of_its_own = folder / str(attempt)
        (of_its_own / "control").mkdir(parents=True)
        gate = FORK.Barrier(len(NAMES))
        starting = [FORK.Process(target=_bind, args=(of_its_own, name, gate)) for name in NAMES]
        for process in starting:
            process.start()
        for process in starting:
            process.join()
        assert bound(opened(of_its_own)) == set(NAMES)


@pytest.mark.parametrize("left", ["", '[["", "", "pulls"]]]]'])
def test_a_table_that_was_left_broken_is_written_anew(folder: Path, left: str) -> None:
    channel, table = opened(folder), folder / "control" / f"{EXCHANGE}.exchange"
    table.write_text(left)
    assert bound(channel) == set()
    table.write_text(left)
    channel._queue_bind(EXCHANGE, "", "", "changes")
    assert bound(channel) == {"changes"}
    table.write_text(left)
    channel._delete("changes", EXCHANGE, "", "")
    assert bound(channel) == set()


def _send(folder: Path, count: int) -> None:
    channel = opened(folder)
    for number in range(count):
        channel._put("pulls", {"number": number, "more": list(range(20_000))})  # takes a while to write


def test_a_message_is_read_whole_and_once(folder: Path) -> None:
    sending, receiver = FORK.Process(target=_send, args=(folder, 50)), opened(folder)
    numbers = []
    sending.start()
    while sending.is_alive() or receiver._size("pulls"):
        try:
            numbers.append(receiver._get("pulls")["number"])
        except Empty:
            continue
    assert sorted(numbers) == list(range(50))


def test_half_a_message_is_none_and_holds_up_no_other(folder: Path) -> None:
    channel = opened(folder)
    (folder / "0_killed.pulls.msg").write_text('{"body": "eyJh')
    channel._put("pulls", {"number": 1})
    with pytest.raises(Empty):
        channel._get("pulls")
    assert channel._get("pulls") == {"number": 1}
    with pytest.raises(Empty):
        channel._get("pulls")
