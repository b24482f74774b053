"""Requests of dana in one AWS account, about a queue in it, and what is decided of them."""

from __future__ import annotations

from typing import Any

from access.cases import layers_of, request_of
from policies.engine.evaluate import Decision, Verdict, evaluate
from tests.services.statements import allow, deny, document

ALLOWED, DENIED, NOT_ALLOWED = Decision.ALLOWED, Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY
ME, OTHER = "123456789012", "210987654321"
USER = f"arn:aws:iam::{ME}:user/dana"
ROLE = f"arn:aws:iam::{ME}:role/app/reader"
SESSION = f"arn:aws:sts::{ME}:assumed-role/reader/one"
ROOT = f"arn:aws:iam::{ME}:root"
QUEUE = f"arn:aws:sqs:eu-west-1:{ME}:jobs"
KEY = f"arn:aws:kms:eu-west-1:{ME}:key/1"
SLR = f"arn:aws:iam::{ME}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
READ = "sqs:ReceiveMessage"


def to(principal: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """A resource policy."""
    who = principal if isinstance(principal, dict) or principal == "*" else {"AWS": principal}
    return document(allow(Principal=who, **more, Effect=effect))


ALL = document(allow())
NONE = document(allow(action="other:*"))
DENY = document(deny())


def asked(principal: Any = USER, action: str = READ, resource: str = QUEUE, **case: Any) -> Verdict:
    whole = {"principal": principal, "action": action, "resource": resource, **case}
    return evaluate(request_of(whole), layers_of(whole))


def decided(principal: Any = USER, action: str = READ, resource: str = QUEUE, **case: Any) -> Decision:
    return asked(principal, action, resource, **case).decision
