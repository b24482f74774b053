"""What of Acme Terraform owns: the roles of the shop's orders, and what they may."""

from __future__ import annotations

from typing import Any

VERSION = "1.13.5"
NAME = "shop"  # of the state, as its people call it
ROLES = ("orders-api", "orders-task", "orders-workflow")
POLICIES = ("service/orders-table-write", "service/orders-queue", "service/lambda-logs")
# Of the attachment in the state, the role, and the policy.
ATTACHED = (
    ("api_table", "orders-api", "service/orders-table-write"),
    ("api_queue", "orders-api", "service/orders-queue"),
    ("api_logs", "orders-api", "service/lambda-logs"),
    ("task_table", "orders-task", "service/orders-table-write"),
    ("task_queue", "orders-task", "service/orders-queue"),
)
# What is in such a state besides, with a secret that nobody is to keep.
BESIDE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("aws_sqs_queue", "orders", {"name": "orders"}),
    ("random_password", "database", {"length": 24, "result": "nobody has it"}),
)
