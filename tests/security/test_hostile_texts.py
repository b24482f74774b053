"""Whoever writes in AWS names things as they like: no page runs it, no spreadsheet computes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from identities.models import IamUser
from policies.models import ManagedPolicy
from sync.models import Change, Facet, Revision, Run
from tests.conftest import ACCOUNT_ID
from tests.services.rows import attach, join, make_document, make_group, make_policy, make_role, make_user, put_inline
from tests.sync.planned import proposed, rested

TEXT = "'\"></textarea></script><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:7 }}`${7*7}`\x85"
ERROR = {
    "class": "AccessDeniedError",
    "code": TEXT,
    "words": TEXT,
    "sentence": TEXT,
    "request_id": TEXT,
    "statement": {"a": TEXT},
}


@pytest.fixture
def world(aws_account: AwsAccount, alice: Operator) -> dict[str, str]:
    """A name, path, tag, document, error, title and reason like that; returns the ids that addresses need."""
    aws_account.name = TEXT[:80]
    aws_account.save()
    user = make_user(aws_account, TEXT, tags={TEXT: TEXT, "Name": TEXT}, path=f"/{TEXT}/", boundary_arn=TEXT)
    group, role = (
        make_group(aws_account, TEXT),
        make_role(
            aws_account,
            TEXT,
            tags={TEXT: TEXT},
            trusted=[
                {"type": "AWS", "value": TEXT},
                {"type": "Service", "value": TEXT},
            ],
            trust=make_document(f'{{"Statement": "{TEXT}'),
        ),
    )
    policy = make_policy(aws_account, f"p{TEXT}", versions=2)
    join(user, group)
    for owner in (user, group, role):
        attach(owner, policy)
        put_inline(owner, TEXT)
    _history(user)
    change = proposed(aws_account, alice, title=TEXT[:200], reason=TEXT)
    rested(change, "failed", "failed", error=ERROR)
    run = Run.objects.create(
        aws_account=aws_account,
        source=TEXT[:40],
        trigger="operator",
        state="failed",
        error=ERROR,
        log=[{"at": timezone.now().isoformat(), "line": TEXT}],
    )
    written = ManagedPolicy.objects.get(name="reports-write")
    return {
        "user": user.aws_id,
        "group": group.aws_id,
        "role": role.aws_id,
        "policy": policy.aws_id,
        "change": str(change.pk),
        "run": str(run.pk),
        "written": written.aws_id,
    }


def _history(user: IamUser) -> None:
    now = timezone.now()
    facet = Facet.objects.create(
        aws_account=user.aws_account,
        kind=user.kind,
        object_id=user.aws_id,
        source="details",
        raw_hash="",
        fingerprint="",
        read_at=now,
    )
    for number in (1, 2):
        content = {TEXT: TEXT, "number": number}
        Revision.objects.create(facet=facet, number=number, content=content, seen_at=now, origin="outside")


PAGES = """
changes/ changes/{change}/ changes/{change}/?show=plan pulls/ pulls/{run}/ users/ groups/ roles/ policies/
users/{user}/ users/{user}/groups/ users/{user}/tags/ users/{user}/history/ users/{user}/raw/
groups/{group}/ groups/{group}/members/ groups/{group}/history/ roles/{role}/ roles/{role}/trust/ roles/{role}/tags/
policies/{policy}/ policies/{policy}/versions/ policies/{policy}/attached/ policies/{policy}/do/edit/
users/stage/?pick={user} users/stage/attach/?pick={user} users/stage/join/?pick={user} groups/{group}/do/add-users/
groups/{group}/do/remove-users/?users={user} policies/{policy}/do/make-default/?version=v1 policies/{written}/do/edit/
users/{user}/do/detach/?policy={policy}
"""
ELSEWHERE = [
    "/search/?q=script",
    "/audit/",
    "/accounts/",
    f"/accounts/{ACCOUNT_ID}/",
    "/admin/identities/iamuser/",
    "/admin/sync/change/",
    "/admin/accounts/awsaccount/",
]


@pytest.mark.parametrize(
    "address", [f"/aws/{ACCOUNT_ID}/", *(f"/aws/{ACCOUNT_ID}/{page}" for page in PAGES.split()), *ELSEWHERE]
)
def test_no_page_runs_it(
    world: dict[str, str], alice: Operator, client_of: Callable[..., Client], address: str
) -> None:
    answer = client_of(alice).get(address.format(**world))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert '"></textarea>' not in html


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "＝"])
def test_no_spreadsheet_computes_it(
    aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client], start: str
) -> None:
    make_user(aws_account, f'{start}HYPERLINK("https://evil.example")', tags={f"{start}1": f"{start}2"})
    answer = client_of(bob).get(f"/aws/{ACCOUNT_ID}/users/?format=csv")
    cells = answer.getvalue().decode()
    assert f"'{start}HYPERLINK" in cells
    assert f",{start}1" not in cells


def test_a_change_keeps_what_it_is_called(world: dict[str, str]) -> None:
    assert Change.objects.get(pk=int(world["change"])).title == TEXT[:200]
