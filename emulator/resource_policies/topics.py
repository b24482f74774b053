"""SNS: what is no policy of a topic is refused.

"Amazon SNS API permissions: Actions and resources reference" in the Amazon SNS Developer Guide has the quotas.
"""

from __future__ import annotations

from typing import Any

from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend

from emulator.resource_policies.documents import others, statements_of, strangers

_LONGEST, _MOST_STATEMENTS = 30 * 1024, 100


def teach() -> None:
    put = SNSBackend.set_topic_attribute

    def set_topic_attribute(self: Any, topic_arn: str, attribute_name: str, attribute_value: str) -> None:
        if attribute_name.lower() == "policy":
            self.get_topic(topic_arn)
            _check(self.account_id, topic_arn, attribute_value)
        put(self, topic_arn, attribute_name, attribute_value)

    SNSBackend.set_topic_attribute = set_topic_attribute


def _check(account_id: str, arn: str, policy: str) -> None:
    try:
        statements = statements_of(policy)
    except ValueError:
        raise SNSInvalidParameter("Invalid parameter: Policy Error: null") from None
    if len(policy.encode()) > _LONGEST or len(statements) > _MOST_STATEMENTS:
        raise SNSInvalidParameter("Invalid parameter: Policy is too large")
    if any(strangers(policy, account_id)):
        raise SNSInvalidParameter("Invalid parameter: Policy Error: PrincipalNotFound")
    if any(others(policy, arn)):
        raise SNSInvalidParameter("Invalid parameter: Policy statement must apply to a single resource!")
