"""Starts every process of the embedded console under one supervisor, and stops them all on Ctrl-C.

`python -m iamconsole.launch.run`. What to run comes from the environment: PORT, DEMO (0 = no emulator, no sample),
DATABASE_URL, REDIS_URL. What the processes say goes to var/console.log; the guide's lines go to the terminal.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shlex
import signal
import socket
import sys
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from honcho.manager import Manager
from honcho.printer import Printer

from iamconsole.env import env
from iamconsole.launch.steps import say, step, stop

GUIDE = "guide"


def main() -> None:
    try:
        run()
    except (ImproperlyConfigured, CommandError) as error:
        stop(str(error))


def run() -> None:
    os.umask(0o077)  # of all processes: what they write is for this user alone
    demo = env.bool("DEMO", default=True)
    port = _port()
    os.environ.update(
        {"IAMCONSOLE_DEMO": str(int(demo)), "PORT": str(port), "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
    )
    if demo:
        token = secrets.token_urlsafe(24)  # in no command line: every user of the machine reads those
        os.environ |= {"EMULATOR_TOKEN": token, "AWS_EMULATOR_URL": f"http://127.0.0.1:{_free_port()}/{token}"}
    django.setup()
    state = Path(settings.STATE_DIR)
    _alone(state)
    with step("Database"):
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
    (settings.QUEUE_DIR / "control").mkdir(parents=True, exist_ok=True)
    with (state / "console.log").open("a") as log:
        sys.exit(supervise(_processes(port, state, demo), log))


def supervise(processes: dict[str, list[str]], log: TextIO) -> int:
    """Runs them until one ends or somebody stops it; then ends all. Returns the exit status."""
    printer = GuidedPrinter(log)
    manager = Manager(printer)
    for name, command in processes.items():
        manager.add_process(name, f"exec {shlex.join(command)}")
    # A closed terminal ends everything, as Ctrl-C does.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    stopped_by_hand = manager.returncode in {130, 143}
    if not stopped_by_hand:
        say("\nA process of the console ended, so all were stopped. Its last words:")
        say(f"{printer.last_words()}\nAll of it: {log.name}")
    return 0 if stopped_by_hand else int(manager.returncode or 1)


class GuidedPrinter(Printer):  # type: ignore[misc]
    """The guide's lines go to the terminal as they are, all others to the log."""

    def __init__(self, log: TextIO) -> None:
        super().__init__(log)
        self._latest: list[str] = []

    def write(self, message: Any) -> None:
        if message.name == GUIDE:
            say(message.data.decode(errors="replace").rstrip("\n"))
            return
        super().write(message)
        text = message.data if isinstance(message.data, str) else message.data.decode(errors="replace")
        self._latest = [*self._latest[-19:], f"{message.name}: {text.rstrip()}"]

    def last_words(self) -> str:
        return "\n".join(self._latest)


def _processes(port: int, state: Path, demo: bool) -> dict[str, list[str]]:
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "iamconsole"]
    worker = [*celery, "worker", "--pool", "solo", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    web = [python, "-m", "gunicorn", "--config", "python:iamconsole.web_server", "--bind", f"127.0.0.1:{port}"]
    processes = {
        "web": web,
        "changes": [*worker, "-Q", "changes", "-n", "changes@localhost"],
        "pulls": [*worker, "-Q", "pulls", "-n", "pulls@localhost"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile="],
        GUIDE: [python, "-m", "iamconsole.launch.guide"],
    }
    if demo:
        emulator_port = str(urlsplit(os.environ["AWS_EMULATOR_URL"]).port)
        emulator = [
            python,
            "-m",
            "emulator",
            "--port",
            emulator_port,
            "--state",
            str(state / "emulator.state"),
        ]
        processes = {"emulator": emulator, **processes}
    return processes


def _port() -> int:
    wish = env.str("PORT", default="8000")
    if not wish.isdigit() or not 0 < int(wish) < 65536:
        stop(f"PORT={wish} is not a port number. Try: make run PORT=8001")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(wish)))
        except OSError as error:
            stop(f"Port {wish} can't be used ({error.strerror}). Choose another: make run PORT={int(wish) + 1}")
    return int(wish)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _alone(state: Path) -> None:
    """Two consoles on one state folder would share a queue and an emulator state: refuse the second."""
    lock = os.open(state / "console.lock", os.O_CREAT | os.O_RDWR, 0o600)  # held until this process ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stop(f"A console already runs on {state}. Stop it first with Ctrl-C in its terminal.")


if __name__ == "__main__":
    main()
