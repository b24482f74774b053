"""Files that aren't what the AWS CLI prints: each is refused with a sentence, and nothing is stored."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AwsAccount
from sync.mirror.base import source_of_files
from sync.models import Facet, Run
from sync.snapshot.importing import new_aws_account
from sync.snapshot.reading import SnapshotError
from sync.snapshot.source import SnapshotContents
from tests.services.pulling import ACCOUNT
from tests.sync.snapshots import changed, import_, organisation, policy, role, user, write

GOOD = json.dumps(organisation(), indent=4).encode()


def examined(content: bytes, path: Path, **options: Any) -> SnapshotContents:
    path.write_bytes(content)
    return examined_at(path, **options)


def examined_at(path: Path, **options: Any) -> SnapshotContents:
    aws_account = new_aws_account(account_id=ACCOUNT, name="", partition="aws", environment="production")
    found: SnapshotContents = source_of_files().examine(path, aws_account, **options)  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \n\n", "The file is cut off"),
        (b"<html>", "isn’t JSON: lexical error: invalid char in json text in line 1, byte 1"),
        (b'{"UserDetailList": [\n{},,]}', "isn’t JSON: .* in line 2, byte 4 of it"),
        (GOOD[:-200], r"The file is cut off: it ends in line 1\d\d, byte \d+"),
        (GOOD + b"]", "isn’t JSON"),
        (b"[]", "not an object of lists"),
        (b"17", "not an object of lists"),
        (b'{"Users": []}', "It has none of Policies, GroupDetailList, UserDetailList, RoleDetailList."),
        (GOOD + b'{"Users": []}', "It has none of Policies"),
        (b'{"UserDetailList": {}}', "Its “UserDetailList” isn’t a list."),
        (b'{"UserDetailList": "a"}', "Its “UserDetailList” isn’t a list."),
        (b'{"UserDetailList": []}', "has no user, group, role or policy in it"),
        (b'{"UserDetailList": [17]}', "UserDetailList, number 1: isn’t an object"),
        (b'{"UserDetailList": [{"UserName": "\x00"}]}', "isn’t JSON: lexical error: invalid character inside string"),
        (b'{"UserDetailList": [{"UserName": "\\u0000"}]}', "There is a NUL character in a text"),
        (b'{"UserDetailList": [{"UserName": "\xff"}]}', "isn’t JSON: lexical error: invalid bytes in UTF8 string"),
        (b'{"UserDetailList": ' + b"[" * 100_000, "nested more than 100 levels deep"),
        (b'{"UserDetailList": [{"UserName": "' + b"x" * 50_000_000, "larger than 8 MB"),
        (b'{"UserDetailList": [{"UserName": 1e999}]}', "isn’t JSON"),
        (GOOD.decode().encode("utf-16"), "The file is UTF-16, as Windows PowerShell writes it"),
        (GOOD.decode().encode("utf-16-be"), "The file is UTF-16"),
        (gzip.compress(GOOD, mtime=0)[:-20], "The gzip file is damaged or cut off"),
        (b"\x1f\x8bno gzip", "The gzip file is damaged or cut off"),
        (gzip.compress(b'{"Users": []}', mtime=0), "It has none of Policies"),
    ],
)
def test_is_refused_with_a_sentence(content: bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=sentence):
        examined(content, tmp_path / "file")


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (user("jane", UserName=None), "UserDetailList, number 2: “UserName” isn’t a text"),
        (user("jane", Arn="jane"), "“jane” isn’t the ARN of a user"),
        (user("jane", Arn="arn:aws:iam::210987654321:user/jane"), "is of the AWS account 210987654321, not of 1234"),
        (user("jane", Arn=f"arn:aws-cn:iam::{ACCOUNT}:user/jane"), "of the partition aws-cn"),
        (user("jane", CreateDate="yesterday"), r"number 2 \(jane\): “CreateDate” isn’t a time in ISO 8601"),
        (user("jane", UserId="x" * 129), "“UserId” is longer than 128 characters"),
        (user("jane", GroupList="developers"), "“GroupList” isn’t a list"),
        (user("jane", Tags=[{"Key": "a"}]), r"“Tags\.0\.Value” is missing"),
        (user("jane", UserPolicyList=[{"PolicyName": "a", "PolicyDocument": 1}]), "isn’t a policy document"),
    ],
)
def test_says_which_object_is_not_as_aws_prints_it(broken: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    content = json.dumps(changed(UserDetailList=[user("ann"), broken])).encode()
    with pytest.raises(SnapshotError, match=sentence):
        examined(content, tmp_path / "file")


def test_counters_and_roles_are_looked_at_too(tmp_path: Path) -> None:
    untrusted = {name: value for name, value in role("a").items() if name != "AssumeRolePolicyDocument"}
    overflown = policy("p") | {"AttachmentCount": 2**40}
    for lists, sentence in (
        ({"RoleDetailList": [untrusted]}, "“AssumeRolePolicyDocument” is missing"),
        ({"Policies": [overflown]}, "“AttachmentCount” isn’t a count"),
    ):
        with pytest.raises(SnapshotError, match=sentence):
            examined(json.dumps(changed(**lists)).encode(), tmp_path / "file")


def test_what_aws_may_say_one_day_is_no_obstacle(tmp_path: Path) -> None:
    newer = changed(UserDetailList=[user("jane", Mood={"is": ["good"]})], Robots=[{"Id": 1}], More=None)
    assert examined(json.dumps(newer).encode(), tmp_path / "file").objects == 5


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    assert examined(b"\xef\xbb\xbf" + GOOD, tmp_path / "file").objects == 5


def test_the_limit_counts_what_is_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(GOOD + b" " * 3_000_000)
    with pytest.raises(SnapshotError, match="larger than 1 MB, unpacked"):
        examined(bomb, tmp_path / "file", longest=1024 * 1024)


def test_memory_stays_flat(tmp_path: Path) -> None:
    many = json.dumps(
        {"UserDetailList": [user(f"u{number}", Tags=[{"Key": "k", "Value": "v" * 200}]) for number in range(30_000)]}
    )
    path = tmp_path / "file"
    path.write_text(many)
    size = len(many)
    del many
    tracemalloc.start()
    found = examined_at(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.objects == 30_000
    assert peak < size / 4


@given(place=st.integers(0, len(GOOD) - 1), byte=st.binary(max_size=3), length=st.integers(0, 40))
def test_no_damage_gets_past_without_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: bytes, length: int
) -> None:
    """What is still JSON of AWS's shape is taken; all else is a SnapshotError, and never another exception."""
    damaged = GOOD[:place] + byte + GOOD[place + length :]
    path = tmp_path_factory.getbasetemp() / "damaged"
    try:
        found = examined(damaged, path)
    except SnapshotError as error:
        assert error.sentence()
    else:
        assert found.objects <= 5


