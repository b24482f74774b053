"""The inbox over 100,000 findings of one AWS account, against the same pages over a hundred.

python -m bench.findings [--findings 100000] [--rounds 15]

prints a line for each page and one of JSON. Times are the server's for a whole request, without the network.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from statistics import median, quantiles
from time import perf_counter
from typing import Any

MOST_MS, MOST_QUERIES = 150, 10
_RULES = 60
_AT_ONCE = 2_000


def main() -> None:
    parser = argparse.ArgumentParser(description="How long the inbox takes over many findings.")
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        large, small = _account("111122223333", options.findings), _account("444455556666", 100)
        sys.exit(report(measure(large, small, options.rounds)))


def _account(account_id: str, number: int) -> Any:
    from django.utils import timezone

    from accounts.models import AwsAccount
    from findings.looked import MAIN
    from findings.models import AccountRefresh, Finding, FindingSeverity
    from findings.tallies import recount
    from sync.models import Run

    aws_account = AwsAccount.objects.create(
        account_id=account_id, name=account_id, connection=AwsAccount.Connection.AMBIENT, emulated=True
    )
    now, severities = timezone.now(), list(FindingSeverity)
    for first in range(0, number, _AT_ONCE):
        Finding.objects.bulk_create(
            Finding(
                aws_account=aws_account,
                source="credentials",
                rule=f"bench.rule_{each % _RULES:02}",
                severity=severities[each % len(severities)],
                kind="iam.user",
                object_id=f"AIDA{each // 2:012}",
                name=f"user-{each // 2:06}",
                sentence=f"user-{each // 2:06} has something that is wrong, for the number {each}.",
                fingerprint=f"{each:064}",
                owner_name=f"team-{each % 40}" if each % 3 else "",
                state_since=now,
                first_seen=now,
                last_seen=now,
            )
            for each in range(first, min(number, first + _AT_ONCE))
        )
    recount(aws_account)
    about = {"source": MAIN, "trigger": Run.Trigger.SCHEDULE, "state": Run.State.DONE}
    Run.objects.create(aws_account=aws_account, finished_at=now, **about)
    AccountRefresh.objects.filter(aws_account=aws_account).update(looked_at=now)
    return aws_account


def measure(large: Any, small: Any, rounds: int) -> dict[str, dict[str, float]]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.pages import signed_in_client

    client, found = signed_in_client(), {}
    pages = {
        "inbox": "findings/",
        "by object": "findings/?sort=object",
        "by owner": "findings/?sort=owner",
        "by severity": "findings/?sort=severity",
        "one rule": "findings/?rule=bench.rule_07",
        "grave": "findings/?severity=grave",
        "a search": "findings/?q=user-0312",
        "overview": "",
        "rules": "findings/rules/",
    }
    for name, path in pages.items():
        urls = {key: f"/aws/{each.account_id}/{path}" for key, each in (("large", large), ("small", small))}
        times: dict[str, list[float]] = {"large": [], "small": []}
        for _ in range(rounds + 1):
            for key, url in urls.items():
                began = perf_counter()
                answer = client.get(url)
                times[key].append(perf_counter() - began)
                assert answer.status_code == 200, (url, answer.status_code)
        with CaptureQueriesContext(connection) as queries:
            client.get(urls["large"])
        ours, theirs = times["large"][1:], times["small"][1:]
        found[name] = {
            "p50": round(1000 * median(ours), 1),
            "p95": round(1000 * quantiles(ours, n=20, method="inclusive")[18], 1),
            "queries": len(queries),
            "ratio": round(median(ours) / median(theirs), 2),
        }
    return found


def report(found: dict[str, dict[str, float]]) -> int:
    for name, figures in found.items():
        print(f"{name:14} {figures}")
    print(json.dumps(found))
    return int(any(each["p95"] > MOST_MS for each in found.values()))


if __name__ == "__main__":
    main()
