"""Changes across AWS accounts: one intent, an ordinary change for each AWS account, carried out in waves.

Each of these has its own plan, approvals, leases, session policy, state and reversal (sync/changes/). What stands here
only orders them: which are begun when, and that none is begun once one has stopped. docs/changes.md, "Across AWS
accounts", tells it to operators. Everything that an operator may be told is a PlanError.
"""

from sync.spanning.decisions import approve, arrange, break_glass, cancel, leave_out, reject, release, resume
from sync.spanning.progress import advance, advance_open
from sync.spanning.proposing import AccountPlan, propose_across, propose_reverse_across

__all__ = [
    "AccountPlan",
    "advance",
    "advance_open",
    "approve",
    "arrange",
    "break_glass",
    "cancel",
    "leave_out",
    "propose_across",
    "propose_reverse_across",
    "reject",
    "release",
    "resume",
]
