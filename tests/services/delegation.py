"""Delegation requests, as an AWS Partner makes them."""

from __future__ import annotations

from typing import Any


def request_access(iam: Any, workflow: str = "workflow-1", *, taken_up: bool = True) -> str:
    """Lumen Observability asks for an hour; whoever calls takes the request up. Its id."""
    made = iam.create_delegation_request(
        OwnerAccountId="123456789012",
        Description="Sends metrics to Lumen.",
        Permissions={
            "PolicyTemplateArn": "arn:aws:iam::210987654321:delegation-template/onboarding",
            "Parameters": [{"Name": "stream", "Values": ["acme"], "Type": "string"}],
        },
        RequestorWorkflowId=workflow,
        NotificationChannel="arn:aws:sns:eu-west-1:210987654321:requests",
        SessionDuration=3600,
    )
    request_id = str(made["DelegationRequestId"])
    if taken_up:
        iam.associate_delegation_request(DelegationRequestId=request_id)
    return request_id
