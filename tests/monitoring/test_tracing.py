"""Spans: a page, the task that it sends and the calls of AWS are one trace, and nothing personal is in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.checks import Error
from django.test import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from iamconsole import checks, tracing
from sync.models import Run
from tests.conftest import wait_until
from tests.services.pulling import seed
from tests.services.receiver import Receiver, receiving
from tests.services.workers import ROOT, Worker, _environment, database_url


@pytest.fixture
def spans(settings: Any) -> Iterator[InMemorySpanExporter]:
    settings.TRACES = True
    exporter = InMemorySpanExporter()
    tracing.send_to(exporter, at_once=True)
    yield exporter
    tracing._providers.clear()


@pytest.fixture
def collector() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def collected(receiver: Receiver) -> list[Span]:
    found: list[Span] = []
    for each in list(receiver.received):
        asked = ExportTraceServiceRequest.FromString(each.body)
        found += [span for one in asked.resource_spans for scope in one.scope_spans for span in scope.spans]
    return found


@pytest.mark.django_db
def test_a_page_is_a_span_by_the_name_of_its_route(
    spans: InMemorySpanExporter, alices: Client, alice: Operator, aws_account: AwsAccount
) -> None:
    answer = alices.get(f"/aws/{aws_account.account_id}/users/?q=dana@acme.example")
    [span] = spans.get_finished_spans()
    attributes = dict(span.attributes or {})
    assert (span.name, attributes["status"]) == ("GET users", 200)
    assert attributes["iamconsole.request_id"] == answer["X-Request-ID"]
    assert "dana" not in span.to_json() and alice.email not in span.to_json()


@pytest.mark.django_db
@pytest.mark.parametrize(("proxies", "is_part"), [(1, True), (0, False)])
def test_it_is_part_of_the_span_of_a_proxy_of_ours(
    spans: InMemorySpanExporter, client: Client, settings: Any, proxies: int, is_part: bool
) -> None:
    settings.TRUSTED_PROXIES = proxies
    trace = "0af7651916cd43dd8448eb211c80319c"
    client.get("/health/live/", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    [span] = spans.get_finished_spans()
    context = span.get_span_context()
    assert context is not None
    assert (f"{context.trace_id:032x}" == trace) is is_part


@pytest.mark.django_db(transaction=True)
def test_a_page_its_task_and_its_calls_are_one_trace(
    spans: InMemorySpanExporter,
    collector: Receiver,
    worker: Callable[..., Worker],
    emulator: Emulator,
    alices: Client,
    alice: Operator,
    aws_account: AwsAccount,
) -> None:
    """The worker sends its spans by OTLP, as OpenTelemetry's own variables say."""
    seed(emulator)
    where = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    worker(TRACES="1", **where)
    alices.post(f"/aws/{aws_account.account_id}/pulls/now/", {"source": "iam.details"})
    [page] = spans.get_finished_spans()
    context = page.get_span_context()
    assert context is not None
    run = Run.objects.get(source="iam.details")
    wait_until(lambda: Run.objects.get(pk=run.pk).state == Run.State.DONE)
    wanted = {"sync.tasks.pull", "iam:GetAccountAuthorizationDetails"}
    wait_until(lambda: wanted <= {span.name for span in collected(collector)})
    of_it = [span for span in collected(collector) if span.name in wanted]
    assert {span.trace_id.hex() for span in of_it} == {f"{context.trace_id:032x}"}
    call = next(span for span in of_it if span.name.startswith("iam:"))
    said = {each.key: each.value.string_value for each in call.attributes}
    assert (said["outcome"], said["iamconsole.pull"]) == ("ok", str(run.pk))
    everything = str(collected(collector))
    assert alice.email not in everything and "MaxItems" not in everything


def test_off_nothing_of_it_is_imported() -> None:
    asked = (
        "import django, sys; django.setup(); from iamconsole import tracing\n"
        "with tracing.span('x') as span: span.rename('y', status=1)\n"
        "ours = ('opentelemetry.exporter', 'opentelemetry.sdk.trace')\n"
        "print([name for name in sys.modules if name.startswith(ours)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=_environment(database_url()), capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


def test_where_the_packages_are_missing_no_process_starts(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TRACES = True
    assert checks._monitor() == []
    monkeypatch.setattr(checks, "is_installed", lambda: False)
    assert checks._monitor() == [Error(tracing.EXTRA, id="iamconsole.E019")]
