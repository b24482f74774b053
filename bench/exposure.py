"""Findings about exposed resources: how long it takes to look at all of an AWS account, and at one that changed.

python -m bench.exposure [--resources 2000]

Half of the resources let in somebody from outside: everybody, another AWS account, an organization, or a service. The
baseline, measured in the same run: to fetch them with their policies, and compile these.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from time import perf_counter
from typing import Any

KINDS = (
    ("s3.bucket", "arn:aws:s3:::bucket-{}", "s3:GetObject"),
    ("sqs.queue", "arn:aws:sqs:eu-west-1:123456789012:queue-{}", "sqs:SendMessage"),
    ("kms.key", "arn:aws:kms:eu-west-1:123456789012:key/{}", "kms:Decrypt"),
    ("secretsmanager.secret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s{}", "secretsmanager:*"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="How long it takes to find exposed resources.")
    parser.add_argument("--resources", type=int, default=2_000)
    number = parser.parse_args().resources
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        measure(prepare(number))


def prepare(number: int) -> Any:
    from accounts.models import AwsAccount
    from tests.services.resource_rows import ENFORCED, blocks, hold
    from tests.services.statements import document_text, trust

    aws_account = AwsAccount.objects.create(account_id="123456789012", name="Acme", emulated=True)
    blocks(aws_account)
    in_organization = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    principals: tuple[tuple[Any, Any], ...] = (
        ("*", None),
        ({"AWS": "210987654321"}, None),
        ({"Service": "sns.amazonaws.com"}, None),
        ("*", in_organization),
        *(({"AWS": f"arn:aws:iam::123456789012:role/r{each}"}, None) for each in range(4)),
    )
    for each in range(number):
        kind, arn, action = KINDS[each % len(KINDS)]
        principal, condition = principals[(each // len(KINDS)) % len(principals)]
        more = {"Condition": condition} if condition else {}
        text = document_text(trust(principal, action, Resource="*", Sid=f"S{each}", **more))
        hold(aws_account, kind, arn.format(each), text, facts=ENFORCED if kind == "s3.bucket" else {"grants": []})
    return aws_account


def measure(aws_account: Any) -> None:
    from access.exposure.finding_source import ExposureSource
    from findings.models import Finding
    from findings.refresh import refresh
    from policies.engine.compiled import compiled
    from resources.models import Resource, ResourcePolicy

    source = ExposureSource()
    rows = ResourcePolicy.objects.filter(resource__aws_account=aws_account).select_related("resource", "document")
    read = timed(lambda: [compiled(policy.document.text).statements for policy in rows])
    whole = timed(lambda: refresh(aws_account, sources=[source]))
    again = timed(lambda: refresh(aws_account, sources=[source]))
    ResourcePolicy.objects.order_by("pk")[0].delete()
    one = timed(lambda: refresh(aws_account, sources=[source]))
    found = Finding.objects.there().count()
    print(f"{Resource.objects.count():,} resources, {found:,} findings")
    for what, took in (("fetch and compile", read), ("all", whole), ("nothing changed", again), ("one changed", one)):
        print(f"{what:20} {took:7.2f} s  {took / read:6.1f} ×")


def timed(act: Any) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


if __name__ == "__main__":
    main()
