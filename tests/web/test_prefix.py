from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from iamconsole.web.prefix import below


def asked(path: str, prefix: str = "/iam") -> str:
    """The path that the application sees, or the status that it isn't asked for."""
    seen: list[str] = []

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen.append(environ["PATH_INFO"])
        return []

    below(prefix, application)({"PATH_INFO": path}, lambda status, headers: seen.append(status))
    return seen[0]


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/iam/aws/1/", "/aws/1/"),
        ("/iam/", "/"),
        ("/iam", "/"),
        ("/iam/iam/metrics", "/iam/metrics"),
        ("/health/live/", "/health/live/"),
        ("/metrics", "/metrics"),
        ("/aws/1/", "404 Not Found"),
        ("/iamb/", "404 Not Found"),
    ],
)
def test_a_path_is_taken_off_once(path: str, seen: str) -> None:
    assert asked(path) == seen


def test_without_one_all_is_handed_on() -> None:
    assert asked("/aws/1/", prefix="") == "/aws/1/"
