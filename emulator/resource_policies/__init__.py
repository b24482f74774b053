"""Policies of resources in the emulator: what moto lacks of the calls that put and tell them, and what it gets wrong.

Each service is taught when somebody asks for it first: moto's code of some is large.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from emulator.resource_policies.apis import application, backends

__all__ = ["backends", "with_gaps_filled"]

# The module here, by moto's name of its own.
_LESSONS = {
    "awslambda": "functions",
    "backup": "vaults",
    "dynamodb": "streams",
    "ecr": "repositories",
    "efs": "file_systems",
    "kms": "keys",
    "s3": "buckets",
    "secretsmanager": "secrets",
    "sns": "topics",
    "sqs": "queues",
}


def with_gaps_filled(make_app: Callable[[str], Any]) -> Callable[[str], Any]:
    """`make_app` makes moto's application of one service, once. API Gateway is all ours: moto's needs what isn't
    installed.
    """

    def make(service: str) -> Any:
        if service == "apigateway":
            return application
        if service in _LESSONS:
            import_module(f"emulator.resource_policies.{_LESSONS[service]}").teach()
        return make_app(service)

    return make
