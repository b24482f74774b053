"""The console on PostgreSQL and Redis with an emulated AWS, for benchmarks of the whole: `bench.load`, `bench.soak`."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.visitor import EMAIL, make_operator

ACCOUNT_ID, BESIDE = "123456789012", "reports-read"
_DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}],
}


@contextmanager
def servers(data: Path | None = None, **environment: str) -> Iterator[Any]:
    """The two servers and the emulator, which is given; Django is set up, the tables are made.

    PostgreSQL has its data in that folder, and these variables.
    """
    from emulator.process import start_emulator
    from tests.services.servers import start_postgres, start_redis

    with tempfile.TemporaryDirectory(prefix="bench-") as folder, start_emulator() as emulator:
        os.environ |= {
            "IAMCONSOLE_STATE": folder,
            "DJANGO_SETTINGS_MODULE": "iamconsole.settings",
            "IAMCONSOLE_DEMO": "1",  # its operators sign in without a second factor
            "DATABASE_URL": start_postgres(data, **environment),
            "REDIS_URL": f"{start_redis()}/0",
            "AWS_EMULATOR_URL": emulator.url,
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        make_operator()
        yield emulator


def emulated_account(emulator: Any, users: int) -> Any:
    """An AWS account with so many users and a policy, connected to the emulator; it isn't read yet."""
    from accounts.models import AwsAccount

    iam = emulator.client("iam")
    iam.create_policy(PolicyName=BESIDE, PolicyDocument=json.dumps(_DOCUMENT))
    for number in range(users):
        iam.create_user(UserName=f"user-{number:04}")
    about = {"name": "Emulated", "connection": AwsAccount.Connection.AMBIENT, "emulated": True, "writes_enabled": True}
    return AwsAccount.objects.create(account_id=ACCOUNT_ID, **about)


def erin() -> Any:
    """The operator, an editor."""
    from accounts.models import Operator

    return Operator.objects.get(email=EMAIL)


def attaching(aws_account: Any, first: int, many: int) -> Any:
    """A change that attaches the policy to so many users, from that one on; applied as far as queueing it."""
    from identities.models import IamUser
    from identities.operations import attach
    from policies.models import ManagedPolicy
    from sync import changes

    policy = ManagedPolicy.objects.get(name=BESIDE, aws_account=aws_account)
    users = IamUser.objects.live().filter(aws_account=aws_account).order_by("name")[first : first + many]
    steps = [attach(user, policy.arn) for user in users]
    change = changes.propose(aws_account=aws_account, actor=erin(), title="Let them read", reason="", steps=steps)
    changes.apply(change=change, actor=erin())
    return change
