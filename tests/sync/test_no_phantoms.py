"""No phantom revisions: AWS that says the same in other words has not changed.

Items of every registered mirror as the emulator gives them, and users, groups, roles and policies with all that AWS
allows in them, are told otherwise (tests/sync/retelling.py) and looked at, or stored, again.
"""

from __future__ import annotations

import json
from datetime import UTC
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync import mirror, schedule
from sync.aws.answers import _document
from sync.aws.client import reader
from sync.mirror import AccountRegion, Item, Mirror, NotYet, RunVisit
from sync.mirror.batches import Merger
from sync.mirror.hashing import fingerprint
from sync.models import Revision, Run
from tests.services.pulling import READ_ONLY, policy_arn, pull_all, seed
from tests.services.statements import allowing
from tests.sync.retelling import in_parts, reworded, shuffled

# ---- Items with all that AWS allows in them ------------------------------------------------------------------
NAMES = st.text("abcXYZ019+=,.@_-", min_size=1, max_size=10)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10)
MOMENTS = st.datetimes(timezones=st.just(UTC))
ARNS = st.builds("arn:aws:iam::123456789012:policy/{}".format, NAMES)


def one_or_many(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, st.lists(values, min_size=1, max_size=3))


def some_of(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


STATEMENTS = st.builds(
    lambda always, sometimes: always | sometimes,
    st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(["Allow", "Deny"]),
            "Action": one_or_many(st.sampled_from(["s3:GetObject", "s3:List*", "iam:PassRole", "*"])),
        }
    ),
    some_of(
        Sid=st.text("abc", max_size=3),
        Resource=one_or_many(st.sampled_from(["*", "arn:aws:s3:::reports/*", "arn:aws:s3:::a"])),
        Principal=st.one_of(
            st.just("*"), st.dictionaries(st.sampled_from(["AWS", "Service"]), one_or_many(ARNS), min_size=1)
        ),
        Condition=st.dictionaries(
            st.sampled_from(["StringEquals", "ArnLike"]),
            st.dictionaries(st.sampled_from(["aws:PrincipalTag/a", "aws:SourceArn"]), one_or_many(TEXTS), min_size=1),
        ),
    ),
)
DOCUMENTS = st.builds(
    json.dumps, st.fixed_dictionaries({"Version": st.just("2012-10-17"), "Statement": one_or_many(STATEMENTS)})
)
INLINE = st.lists(
    st.fixed_dictionaries({"PolicyName": NAMES, "PolicyDocument": DOCUMENTS}),
    max_size=3,
    unique_by=lambda each: each["PolicyName"],
)
ATTACHED = st.lists(st.fixed_dictionaries({"PolicyName": NAMES, "PolicyArn": ARNS}), max_size=3)
TAGS = st.lists(
    st.fixed_dictionaries({"Key": NAMES, "Value": TEXTS}), max_size=3, unique_by=lambda tag: tag["Key"].lower()
)
BOUNDARY = st.fixed_dictionaries({"PermissionsBoundaryType": st.just("Policy"), "PermissionsBoundaryArn": ARNS})
VERSIONS = st.lists(
    st.fixed_dictionaries(
        {"VersionId": st.sampled_from(["v1", "v2", "v3", "v14"]), "Document": DOCUMENTS, "CreateDate": MOMENTS}
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda version: version["VersionId"],
)


def principal(noun: str, **members: st.SearchStrategy[Any]) -> st.SearchStrategy[Item]:
    own = {f"{noun}Id": st.just(f"A{noun.upper()}1"), f"{noun}Name": NAMES, f"{noun}PolicyList": INLINE}
    common = {"Arn": ARNS, "Path": st.just("/"), "CreateDate": MOMENTS, "AttachedManagedPolicies": ATTACHED}
    return st.fixed_dictionaries({**own, **common, **members})


ITEMS: dict[str, st.SearchStrategy[Item]] = {
    "iam.group": principal("Group"),
    "iam.user": principal(
        "User", GroupList=st.lists(NAMES, max_size=3, unique=True), Tags=TAGS, PermissionsBoundary=BOUNDARY
    ),
    "iam.role": principal(
        "Role",
        AssumeRolePolicyDocument=DOCUMENTS,
        Tags=TAGS,
        PermissionsBoundary=BOUNDARY,
        RoleLastUsed=some_of(LastUsedDate=MOMENTS, Region=st.just("eu-west-1")),
    ),
    "iam.policy": st.fixed_dictionaries(
        {
            "PolicyId": st.just("ANPA1"),
            "PolicyName": NAMES,
            "Arn": ARNS,
            "Path": st.just("/"),
            "DefaultVersionId": st.just("v1"),
            "AttachmentCount": st.integers(0, 9),
            "PermissionsBoundaryUsageCount": st.integers(0, 9),
            "IsAttachable": st.booleans(),
            "CreateDate": MOMENTS,
            "UpdateDate": MOMENTS,
            "PolicyVersionList": VERSIONS,
        }
    ),
}
kinds = pytest.mark.parametrize("kind", ITEMS)


def meaning(kind: str, item: Item) -> str:
    return fingerprint(mirror.mirror_of(kind).see(item).content)


ANYHOW = st.randoms(use_true_random=True)


@kinds
@given(data=st.data(), chance=ANYHOW)
def test_told_otherwise_it_means_the_same(kind: str, data: st.DataObject, chance: Random) -> None:
    item = data.draw(ITEMS[kind])
    assert meaning(kind, reworded(item, chance)) == meaning(kind, item)


@kinds
@given(data=st.data(), chance=ANYHOW)
def test_cut_in_parts_it_means_the_same(kind: str, data: st.DataObject, chance: Random) -> None:
    """Each part at the end of its page; what waits for the next page waits as JSON."""
    item = data.draw(ITEMS[kind])
    parts = in_parts(reworded(item, chance), chance)
    held: dict[str, Item] = {}
    whole: list[Item] = []
    for number, part in enumerate(parts, start=1):
        merger = Merger("details", held)
        whole += merger.take({kind: [part]}, last=number == len(parts)).get(kind, [])
        held = json.loads(json.dumps(merger.held))
    assert [meaning(kind, each) for each in whole] == [meaning(kind, item)]


@given(document=st.one_of(DOCUMENTS, TEXTS.map("{{{}".format)), safe=st.text("/:*,-_.~", max_size=4))
def test_a_document_reads_the_same_however_it_is_encoded(document: str, safe: str) -> None:
    for encoded in (quote(document, safe=safe), quote(document, safe="").replace("%3A", "%3a"), document):
        assert _document(encoded) == document


# ---- Items of every registered mirror ------------------------------------------------------------------------


@pytest.fixture
def pulled_twice(emulator: Emulator, aws_account: AwsAccount) -> None:
    """An AWS account with some of everything, from which every source was read, each twice."""
    iam = seed(emulator)
    iam.create_policy(PolicyName="bounds", PolicyDocument=allowing("s3:*"), Tags=[{"Key": "a", "Value": "b"}])
    iam.put_user_permissions_boundary(UserName="jane", PermissionsBoundary=policy_arn("bounds"))
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    iam.create_login_profile(UserName="jane", Password="Correct-Horse-7")
    for _ in range(2):
        iam.create_access_key(UserName="jane")
        iam.create_virtual_mfa_device(VirtualMFADeviceName=f"mfa{_}")
    iam.create_instance_profile(InstanceProfileName="servers")
    iam.add_role_to_instance_profile(InstanceProfileName="servers", RoleName="exporter")
    iam.create_open_id_connect_provider(
        Url="https://token.example.com", ClientIDList=["b", "a"], ThumbprintList=["0" * 40, "1" * 40]
    )
    iam.create_account_alias(AccountAlias="acme")
    for _ in range(2):
        for source in schedule.in_order():
            if source.serves(aws_account):
                pull_all(aws_account, source=source.name)


def items_of_all(aws_account: AwsAccount) -> list[tuple[Mirror, list[Item]]]:
    """What each source gives once more."""
    client, place = reader(aws_account), AccountRegion(aws_account)
    found = []
    for source in schedule.in_order():
        if not source.serves(aws_account) or Run.objects.filter(source=source.name, state="done").count() < 2:
            continue
        try:
            pages = list(source.pages(client, None, place))
        except NotYet:
            continue
        for kind in source.kinds:
            items = [item for page in pages for item in page.items.get(kind, ())]
            found.append((mirror.mirror_of(kind, source.facet), items))
    return found


@pytest.mark.django_db
def test_pulling_twice_makes_none(pulled_twice: None) -> None:
    again = Revision.objects.filter(number__gt=1).select_related("facet")
    assert [(each.facet.kind, each.facet.source, each.content) for each in again] == []


@pytest.mark.django_db
def test_no_mirror_takes_other_words_for_a_change(pulled_twice: None, aws_account: AwsAccount) -> None:
    found = items_of_all(aws_account)
    assert {each.source for each, items in found if items} > {"details", "keys", "mfa", "login"}
    run = Run.objects.latest("pk")
    visit = RunVisit(run, reader(aws_account), False, lambda counts: None)
    before = Revision.objects.count()

    @given(chance=ANYHOW)
    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    def answered_otherwise(chance: Random) -> None:
        for each, items in found:
            described = [reworded(item, chance) for item in shuffled(items, chance)]
            mirror.store(
                visit, each, [mirror.ObservedItem(each, item) for item in described], requested_at=timezone.now()
            )
            changed = Revision.objects.filter(number__gt=1).values_list("facet__kind", "facet__source", "content")
            assert list(changed) == [], described
            assert Revision.objects.count() == before, f"{each.kind} {each.source}: a new object?"

    answered_otherwise()