@pytest.mark.django_db
def test_nothing_is_stored_of_a_bad_file(tmp_path: Path, settings: Any) -> None:
    for number, content in enumerate((GOOD[:-10], GOOD.replace(ACCOUNT.encode(), b"210987654321"))):
        path = tmp_path / str(number)
        path.write_bytes(content)
        with pytest.raises(CommandError, match=r"Nothing was imported\.$"):
            import_(path)
    assert not AwsAccount.objects.exists()
    assert not Run.objects.exists()
    assert not list(settings.IMPORT_DIR.glob("*"))


@pytest.mark.django_db(transaction=True)
def test_a_bad_file_takes_nothing_from_a_mirror(tmp_path: Path) -> None:
    import_(write(tmp_path / "good", organisation()))
    bad = tmp_path / "bad"
    bad.write_bytes(GOOD[:-10])
    with pytest.raises(CommandError, match="cut off"):
        import_(bad)
    assert Facet.objects.filter(gone_at__isnull=True).count() == 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"account": "12"}, "An AWS account id has 12 digits."),
        ({"taken_at": "soon"}, "--taken-at takes a time in ISO 8601"),
    ],
)
def test_says_what_is_wrong_with_what_was_typed(tmp_path: Path, options: dict[str, str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("import_snapshot", str(write(tmp_path / "f", organisation())), **{"account": ACCOUNT, **options})


@pytest.mark.django_db
def test_a_file_that_is_not_there() -> None:
    with pytest.raises(CommandError, match=r"/nowhere can’t be read: No such file or directory\."):
        import_("/nowhere")
