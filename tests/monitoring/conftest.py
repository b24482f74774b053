"""What the tests of metrics share: a console whose metrics may be asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from monitoring import counting

TOKEN = "a-token-that-only-the-monitor-of-this-console-knows"
Samples = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    counting.forget()
    yield
    counting.forget()


@pytest.fixture
def scrape(settings: Any, db: None) -> Callable[[], Samples]:
    """What the endpoint says, by name and labels, after all that this process counted was written down."""
    settings.METRICS_TOKEN = TOKEN

    def ask() -> Samples:
        counting.flush()
        answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200, answer.content
        return samples(answer.content.decode())

    return ask


def samples(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((f"iamconsole_{name}", tuple(sorted(labels.items()))))
