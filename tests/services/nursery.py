"""Where the tests' Celery workers come from: a process that has imported the console once, and forks.

Each fork is a process of its own that runs Celery's own command line. It needs not import again, which is most of a
worker's start; tests/project/test_make_run.py has workers that start from nothing.

On its standard input it reads orders, a JSON object a line: {"arguments": […], "environment": {…}, "log": path}. It
answers each with the worker's process id. It has one thread and no connection to anything, and ends with its input.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from types import ModuleType


def main() -> None:
    _import_everything()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a worker that has ended leaves nothing behind, not even its id
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become_worker(**json.loads(line))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _import_everything() -> None:
    for name in ("celery.bin.celery", "celery.worker.components", "celery.worker.consumer", "celery.concurrency.solo"):
        importlib.import_module(name)
    from iamconsole.celery import app
    from sync.aws.session import _new_session

    app.loader.import_default_modules()
    app.finalize()
    # What botocore knows of IAM; no call is sent.
    _new_session().create_client("iam", "us-east-1", aws_access_key_id="nobody", aws_secret_access_key="none")


def _become_worker(arguments: list[str], environment: dict[str, str], log: str) -> None:
    """Never returns."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _write_to(log)
        os.environ.clear()
        os.environ.update(environment)
        _read_settings_again()
        from celery.bin.celery import main as celery

        sys.argv = ["celery", *arguments]
        celery()
    except SystemExit:
        pass
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(0)


def _write_to(log: str) -> None:
    """Both outputs, from now on; and nothing is read."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def _read_settings_again() -> None:
    """What this worker's environment says otherwise than that of the first."""
    from django.conf import settings

    fresh: ModuleType = importlib.reload(sys.modules["iamconsole.settings"])
    for name in dir(fresh):
        if name.isupper():
            setattr(settings, name, getattr(fresh, name))


if __name__ == "__main__":
    main()
