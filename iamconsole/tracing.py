"""OpenTelemetry's spans of pages, tasks and calls of AWS, where TRACES is on; else nothing is imported or done.

Spans of our own, and none of the instrumentations that there are: those write addresses with what people searched for,
statements of SQL, or parameters of calls. A span has names of routes, tasks and operations, numbers, and outcomes.
Where they are sent is in OpenTelemetry's own environment variables (docs/monitoring.md).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.conf import settings

from iamconsole import log_context

if TYPE_CHECKING:
    from django.http import HttpRequest
    from opentelemetry.sdk.trace.export import SpanExporter

EXTRA = "TRACES is on, and the packages of requirements/traces.txt are missing: install them, or set TRACES=0."
_SERVICE = "iam-console"

Attributes = Mapping[str, "str | int | float | bool"]


def is_installed() -> bool:
    return find_spec("opentelemetry") is not None and find_spec("opentelemetry.exporter") is not None


class NoSpan:
    """What is written on while nothing is traced."""

    def rename(self, name: str, **attributes: str | int) -> None:
        pass


class LiveSpan(NoSpan):
    def __init__(self, span: Any) -> None:
        self._span = span

    def rename(self, name: str, **attributes: str | int) -> None:
        """Once it is known what it was, and how it ended."""
        self._span.update_name(name)
        self._span.set_attributes(attributes)


_NONE = nullcontext(NoSpan())
_providers: dict[int, Any] = {}  # by process id: the thread that sends doesn't survive a fork


def span(name: str, **attributes: str | int) -> AbstractContextManager[NoSpan]:
    """Within it, what happens is a part of it; it has the ids that a line of the log has, too."""
    return _span(name, None, attributes) if settings.TRACES else _NONE


def request_span(request: HttpRequest, request_id: str) -> AbstractContextManager[NoSpan]:
    """Of a page; a part of the proxy's span where a proxy of ours says which that is."""
    if not settings.TRACES:
        return _NONE
    headers = {"traceparent": request.headers.get("traceparent", "")} if settings.TRUSTED_PROXIES else {}
    return _span("page", headers, {log_context.REQUEST_ID: request_id})


def task_span(name: str, headers: Mapping[str, Any]) -> AbstractContextManager[NoSpan]:
    """Of a task; a part of what sent its message."""
    return _span(name, headers, {}) if settings.TRACES else _NONE


def inject(headers: MutableMapping[str, Any]) -> None:
    """Says in the headers of a message which span sends it."""
    if settings.TRACES:
        from opentelemetry.propagate import inject as write

        carrier: dict[str, str] = {}
        write(carrier)
        headers.update(carrier)


@contextmanager
def _span(name: str, headers: Mapping[str, Any] | None, attributes: Attributes) -> Iterator[NoSpan]:
    from opentelemetry.propagate import extract

    parent = extract({key: str(headers[key]) for key in headers}) if headers else None
    tracer = _provider().get_tracer(_SERVICE)
    ids = {f"iamconsole.{key}": value for key, value in log_context.current().items()}
    given = {f"iamconsole.{key}": value for key, value in attributes.items()}
    with (
        tracer.start_as_current_span(
            name, context=parent, attributes={**ids, **given}, record_exception=False, set_status_on_exception=False
        ) as live,
        log_context.of(trace_id=f"{live.get_span_context().trace_id:032x}"),
    ):
        yield LiveSpan(live)


def _provider() -> Any:
    """Of this process; it sends in a thread of its own, and what is left at the end of the process."""
    pid = os.getpid()
    if pid not in _providers:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        send_to(OTLPSpanExporter(), at_once=False)
    return _providers[pid]


def send_to(exporter: SpanExporter, *, at_once: bool) -> None:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    os.environ.setdefault("OTEL_SERVICE_NAME", _SERVICE)
    provider = TracerProvider(resource=Resource.create())
    provider.add_span_processor(SimpleSpanProcessor(exporter) if at_once else BatchSpanProcessor(exporter))
    _providers[os.getpid()] = provider
