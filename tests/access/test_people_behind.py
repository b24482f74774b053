"""Who can ends at people: by permission sets, through groups, over AWS accounts; and nobody is named to strangers."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.models import DirectorySettings, DirectoryUser
from resources.models import Resource
from sync.models import Run
from tests.access.mirrored import ID, arn, role, user
from tests.services.directory_rows import RESERVED_PATH, DirectoryRows, reserved_name
from tests.services.organization_rows import complete
from tests.services.pages import address, get, text_of
from tests.services.resource_rows import hold
from tests.services.statements import allow, document_text, trust

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
DATA, BUCKET = "111111111111", "arn:aws:s3:::ledger"
ASKED = f"?action=s3:GetObject&resource={BUCKET}/a"
NAMES = ("Dana", "Tom Becker", "Priya", "okafor", "acme.example", "u-dana", "u-priya")
FILES = ("csv", "people", "chains")
SAML = {"Federated": arn("saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE")}


def words(html: str) -> str:
    return " ".join(text_of(html).split())


def set_role(aws_account: AwsAccount, set_name: str, *statements: Any) -> Any:
    trusted = {"Federated": SAML["Federated"].replace(ID, aws_account.account_id)}
    return role(aws_account, reserved_name(set_name), *statements, trusts=trusted, path=RESERVED_PATH)


@dataclass
class Arranged:
    center: DirectoryRows
    home: AwsAccount  # has the bucket
    data: AwsAccount
    dana: DirectoryUser
    priya: DirectoryUser


@pytest.fixture
def held(alone: AwsAccount) -> Arranged:
    """Dana and Tom, who is disabled, are in platform, which has Reader in the bucket's AWS account. Priya has Ops in
    Data, and its role may assume ledger-reader here."""
    data = AwsAccount.objects.create(account_id=DATA, name="Data", emulated=True)
    complete(data, "org.membership")
    center = DirectoryRows(alone)
    dana, tom, priya = (center.person(name) for name in ("dana.okafor", "tom.becker", "priya.nair"))
    DirectoryUser.objects.filter(pk=tom.pk).update(status="DISABLED")
    center.assign(center.permission_set("Reader", alone), alone, center.group("platform", dana, tom))
    center.assign(center.permission_set("Ops", data), data, priya)
    set_role(alone, "Reader", allow("s3:GetObject", Sid="Read"))
    ops = set_role(data, "Ops", allow("sts:AssumeRole", Sid="Assume"))
    reader = role(alone, "ledger-reader", allow("s3:*"), trusts=ops.arn)
    hold(alone, "s3.bucket", BUCKET, document_text(trust({"AWS": reader.arn}, "s3:GetObject", Resource=f"{BUCKET}/*")))
    return Arranged(center, alone, data, dana, priya)


def people_of(html: str) -> str:
    """What the panel says."""
    return words(html.partition('id="people"')[2].partition("</section>")[0])


def test_a_permission_set_ends_at_people(held: Arranged, alice: Operator, client_of: ClientOf) -> None:
    Grant.objects.create(operator=alice, role=Role.OWNER)
    html = get(client_of(alice), "who_can", ASKED)
    said = people_of(html)
    assert "Dana Okafor dana.okafor in platform , which has the permission set Reader in Acme" in said
    assert f"takes on {reserved_name('Reader')} which is allowed it: inline policy own, statement Read" in said
    assert "Tom Becker tom.becker Disabled: no new sessions" in said
    assert "Permission set Reader: 1 person, 1 disabled" in words(html)
    graph = html.partition('id="graph"')[2]
    assert "Dana Okafor and Tom Becker, by permission set Reader" in graph and "take on" in graph


def test_a_chain_ends_at_people(held: Arranged, alice: Operator, client_of: ClientOf) -> None:
    Grant.objects.create(operator=alice, role=Role.OWNER)
    ops = set_role(held.home, "Night", allow("sts:AssumeRole", arn("role/nightly"), Sid="Nightly"))
    role(held.home, "nightly", allow("s3:GetObject", Sid="All"), trusts=ops.arn)
    held.center.assign(held.center.permission_set("Night", held.home), held.home, held.priya)
    said = people_of(get(client_of(alice), "who_can", ASKED))
    assert "Priya Nair priya.nair has directly the permission set Ops in Data" in said
    assert "has directly the permission set Night in Acme" in said
    assert f"takes on {reserved_name('Night')} assumes nightly : inline policy own, statement Nightly" in said
    assert "which is allowed it: inline policy own, statement All" in said


def test_over_two_aws_accounts(held: Arranged, alice: Operator, client_of: ClientOf) -> None:
    """A permission set's role there, a role here, and the bucket, whose policy names that."""
    Grant.objects.create(operator=alice, role=Role.OWNER)
    html = get(client_of(alice), "who_can", ASKED)
    said = people_of(html)
    assert "Priya Nair priya.nair has directly the permission set Ops in Data (111111111111)" in said
    assert f"takes on {reserved_name('Ops')} assumes ledger-reader : inline policy own, statement Assume" in said
    assert "Dana Okafor" in said


