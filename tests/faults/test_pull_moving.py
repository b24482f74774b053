"""AWS changes while it is read: objects go, come and are renamed between two pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.mirrors import IamDetails
from identities.models import IamGroup, IamRole, IamUser, Membership
from policies.models import ManagedPolicy
from sync import pull
from sync.models import Revision, Run
from tests.conftest import wait_until
from tests.services.pulling import ACCOUNT, by_hand_only, policy_arn, pulled
from tests.services.statements import EC2, LAMBDA, allowing, trusting
from tests.services.workers import Worker

READ = "GetAccountAuthorizationDetails"
PAGES = 4  # of two objects each
Iam = Any


@dataclass(frozen=True)
class Act:
    """What somebody does outside this console, and which revisions it may make: (kind, name then, origin, gone)."""

    name: str
    do: Callable[[Iam], Any]
    makes: dict[tuple[str, str, bool], int]

    def __str__(self) -> str:
        return self.name


def delete(iam: Iam, name: str = "mia") -> None:
    iam.remove_user_from_group(GroupName="team", UserName=name)
    iam.delete_user(UserName=name)


def delete_and_make_again(iam: Iam) -> None:
    delete(iam)
    iam.create_user(UserName="mia")


ACTS = (
    Act("deletes a user", delete, {("mia", "outside", True): 1}),
    Act("makes a user that comes first", lambda iam: iam.create_user(UserName="aaa"), {("aaa", "outside", False): 1}),
    Act(
        "makes a role that comes last",
        lambda iam: iam.create_role(RoleName="zzz", AssumeRolePolicyDocument=trusting(EC2)),
        {("zzz", "outside", False): 1},
    ),
    Act("deletes and makes again", delete_and_make_again, {("mia", "outside", True): 1, ("mia", "outside", False): 1}),
    Act(
        "renames a user towards the end",
        lambda iam: iam.update_user(UserName="ann", NewUserName="zora"),
        {("zora", "outside", False): 1},
    ),
    Act(
        "renames a user towards the beginning",
        lambda iam: iam.update_user(UserName="zoe", NewUserName="aaa"),
        {("aaa", "outside", False): 1},
    ),
    Act("deletes a role", lambda iam: iam.delete_role(RoleName="exporter"), {("exporter", "outside", True): 1}),
)


def fill(emulator: Emulator) -> Iam:
    """A group, two policies, three users who are all in that group, a role: they come in this order."""
    iam = emulator.client("iam")
    iam.create_group(GroupName="team")
    for name in ("ann", "mia", "zoe"):
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName="team", UserName=name)
    iam.create_role(RoleName="exporter", AssumeRolePolicyDocument=trusting(LAMBDA))
    for name in ("one", "two"):
        iam.create_policy(PolicyName=name, PolicyDocument=allowing(f"s3:{name}"))
        iam.attach_group_policy(GroupName="team", PolicyArn=policy_arn(name))
    return iam


def in_aws(iam: Iam) -> dict[str, set[tuple[str, str]]]:
    """Id and name of everything."""
    lists = (
        ("list_users", "Users", "User"),
        ("list_groups", "Groups", "Group"),
        ("list_roles", "Roles", "Role"),
    )
    return {
        noun: {(item[f"{noun}Id"], item[f"{noun}Name"]) for item in getattr(iam, call)()[key]}
        for call, key, noun in lists
    }


def mirrored() -> dict[str, set[tuple[str, str]]]:
    models = {"User": IamUser, "Group": IamGroup, "Role": IamRole}
    return {noun: set(model.objects.live().values_list("aws_id", "name")) for noun, model in models.items()}


def revised_since(pk: int) -> Counter[tuple[str, str, bool]]:
    """(name, origin, gone) of every revision after that one."""
    models = (IamUser, IamGroup, IamRole, ManagedPolicy)
    names = {row.aws_id: row.name for model in models for row in model.objects.all()}
    found = Revision.objects.filter(pk__gt=pk).values_list("facet__object_id", "origin", "gone")
    return Counter((names[object_id], origin, gone) for object_id, origin, gone in found)


@pytest.mark.django_db
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_somebody_acts_between_any_two_pages(
    emulator: Emulator, aws_account: AwsAccount, settings: Any, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    settings.PULL_PAGE_ITEMS = 2
    monkeypatch.setattr(IamDetails, "reads_ahead", False)  # what is done after a page is done before the next is read
    for page in range(1, PAGES):
        again(emulator, aws_account, act, page)


def again(emulator: Emulator, aws_account: AwsAccount, act: Act, page: int) -> None:
    """A mirror of its own: the same objects have other ids each time."""
    emulator.reset()
    iam = fill(emulator)
    pulled(aws_account, lift_brake=True)
    newest = Revision.objects.latest("pk").pk

    def between(run: Run) -> None:
        if run.is_active and run.pages == page:
            act.do(iam)

    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    assert pull.finish(run.pk, progress=between)
    run.refresh_from_db()
    assert run.state == Run.State.DONE, run.error
    pulled(aws_account)
    assert mirrored() == in_aws(iam), page
    assert Membership.objects.live().count() == len(iam.get_group(GroupName="team")["Users"])
    assert revised_since(newest) == Counter(act.makes), page


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_somebody_acts_while_a_worker_reads(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker]
) -> None:
    by_hand_only(aws_account)
    iam = fill(emulator)
    pulled(aws_account)
    worker("pulls", PULL_PAGE_ITEMS="1")
    acts: list[Callable[[], Any]] = [
        lambda: delete(iam),
        lambda: iam.create_user(UserName="aaa"),
        lambda: iam.update_user(UserName="zoe", NewUserName="abc"),
        lambda: iam.put_role_policy(RoleName="exporter", PolicyName="new", PolicyDocument=allowing("s3:x")),
    ]
    emulator.rules([{"action": READ, "hold": True}])
    emulator.forget_calls()
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR)
    for act in acts:
        emulator.wait_for_calls(READ, state="held")
        act()
        emulator.release()
    emulator.rules([])
    emulator.release()

    def is_over() -> bool:
        run.refresh_from_db()
        return not run.is_active

    wait_until(is_over)
    assert run.state == Run.State.DONE, run.error
    pulled(aws_account)
    assert mirrored() == in_aws(iam)
    assert ACCOUNT in IamRole.objects.get().arn
