"""What Celery tells of tasks: which request sent one, how long it took, and how it ended."""

from __future__ import annotations

from contextlib import AbstractContextManager
from contextvars import Token
from time import perf_counter
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun, worker_process_shutdown

from iamconsole import log_context, tracing
from monitoring import catalogue
from monitoring.counting import count, flush_or_say, observe

TASK_SECONDS = catalogue.histogram("task_seconds", "Seconds that a task of a worker took", "task")
TASKS = catalogue.counter("tasks", "Tasks of workers that ended, by how", "task", "outcome")

_OUTCOMES = {"SUCCESS": "done", "FAILURE": "failed", "RETRY": "retried"}
_HEADERS = (log_context.REQUEST_ID, "traceparent", "tracestate")


class _Running:
    """A task under way, in the thread that runs it."""

    def __init__(self, name: str, task_id: str, headers: dict[str, str]) -> None:
        self.name, self.began = name, perf_counter()
        request_id = headers.get(log_context.REQUEST_ID, "")
        self._token: Token[Any] = log_context.enter(task=name, task_id=task_id, request_id=request_id)
        self._span: AbstractContextManager[object] = tracing.task_span(name, headers)
        self._span.__enter__()

    def end(self) -> None:
        self._span.__exit__(None, None, None)
        log_context.leave(self._token)


_running: dict[str, _Running] = {}  # by the id of the task


def connect() -> None:
    before_task_publish.connect(_sent)
    task_prerun.connect(_begins)
    task_postrun.connect(_ended)
    worker_process_shutdown.connect(_leaves)


def _sent(headers: dict[str, Any], **kwargs: Any) -> None:
    """The message says which request it comes from."""
    if request_id := log_context.current().get(log_context.REQUEST_ID):
        headers[log_context.REQUEST_ID] = request_id
    tracing.inject(headers)


def _begins(task_id: str, task: Any, **kwargs: Any) -> None:
    asked = {name: task.request.get(name) for name in _HEADERS}
    _running[task_id] = _Running(task.name, task_id, {name: str(value) for name, value in asked.items() if value})


def _ended(task_id: str, task: Any, state: str | None = None, **kwargs: Any) -> None:
    if (running := _running.pop(task_id, None)) is None:
        return
    running.end()
    observe(TASK_SECONDS, perf_counter() - running.began, running.name)
    count(TASKS, running.name, _OUTCOMES.get(state or "", "other"))


def _leaves(**kwargs: Any) -> None:
    """A process of a pool ends without Python's own end."""
    flush_or_say()