def test_what_lies_in_an_aws_account_that_one_may_not_see(
    held: Arranged, alice: Operator, charlie: Operator, client_of: ClientOf
) -> None:
    """Alice owns Acme alone: that Priya gets in by Data isn't told; who goes over Data and back, is, without names.
    Charlie may see IAM of Data alone, and learns nobody's name."""
    shop = AwsAccount.objects.create(account_id="222222222222", name="Shop", emulated=True)
    complete(shop, "org.membership")
    night = set_role(held.home, "Night", allow("sts:AssumeRole"))
    held.center.assign(held.center.permission_set("Night", held.home), held.home, held.priya)
    middle = role(shop, "go-between", allow("sts:AssumeRole"), trusts=night.arn)
    role(held.home, "nightly", allow("s3:GetObject"), trusts=middle.arn)
    for told in (
        get(client_of(alice), "who_can", ASKED),
        file_of(client_of(alice), "who_can", f"{ASKED}&format=people"),
    ):
        assert "Priya Nair" in told
        assert "a role in an AWS account that you can’t see" in told
        assert "go-between" not in told and "Ops" not in told and "Shop" not in told
    Grant.objects.create(operator=charlie, role=Role.VIEWER, aws_account=held.data)
    pages = [get(client_of(charlie), "who_can", ASKED, account_id=DATA)]
    pages += [file_of(client_of(charlie), "who_can", f"{ASKED}&format={each}", account_id=DATA) for each in FILES]
    for told in pages:
        assert [name for name in (*NAMES, "platform", "ledger-reader", "Reader") if name in told] == []


def test_by_two_groups_and_two_ways(held: Arranged, alice: Operator, client_of: ClientOf) -> None:
    """One way by two groups is one; who is in many groups is one person."""
    Grant.objects.create(operator=alice, role=Role.OWNER)
    reader = held.center.permission_set("Second", held.home)
    set_role(held.home, "Second", allow("s3:*"))
    held.center.assign(reader, held.home, held.center.group("audit", held.dana))
    held.center.assign(reader, held.home, held.center.group("board", held.dana))
    html = get(client_of(alice), "who_can", ASKED)
    said = people_of(html)
    assert said.count("Dana Okafor") == 1
    assert "in audit and board , which have the permission set Second" in said
    assert "2 people, 1 disabled by Identity Center." in words(html)


def test_who_may_not_know_names_is_told_groups_and_numbers(held: Arranged, bob: Operator, client_of: ClientOf) -> None:
    """Bob sees IAM of the AWS account, and nobody's name: on the page, in files, in the graph."""
    held.center.assign(held.center.permission_set("Direct", held.home), held.home, held.priya)
    set_role(held.home, "Direct", allow("s3:*"))
    client = client_of(bob)
    html = get(client, "who_can", ASKED)
    assert "platform 1 person, 1 disabled has the permission set Reader" in people_of(html)
    assert "A person has directly the permission set Direct" in people_of(html)
    files = [file_of(client, "who_can", f"{ASKED}&format={each}") for each in FILES]
    for told in (html, *files):
        assert [name for name in NAMES if name in told] == []
    lines = list(csv.DictReader(files[1].splitlines()))
    assert [(each["Person"], each["Groups"], each["People"], each["Disabled"]) for each in lines] == [
        ("", "platform", "2", "1"),
        ("a person", "", "1", "0"),
    ]
    assert not AuditEntry.objects.filter(verb__startswith="directory.").exists()


