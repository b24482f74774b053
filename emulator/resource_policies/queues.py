"""SQS: what is no policy is refused."""

from __future__ import annotations

from typing import Any

from moto.sqs.exceptions import InvalidAttributeValue
from moto.sqs.models import SQSBackend

from emulator.resource_policies.documents import statements_of


def teach() -> None:
    def checked(method: Any) -> Any:
        def put(self: Any, name: str, attributes: Any = None, *args: Any, **kwargs: Any) -> Any:
            try:
                statements_of((attributes or {}).get("Policy") or '{"Statement": []}')
            except ValueError:
                raise InvalidAttributeValue("Policy") from None
            return method(self, name, attributes, *args, **kwargs)

        return put

    SQSBackend.set_queue_attributes = checked(SQSBackend.set_queue_attributes)
