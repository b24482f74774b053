"""Writes what sources find into docs/findings.md, below what lint looks for: `make findings`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from findings.fixes import is_fixable
from findings.rules import Rule
from findings.sources import FindingSource, all_sources

TARGET = Path(__file__).resolve().parents[3] / "docs" / "findings.md"
BEGIN = "<!-- Written by `manage.py document_findings`: -->\n"
LINT = "lint"  # whose rules are the checks of the page before

_HEAD = """## The inbox

*Findings*, of one AWS account and of all that you may see, lists what is open, the worst rules first. It is grouped
by rule, object, owner or severity; filters, order and group are in the address, and can be saved as a view that only
you see. What wasn’t read is said above the list: where nothing is read, nobody knows what is wrong. A rule that
breaks off is shown with its error to owners, what it found stays as it was, and the others go on.

![The inbox: what is open, by rule, the worst first](pictures/findings.png)

| to | takes | what it does |
|---|---|---|
| mute | editor, owner | counts as decided until a day, 90 days at most and 30 of critical ones; then it is open again |
| accept | owner | stays as it is without an end; open again, with an audit entry, when it gets worse or is back |
| assign | editor, owner | to an operator or a group who see it; else a tag `owner` or `team` of the object counts |
| stage fixes | editor, owner | one change for all that were picked; it says what it leaves out, and why |
| set a rule | owner | off, or harsher than it is, in that AWS account; what was found already follows |

Fixes in several AWS accounts are one change across them. Findings whose owner has left have a filter.

Nobody sets *mended*: the mirror does, when the evidence is gone. Reasons are in the audit trail as digests. Figures,
the trend and the overview are counted when something changes, not when a page is asked for. Until all sources have
looked at an AWS account since its users, roles and policies were first read, its overview, the inbox and the weekly
report say that findings aren’t looked for yet, and not that there are none. Findings of AWS accounts that you may not
see are in none of it.

### Fixes

*Stage a fix* on the page of a finding opens the form of its object, filled in; it ends in a plan. Where people have to
say more – whom a role trusts, who loses an assignment – the form waits for that, and *Stage fixes* leaves it out.

- A finding of lint opens the editor with its fix made where that is safe: the document allows nothing more with it, and
  denies nothing less. Else the editor opens with the document as it is.
- *Demand MFA* attaches a policy as AWS documents it to users who sign in without: it denies everything but
  registering a device. Requests that their access keys sign are denied with it; the form says whose. Of whom the
  mirror hasn’t read which access keys, SSH keys and credentials for one service they have, that is *unknown*: they are
  left out where several are staged at once. The finding goes when the device is there.
- Of permission sets the session is shortened, what was edited is provisioned, and assignments that nobody uses, or
  of somebody who was deleted, are taken away: in the AWS account that has Identity Center.
- A key that nobody uses is deactivated. One that is in use is rotated.
- The root user’s own credentials no change of the console reaches: the finding says what to do as the root user.

### Files

CSV and JSON have what the list shows. *OCSF* has an event of the class Detection Finding (2004) for each finding, of
schema version 1.6.0 with the profile cloud: its `finding_info.uid` stays the same, so that Update and Close meet
their Create. *Security Hub* has ASFF for `BatchImportFindings`, which takes 100 at once, as the AWS account’s own
default product; the console doesn’t send it. The newer Security Hub has no operation to import.

### CIS AWS Foundations Benchmark

The controls about IAM of the versions 3.0, 4.0.1, 5.0 and 7.0, by their numbers: *passes*, *fails*, *not held* where
what it goes by isn’t read, and *by hand* where AWS tells nobody. Somebody confirms those with a note, which holds for
90 days. As CSV, and as OCSF events of the class Compliance Finding (2003). *External access analyzers* and *instance
roles* aren’t read: they are not held until somebody confirms them. The other chapters of the benchmark aren’t looked
at.

## In AWS accounts

After each pull and each change the console looks for these, too, and once an hour. Each finding is about one object,
and goes when it is mended; the pages that list them say how grave each is.

*Fix*: the console stages it, or has a form for it. *By hand*: nothing of it can be a change of the console.

| rule | what | why | what to do | fix |
|---|---|---|---|---|
"""


def written(page: str) -> str:
    """The page, with the rules that are registered."""
    before, _, _ = page.partition(BEGIN)
    rows = (row for source in all_sources() if source.name != LINT for row in _rows(source))
    return f"{before}{BEGIN}{_HEAD}{chr(10).join(sorted(rows))}\n"


def _rows(source: FindingSource) -> list[str]:
    return [f"| `{rule.id}` | {' | '.join(map(_cell, _said(rule)))} |" for rule in source.rules.values()]


def _said(rule: Rule) -> Sequence[str]:
    return rule.says, rule.why, rule.mend, "yes" if is_fixable(rule.id) else "by hand"


def _cell(said: str) -> str:
    return said.replace("|", "/")


class Command(BaseCommand):
    help = "Writes what sources find into docs/findings.md. For developers: `make findings`."

    def handle(self, *args: Any, **options: Any) -> None:
        TARGET.write_text(written(TARGET.read_text()))