def file_of(client: Client, name: str, query: str, **more: str) -> str:
    answer: Any = client.get(f"{address(name, **more)}{query}")
    return b"".join(answer.streaming_content).decode()


def test_files_have_names_for_who_may_take_them_away(
    held: Arranged, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    asked = f"{ASKED}&format=people"
    dana, tom = csv.DictReader(file_of(client_of(erin), "who_can", asked).splitlines())
    assert (dana["Person"], dana["User name"], dana["Groups"]) == ("Dana Okafor", "dana.okafor", "platform")
    assert (dana["Permission set"], dana["Answer"], tom["Disabled"]) == ("Reader", "allowed", "1")
    assert AuditEntry.objects.get(verb="directory.people_exported").data == {
        "by": ["who_can"],
        "rows": 2,
        "what": "people",
    }
    assert "Dana" in get(client_of(anton), "who_can", ASKED)  # who sees people, and exports none
    assert AuditEntry.objects.get(verb="directory.people_listed").data == {"by": ["who_can"]}
    assert "Dana" not in file_of(client_of(anton), "who_can", asked)


def test_what_is_not_read_is_unknown_not_nobody(held: Arranged, alice: Operator, client_of: ClientOf) -> None:
    Run.objects.filter(source="sso.assignments").delete()
    said = people_of(get(client_of(alice), "who_can", ASKED))
    assert "Of 1 role: It was not pulled yet." in said
    held.center.instance.gone_at = held.center.instance.first_seen
    held.center.instance.save()
    said = people_of(get(client_of(alice), "who_can", ASKED))
    assert "Of 1 role: No connected AWS account administers this instance" in said


def test_people_who_are_not_kept_are_counted(held: Arranged, alice: Operator, client_of: ClientOf) -> None:
    DirectorySettings.objects.create(aws_account=held.home, mirrors_people=False)
    DirectoryUser.objects.all().delete()
    assert "platform 2 people has the permission set Reader" in people_of(get(client_of(alice), "who_can", ASKED))


def test_an_aws_account_without_identity_center_asks_nothing_more(
    alone: AwsAccount, alice: Operator, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    user(alone, "anna", allow("s3:*"))
    html = get(client_of(alice), "who_can", ASKED)
    assert "anna" in html and 'id="people"' not in html


def test_the_page_of_a_resource_ends_at_people(
    held: Arranged, alice: Operator, bob: Operator, client_of: ClientOf
) -> None:
    """Each with what they may, and once."""
    set_role(held.home, "Night", allow("sts:AssumeRole", arn("role/nightly")))
    role(held.home, "nightly", allow("s3:*"), trusts=arn(f"role{RESERVED_PATH}{reserved_name('Night')}"))
    held.center.assign(held.center.permission_set("Night", held.home), held.home, held.priya)
    bucket = Resource.objects.get(arn=BUCKET)
    page = get(client_of(alice), "resource_reach", aws_id=bucket.aws_id)
    said = people_of(page)
    assert "which has the permission set Reader" in said and "Read: inline policy own, statement Read" in said
    assert "takes on AWSReservedSSO_Night_0123456789abcdef assumes nightly" in said
    assert "Read, Write, and Permissions" in said or "Read, Write and Permissions" in said
    assert "Priya" in file_of(client_of(alice), "resource_reach", "?format=people", aws_id=bucket.aws_id)
    client = client_of(bob)
    hidden = get(client, "resource_reach", aws_id=bucket.aws_id)
    file = file_of(client, "resource_reach", "?format=people", aws_id=bucket.aws_id)
    assert "platform" in hidden and "platform" in file
    assert [name for name in NAMES if name in hidden or name in file] == []
