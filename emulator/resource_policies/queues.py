"""SQS: what is no policy is refused, and one that is too long, or names nobody."""

from __future__ import annotations

from typing import Any

from moto.sqs.exceptions import InvalidAttributeValue
from moto.sqs.models import SQSBackend

from emulator.resource_policies.documents import statements_of, strangers


def teach() -> None:
    def checked(method: Any) -> Any:
        def put(self: Any, name: str, attributes: Any = None, *args: Any, **kwargs: Any) -> Any:
            _check(self.account_id, (attributes or {}).get("Policy") or '{"Statement": []}')
            return method(self, name, attributes, *args, **kwargs)

        return put

    SQSBackend.set_queue_attributes = checked(SQSBackend.set_queue_attributes)


def _check(account_id: str, policy: str) -> None:
    """ "Amazon SQS policy quotas" in the Amazon SQS Developer Guide."""
    try:
        statements = statements_of(policy)
    except ValueError:
        raise InvalidAttributeValue("Policy") from None
    if len(policy.encode()) > _LONGEST or len(statements) > _MOST_STATEMENTS or any(strangers(policy, account_id)):
        raise InvalidAttributeValue("Policy")


_LONGEST, _MOST_STATEMENTS = 8 * 1024, 20
