"""How long each thing is kept: one row for each, with its setting, its limit and what takes it away.

`docs/retention.md` has the table (`make retention`). The minute's tick calls what each row names, once; a function
takes some rows in transactions of their own, and goes on at the next tick, so that whoever stops it loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

LONGEST_DAYS = 36_500


@dataclass(frozen=True)
class Limit:
    """`usual` and `least` are days; 0 days keep it for ever, where `may_stay`."""

    what: str
    model: str  # as Django names it, such as "sync.Run"
    rule: str  # what goes after so many days, and what doesn't
    forget: str  # where the function is that takes some away
    setting: str = ""  # "": the rule has its own time
    usual: int = 0
    least: int = 1
    may_stay: bool = True

    def checked(self, days: int) -> int:
        """Raises ImproperlyConfigured."""
        if (days == 0 and self.may_stay) or self.least <= days <= LONGEST_DAYS:
            return days
        otherwise = ", or 0 to keep it for ever" if self.may_stay else ""
        bounds = f"{self.least} to {LONGEST_DAYS} days{otherwise}"
        raise ImproperlyConfigured(f"{self.setting} is {bounds}; not {days}. Each limit: docs/retention.md.")


_RUNS: dict[str, Any] = {"setting": "KEEP_RUNS_DAYS", "usual": 400}

LIMITS = (
    Limit(
        "Pulls that found nothing",
        "sync.Run",
        "Complete pulls of the schedule that found nothing new are summed up into the totals of their day. Kept are "
        "what the next row keeps, and the pull right before one, or an event, that found something: they say when.",
        "sync.idle_runs.sum_up",
        setting="KEEP_IDLE_RUNS_DAYS",
        usual=14,
        least=2,
    ),
    Limit(
        "Other pulls",
        "sync.Run",
        "Kept are active ones, the first complete one of each source and the newest of each way to end, those that "
        "first saw a state that is kept, and those between which there is drift that nobody has decided on.",
        "sync.retention.forget_runs",
        **_RUNS,
    ),
    Limit("Totals of pulls", "sync.PullDay", "By AWS account, source and day.", "sync.idle_runs.forget_days", **_RUNS),
    Limit(
        "Logs of pulls",
        "sync.Run",
        "The log of a pull that has ended is emptied; its figures stay. Not later than history goes.",
        "sync.retention.forget_logs",
        setting="KEEP_LOGS_DAYS",
        usual=400,
    ),
    Limit(
        "History",
        "sync.Revision",
        "Revisions that were replaced before then. What was the case at any moment since stays known; drift that "
        "nobody decided on and what a change of the console made stay whole.",
        "sync.retention.forget_old",
        setting="KEEP_HISTORY_DAYS",
    ),
    Limit(
        "States that came and went",
        "sync.Revision",
        "Where an object was so, then otherwise, then so again: what was in between and the equal state go, with who "
        "did it, when both were replaced before then. Kept are open and accepted drift, what a change made or is to "
        "undo, and what the audit trail names.",
        "sync.equal_states.thin",
        setting="KEEP_EQUAL_STATES_DAYS",
        least=30,
    ),
    Limit(
        "Objects that are gone from AWS",
        "sync.Facet",
        "With their edges and their history. Kept are those that an open change, drift that nobody decided on, a "
        "review, a containment, an offer of access, a finding or an entry of the audit trail names.",
        "sync.tombstones.forget_gone",
        setting="KEEP_GONE_DAYS",
        least=30,
    ),
    Limit(
        "Logs of changes",
        "sync.ChangeLine",
        "Lines of changes that have ended. Steps, calls, decisions and outcomes stay, and so does the audit trail.",
        "sync.retention.forget_lines",
        setting="KEEP_LINES_DAYS",
        usual=1_100,
        least=30,
    ),
    Limit(
        "Who changed something outside",
        "sync.TrailEvent",
        "Sessions, people, addresses and access keys are erased. Which user or role it was, with which tool and by "
        "which call, stays with the revision.",
        "sync.activity.erasing.forget_old",
        setting="KEEP_DOERS_DAYS",
        usual=400,
    ),
    Limit(
        "Messages",
        "notifications.NotifiedEvent",
        "Events and what became of their messages. Kept are those of which a message is still to be sent.",
        "notifications.outbox.forget_old",
        setting="KEEP_MESSAGES_DAYS",
        usual=90,
        may_stay=False,
    ),
    Limit(
        "Drafts",
        "policies.EditorDraft",
        "After the last save.",
        "policies.editor_drafts.forget_old",
        setting="KEEP_DRAFTS_DAYS",
        usual=30,
        may_stay=False,
    ),
    Limit(
        "Questions without a name",
        "access.SavedQuestion",
        "After somebody opened them last. Those with a name stay until somebody deletes them.",
        "access.simulation.saving.forget_questions",
        setting="KEEP_QUESTIONS_DAYS",
        usual=30,
        may_stay=False,
    ),
    Limit(
        "Searches for people",
        "cognito.SavedSearch",
        "Kept searches, after their operator used them last.",
        "cognito.people.kept_searches.forget_unused",
        setting="KEEP_SEARCHES_DAYS",
        usual=400,
    ),
    Limit("Mended findings", "findings.Finding", "After they were mended.", "findings.refresh.forget_mended", **_RUNS),
    Limit(
        "Days of the findings' trend",
        "findings.FindingDay",
        "Not before the trend has no use for them, after 60 days.",
        "findings.tallies.forget_days",
        **_RUNS,
    ),
    Limit(
        "Sessions",
        "sessions.Session",
        "At their end, 12 hours after the sign-in at the latest; with the list of sessions on *My account*.",
        "accounts.sessions.forget_ended",
    ),
    Limit(
        "Events of queues",
        "sync.ReceivedEvent",
        "What an event says goes after a day; that it came, so that it isn't taken twice, after a week.",
        "sync.event_queues.waking.forget_old",
    ),
    Limit(
        "Configuration files",
        "configuration.ConfigurationUpload",
        "Uploaded files after a day; what an export had, with which a later file is compared, after a year.",
        "configuration.forgetting.forget_old",
    ),
    Limit(
        "Notes of written rows",
        "sync.RowWrite",
        "After a day, and sooner where there are more than processes read again.",
        "sync.row_writes.forget_old",
    ),
    Limit("Sizes of tables", "monitoring.TableSize", "After 400 days.", "monitoring.storage.forget_sizes"),
)


def by_setting(name: str) -> Limit:
    return next(limit for limit in LIMITS if limit.setting == name)


def keep_days(name: str) -> int:
    """What the environment says, or the usual. Raises ImproperlyConfigured for what the limit can't be."""
    from iamconsole.env import env

    limit = by_setting(name)
    return limit.checked(env.int(name, default=limit.usual))


def parts() -> Iterator[Callable[[], object]]:
    """What the tick calls, each once."""
    for path in dict.fromkeys(limit.forget for limit in LIMITS):
        yield import_string(path)


def table() -> str:
    """Of docs/retention.md."""
    rows = "\n".join(f"| {each.what} | `{each.model}` | {_days(each)} | {each.rule} |" for each in LIMITS)
    return f"| what | table | days | rule |\n|---|---|---|---|\n{rows}\n"


def _days(limit: Limit) -> str:
    if not limit.setting:
        return "–"
    return f"`{limit.setting}`: {limit.usual or 'for ever'}"
