"""Every metric that the console has: its name, what it means, its labels. What is in none of them isn't exported.

A label takes few values, of a set that the console or its owners limit: a service and an operation of AWS, the name of
a page, a queue, the number of an AWS account. Never an address with ids, and nothing that says who somebody is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

PREFIX = "iamconsole_"
SUM = "sum"  # of a histogram: what is added up beside its buckets
SECONDS = (0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


class MetricKind(StrEnum):
    COUNTER = "counter"  # of events, added up over all processes
    HISTOGRAM = "histogram"  # of seconds that something took, over all processes
    GAUGE = "gauge"  # as it is when somebody asks


@dataclass(frozen=True)
class Metric:
    """`name` without the prefix, and for a counter without `_total`. `bounds`: of a histogram's buckets, seconds."""

    name: str
    kind: MetricKind
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = SECONDS

    @property
    def full_name(self) -> str:
        return f"{PREFIX}{self.name}"


_metrics: dict[str, Metric] = {}


def metrics() -> Sequence[Metric]:
    """In the order of their names."""
    return [_metrics[name] for name in sorted(_metrics)]


def _declared(metric: Metric) -> Metric:
    """Raises ValueError where there is one of that name."""
    if metric.name in _metrics:
        raise ValueError(f"There is a metric {metric.name} already.")
    _metrics[metric.name] = metric
    return metric


def counter(name: str, help: str, *labels: str) -> Metric:
    return _declared(Metric(name, MetricKind.COUNTER, help, labels))


def histogram(name: str, help: str, *labels: str) -> Metric:
    return _declared(Metric(name, MetricKind.HISTOGRAM, help, labels))


def gauge(name: str, help: str, *labels: str) -> Metric:
    return _declared(Metric(name, MetricKind.GAUGE, help, labels))


# ---- Gauges, read when somebody asks -------------------------------------------------------------------------------
@dataclass(frozen=True)
class GaugeValue:
    """The value of a gauge; `labels` in the order of the metric's."""

    metric: Metric
    value: float
    labels: tuple[str, ...] = ()


GaugeReader = Callable[[], Iterator[GaugeValue]]
_readers: dict[str, GaugeReader] = {}


def register_readings(name: str, read: GaugeReader) -> None:
    """`read` takes a few queries, whatever the number of rows. An app registers it in `AppConfig.ready()`."""
    _readers[name] = read


def readers() -> dict[str, GaugeReader]:
    return dict(_readers)
