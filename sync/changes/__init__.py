"""The writing path: an operator's intent becomes a plan, is approved, and a worker carries it out step by step.

docs/architecture.md, "Writing", tells the protocol. Everything that an operator may be told is a PlanError.
"""

from sync.changes.approvals import (
    approve,
    approve_alone,
    break_glass,
    comment,
    override,
    override_guard_rail,
    reject,
    review,
    withdraw_approval,
)
from sync.changes.bookkeeping import PlanError
from sync.changes.code_overrides import override_code
from sync.changes.dry_run import ask_dry_run
from sync.changes.follow_ups import delete_what_appeared, leave_what_appeared, propose_reverse, replan
from sync.changes.lifecycle import apply, cancel, leave_out, look_again, retry
from sync.changes.plan import propose
from sync.changes.requested import propose_requested, shorten_request, withdraw_request
from sync.changes.sweeper import sweep_due
from sync.changes.temporary import move_end, propose_until
from sync.changes.worker import work

__all__ = [
    "PlanError",
    "apply",
    "approve",
    "approve_alone",
    "ask_dry_run",
    "break_glass",
    "cancel",
    "comment",
    "delete_what_appeared",
    "leave_out",
    "leave_what_appeared",
    "look_again",
    "move_end",
    "override",
    "override_code",
    "override_guard_rail",
    "propose",
    "propose_requested",
    "propose_reverse",
    "propose_until",
    "reject",
    "replan",
    "retry",
    "review",
    "shorten_request",
    "sweep_due",
    "withdraw_approval",
    "withdraw_request",
    "work",
]
