"""The metrics as Prometheus reads them: sums of the database, and gauges read now.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from time import perf_counter

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family

from monitoring import catalogue
from monitoring.catalogue import SUM, GaugeValue, Metric, MetricKind
from monitoring.models import EventCount

log = logging.getLogger(__name__)

PROBLEMS = catalogue.gauge(
    "scrape_problem", "1 where figures of this part could not be read, as while the database is away", "part"
)
TOOK = catalogue.gauge("scrape_seconds", "Seconds that it took to read all figures")
COUNTS = "counts"

Parts = Mapping[str, float]  # by part of an EventCount
Sums = Mapping[str, Mapping[tuple[str, ...], Parts]]  # by metric and values of labels


def exposed(accepts: str) -> tuple[bytes, str]:
    """The text, and its content type, in the format that the header Accept asks for."""
    encode, content_type = choose_encoder(accepts)
    registry = CollectorRegistry()
    registry.register(_Collected(list(families())))
    return encode(registry), content_type


def families() -> list[Family]:
    """Each metric once, also where it has no value: whoever watches sees what there is."""
    began = perf_counter()
    problems: dict[str, bool] = {}
    readings = [each for name, read in catalogue.readers().items() for each in _guarded(name, read, problems)]
    sums = _sums(problems)
    readings += [GaugeValue(PROBLEMS, float(failed), (name,)) for name, failed in problems.items()]
    readings.append(GaugeValue(TOOK, perf_counter() - began))
    by_metric: defaultdict[Metric, list[GaugeValue]] = defaultdict(list)
    for each in readings:
        by_metric[each.metric].append(each)
    return [_family(metric, by_metric[metric], sums.get(metric.name, {})) for metric in catalogue.metrics()]


class _Collected:
    """What prometheus_client's registry asks."""

    def __init__(self, found: Iterable[Family]) -> None:
        self._found = found

    def collect(self) -> Iterable[Family]:
        return self._found


def _guarded(name: str, read: Callable[[], Iterator[GaugeValue]], problems: dict[str, bool]) -> list[GaugeValue]:
    """One that fails says so and takes no other along."""
    try:
        found = list(read())
    except Exception as error:
        log.warning("The figures of %s can't be read: %s", name, error)
        problems[name] = True
        return []
    problems[name] = False
    return found


def _sums(problems: dict[str, bool]) -> Sums:
    sums: defaultdict[str, defaultdict[tuple[str, ...], dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    rows: list[tuple[str, str, str, float]] = []
    problems[COUNTS] = False
    try:
        rows = list(EventCount.objects.order_by().values_list("metric", "labels", "part", "value"))
    except Exception as error:
        log.warning("What was counted can't be read: %s", error)
        problems[COUNTS] = True
    for name, labels, part, value in rows:
        sums[name][tuple(json.loads(labels))][part] = value
    return sums


def _family(metric: Metric, readings: list[GaugeValue], sums: Mapping[tuple[str, ...], Parts]) -> Family:
    if metric.kind is MetricKind.GAUGE:
        gauge = GaugeMetricFamily(metric.full_name, metric.help, labels=metric.labels)
        for reading in readings:
            gauge.add_metric(reading.labels, reading.value)
        return gauge
    fitting = {labels: parts for labels, parts in sums.items() if len(labels) == len(metric.labels)}
    if metric.kind is MetricKind.COUNTER:
        counter = CounterMetricFamily(metric.full_name, metric.help, labels=metric.labels)
        for labels, parts in fitting.items():
            counter.add_metric(labels, parts.get("", 0.0))
        return counter
    histogram = HistogramMetricFamily(metric.full_name, metric.help, labels=metric.labels)
    for labels, parts in fitting.items():
        histogram.add_metric(labels, list(_cumulated(metric, parts)), parts.get(SUM, 0.0))
    return histogram


def _cumulated(metric: Metric, parts: Parts) -> Iterator[tuple[str, float]]:
    """Buckets as Prometheus wants them: each with all that took less."""
    total = 0.0
    for bound in (*map(str, metric.bounds), "+Inf"):
        total += parts.get(bound, 0.0)
        yield bound, total
