"""Questions over AWS accounts: who may, of forty of them with 5,000 objects each, and who gets there by their roles.

python -m bench.across [--accounts 40] [--share 3]

prints a line for each figure. A bucket of the first AWS account is open to all of them; roles of each may be assumed
from the next one. Times are those of the processor. "cold" makes the indexes; "warm" has them, and asks about an action
that was asked about before. A pattern of actions is asked as the actions that policies tell apart, in each AWS account.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from time import process_time
from typing import Any

BUCKET = "arn:aws:s3:::shared-estate"


def main() -> None:
    parser = argparse.ArgumentParser(description="How long questions over AWS accounts take.")
    parser.add_argument("--accounts", type=int, default=40)
    parser.add_argument("--share", type=int, default=3, help="one of so many of 10,000 principals is in each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {
            "IAMCONSOLE_STATE": folder,
            "DJANGO_SETTINGS_MODULE": "iamconsole.settings",
            "ACCESS_INDEX_PRINCIPALS": "1000000",
        }
        import django

        django.setup()
        from django.core.management import call_command

        from iamconsole.garbage import collect_rarely

        collect_rarely()  # as web processes do
        call_command("migrate", verbosity=0)
        figures = measure(prepare(options.accounts, options.share))
    for name, (value, unit, wanted) in figures.items():
        print(f"{name}: {value:,.2f} {unit} (wanted: at most {wanted})")
    print(json.dumps({"benchmark": "across", **{name: round(value, 2) for name, (value, *_) in figures.items()}}))


def prepare(accounts: int, share: int) -> Any:
    from bench.shared_policies import fill
    from identities.edges import keep_trusted
    from identities.models import IamRole
    from policies.document_reach import note_new
    from tests.services.organization_rows import complete
    from tests.services.resource_rows import hold
    from tests.services.rows import make_document
    from tests.services.statements import document_text, trust, trusting

    made = [fill(f"2{number:011}", share) for number in range(accounts)]
    for number, aws_account in enumerate(made):
        complete(aws_account, "org.membership")
        other = f"arn:aws:iam::{made[number - 1].account_id}:root"
        roles = IamRole.objects.filter(aws_account=aws_account).order_by("pk")[:3]
        for row in roles:
            row.trust, row.trusted = make_document(trusting(other)), [{"type": "AWS", "value": other}]
            row.save(update_fields=["trust", "trusted"])
        keep_trusted(IamRole.objects.filter(pk__in=[row.pk for row in roles]))
    strangers = {"StringNotEquals": {"aws:PrincipalAccount": "999999999999"}}
    policy = document_text(trust({"AWS": "*"}, "s3:*", Resource="*", Condition=strangers))
    hold(made[0], "s3.bucket", BUCKET, policy)
    while note_new():
        pass
    return made[0]


def measure(aws_account: Any) -> dict[str, tuple[float, str, float]]:
    cold, listed = _asked(aws_account, f"{BUCKET}/0")
    warm, _ = min((_asked(aws_account, f"{BUCKET}/{number}") for number in range(1, 4)), key=lambda each: each[0])
    own, _ = _asked(aws_account, "arn:aws:s3:::data-7/reports/2026.csv")
    of_patterns = {
        f"who can {action} on what is open to all, {told}": (
            _asked(aws_account, f"{BUCKET}/{number}", action)[0],
            "s",
            wanted,
        )
        for number, action in enumerate(("s3:Get*", "*"), start=10)
        for told, wanted in (("first", 2.0), ("again", 1.0))
    }
    print(f"{listed:,} may, over {_accounts():,} AWS accounts")
    return {
        "who can on what is open to all, cold": (cold, "s", 30),
        "who can on what is open to all, warm": (warm, "s", 1),
        "who can on what is open to nobody else": (own, "s", 1),
        **of_patterns,
        "memory of the process": (_memory(), "MB", 1500),
    }


def _asked(aws_account: Any, resource: str, action: str = "s3:GetObject") -> tuple[float, int]:
    """With a page of lines, and a page's part of the search for chains."""
    from access.resource_sides.lookup import everybody
    from access.who_can import chains
    from access.who_can.answer import WhoCanAnswer
    from iamconsole.web.once import page_is_made

    asked = {"action": action, "resource": resource, "context": {}}
    with page_is_made():
        began = process_time()
        answer = WhoCanAnswer(aws_account, asked, may_see=everybody)
        lines = list(answer.lines(0, 200))
        found = chains.chains_of(answer)
        chains.described(answer, found.shown[: chains.SHOWN])
        taken = process_time() - began
    print(
        f"{action} on {resource}: {len(lines)} lines of {answer.total:,}, {len(found.shown):,} by a role, {taken:.2f} s"
    )
    return taken, answer.total


def _accounts() -> int:
    from accounts.models import AwsAccount

    return AwsAccount.objects.count()


def _memory() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1_000_000


if __name__ == "__main__":
    main()
