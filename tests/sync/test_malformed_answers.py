"""Answers that lack what AWS's have: the source fails with a sentence, or the one object isn't read; nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.credentials.mirrors import AccessKeysMirror
from identities.mirrors import IamDetails
from identities.models import AccessKey, IamUser
from sync import refresh
from sync.mirror import SourcePage
from sync.models import Facet, Revision, Run
from tests.services.credentials import pull
from tests.services.pulling import pull_all

pytestmark = pytest.mark.django_db
Garble = Callable[[dict[str, Any]], object]


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    client = emulator.client("iam")
    for name in ("ann", "ben"):
        client.create_user(UserName=name)
        client.create_access_key(UserName=name)
    pull(aws_account, "iam.details", "iam.keys")
    return client


@pytest.mark.parametrize(
    ("garble", "why"),
    [
        (lambda user: user.pop("UserId"), "KeyError: 'UserId'"),
        (lambda user: user.pop("Path"), "KeyError: 'Path'"),
        (lambda user: user.update(Tags="none"), "TypeError"),
        (lambda user: user.update(GroupList=[{"GroupName": "a"}, "b"]), "TypeError"),
        (lambda user: user.update(CreateDate="yesterday"), "ValueError"),
    ],
)
def test_a_page_with_half_a_user(
    iam: Any, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, garble: Garble, why: str
) -> None:
    pages, before = IamDetails.pages, Revision.objects.count()

    def garbled(*args: Any) -> Iterator[SourcePage]:
        for page in pages(*args):
            for user in page.items["iam.user"][:1]:
                garble(user)
            yield page

    monkeypatch.setattr(IamDetails, "pages", garbled)
    run = pull_all(aws_account)
    assert (run.state, run.error["class"], run.gone) == (Run.State.FAILED, "MalformedAnswerError", 0)
    assert f"It can't be understood ({why}" in run.error["sentence"]
    assert (IamUser.objects.live().count(), Revision.objects.count()) == (2, before)


def test_an_answer_without_its_list(iam: Any, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    answer: dict[str, Any] = {}

    def garbled(*args: Any) -> Iterator[SourcePage]:
        yield SourcePage({"iam.user": answer["UserDetailList"]}, None, timezone.now())

    monkeypatch.setattr(IamDetails, "pages", garbled)
    run = pull_all(aws_account)
    assert (run.error["class"], IamUser.objects.live().count()) == ("MalformedAnswerError", 2)


def test_one_user_of_whom_nobody_understands_the_keys(
    iam: Any, aws_account: AwsAccount, erin: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = AccessKeysMirror.entries

    def garbled(self: AccessKeysMirror, client: Any, user_name: str) -> Iterator[dict[str, Any]]:
        yield from ([{"Status": "Active"}] if user_name == "ann" else entries(self, client, user_name))

    monkeypatch.setattr(AccessKeysMirror, "entries", garbled)
    ann = IamUser.objects.get(name="ann")
    assert pull(aws_account, "iam.keys").seen == 2
    held = dict(Facet.objects.filter(source="keys").values_list("object_id", "coverage"))
    assert (held.pop(ann.aws_id), list(held.values())) == ("unsupported", ["read"])
    run = refresh.start(row=ann, actor=erin)
    refresh.work(run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.DONE
    assert "Access keys: The answer to the call is none that AWS gives." in str(run.log)
    assert AccessKey.objects.live().count() == 2
