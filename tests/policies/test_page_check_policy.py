"""The page that checks a document which isn't in the mirror."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from policies.engine.structure import DocumentType
from policies.models import EditorDraft
from sync.models import Change
from tests.services.organization_rows import make_control_policy, make_organization
from tests.services.pages import address, get, text_of
from tests.services.statements import allow, allowing, deny, denying, document_text, trusting

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]

BUCKET = "arn:aws:s3:::acme-reports"
OTHER = "210987654321"
PUBLIC = document_text(allow("s3:GetObject", f"{BUCKET}/*", Principal="*"))


@pytest.fixture
def bobs(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> Client:
    """Who may only read may check, too: nothing is staged."""
    return client_of(bob)


def post(client: Client, name: str = "check_policy", query: str = "", **data: Any) -> str:
    answer = client.post(address(name) + query, data)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def checked(client: Client, text: str, **data: Any) -> str:
    return text_of(post(client, document=text, **data))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (allowing("s3:GetObject"), DocumentType.IDENTITY),
        (denying("s3:*"), DocumentType.SCP),
        (trusting("*"), DocumentType.TRUST),
        (PUBLIC, DocumentType.RESOURCE),
        (document_text(deny("s3:*", Principal="*")), DocumentType.RCP),
    ],
)
def test_the_type_is_told_by_the_text(bobs: Client, text: str, kind: DocumentType) -> None:
    words = checked(bobs, text)
    assert f"Checked as: {kind.label.lower()} It looks like one." in words
    assert text_of(post(bobs, "check_policy_said", document=text)).startswith(f"Checked as: {kind.label.lower()}")


def test_a_document_of_another_type_than_was_said(bobs: Client) -> None:
    html = post(bobs, document=PUBLIC, kind="identity")
    words = text_of(html)
    assert "It looks like another type: resource-based policy." in words
    assert "Principal can't be used in an identity-based policy." in words
    assert 'name="kind" value="resource"' in html
    assert "another type" not in checked(bobs, allowing("s3:GetObject"), kind="boundary")


@pytest.mark.parametrize(
    ("kind", "limit"),
    [("identity", "6,144"), ("trust", "2,048"), ("scp", "10,240"), ("rcp", "5,120"), ("boundary", "6,144")],
)
def test_the_quota_is_that_of_the_type(bobs: Client, kind: str, limit: str) -> None:
    assert f"of {limit} characters" in checked(bobs, allowing("s3:GetObject"), kind=kind)


def test_the_quota_of_a_resource_is_that_of_its_service(bobs: Client) -> None:
    key = document_text(allow("kms:Decrypt", Principal={"AWS": OTHER}))
    assert "of 32,768 characters" in checked(bobs, key, kind="resource")
    assert "of 20,480 characters" in checked(bobs, PUBLIC, kind="resource")


def test_of_control_policies_white_space_counts(bobs: Client) -> None:
    words = checked(bobs, denying("s3:*") + " " * 2_000 + "\n", kind="scp")
    assert "Spaces count." in words
    long = denying("s3:*").replace(", ", ", " + " " * 11_000, 1)
    assert "characters: the quota is 10,240." in checked(bobs, long, kind="scp")


def test_a_fix_and_the_views_work_without_script(bobs: Client) -> None:
    wrong = allowing("s3:GetObjekt", f"{BUCKET}/*")
    words = checked(bobs, wrong, view="summary", shown="json")
    assert "No action of AWS: s3:GetObjekt" in words
    assert "s3:GetObjekt" in post(bobs, document=wrong, shown="json", fix="safe")
    assert "s3:GetObject&quot;" in post(bobs, document=wrong, shown="json", fix="safe")
    assert 'data-view="visual"' in post(
        bobs, "check_policy_view", "?kind=scp", document=wrong, view="visual", shown="json"
    )


def test_the_text_becomes_the_draft_of_a_new_policy(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    client = client_of(erin)
    text = allowing("s3:GetObject")
    assert "As a new policy" in checked(client, text)
    answer = client.post(address("check_policy"), {"document": text, "as_new": "yes"})
    assert answer["Location"] == address("account_action", action="create-policy")
    draft = EditorDraft.objects.get()
    assert (draft.operator, draft.action, draft.text) == (erin, "create-policy", text)
    assert not Change.objects.exists()


def test_who_may_only_read_makes_no_draft(bobs: Client) -> None:
    text = allowing("s3:GetObject")
    assert "As a new policy" not in checked(bobs, text)
    assert bobs.post(address("check_policy"), {"document": text, "as_new": "yes"}).status_code == 403
    assert not EditorDraft.objects.exists()


def test_of_other_types_nothing_new_is_made(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    html = post(client_of(erin), document=PUBLIC, as_new="yes")
    assert "Nothing new is made of it here: it is checked as a resource-based policy." in html
    assert BUCKET in html  # nothing typed is lost
    assert not EditorDraft.objects.exists()


def test_strangers_see_nothing(aws_account: AwsAccount, charlie: Operator, client_of: ClientOf) -> None:
    client = client_of(charlie)
    assert client.get(address("check_policy")).status_code == 404
    for name in ("check_policy", "check_policy_said", "check_policy_view"):
        assert client.post(address(name), {"document": PUBLIC}).status_code == 404


def test_a_control_policy_is_changed_for_checking(aws_account: AwsAccount, bobs: Client) -> None:
    make_organization(aws_account)
    policy = make_control_policy(aws_account, "no-iam", document=denying("iam:*"))
    html = get(bobs, "control_policy", aws_id=policy.aws_id)
    url = f"{address('check_policy')}?control_policy={policy.aws_id}"
    assert url in html
    page = bobs.get(url).content.decode()
    assert "iam:*" in page
    assert "Checked as: service control policy As you chose." in text_of(page)
    assert bobs.get(f"{address('check_policy')}?control_policy=p-none").status_code == 404


# ---- Bad input ---------------------------------------------------------------------------------------------------
def test_json_cut_at_every_place(bobs: Client) -> None:
    whole = document_text(allow("s3:GetObject", BUCKET, Principal={"AWS": OTHER}, Sid='a "b" \\ é'))
    for place in range(0, len(whole), 3):
        post(bobs, "check_policy_said", document=whole[:place])
    assert "Line 1, column 41" in checked(bobs, whole[:40])


DEEP = "[" * 5_000 + "]" * 5_000


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        DEEP,
        '{"Statement": ' + DEEP + "}",
        "\ufeff" + PUBLIC,
        '{"Statement": [], "Statement": [{"Effect": "Allow"}]}',
        allowing("nosuch:Thing", Principal={"AWS": 7}),
        "null",
        '{"Statement": [7, null, {"Principal": [[]], "Condition": 5, "Action": {}}]}',
        "\x00",
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    ],
    ids=["1 MB", "deep", "deep in a statement", "BOM", "twice", "unknown service", "null", "nonsense", "NUL", "odd"],
)
@pytest.mark.parametrize("kind", ["", "trust", "scp"])
def test_nonsense_gets_an_answer(bobs: Client, text: str, kind: str) -> None:
    html = post(bobs, "check_policy_said", f"?kind={kind}&resource=" + "y" * 3_000, document=text)
    assert "Findings" in text_of(html)


def test_nothing_typed_is_lost(bobs: Client) -> None:
    for text in ("{ broken", "\n\nfirst", "a" * 300_000):
        assert text in post(bobs, document=text, kind="scp", belongs="nonsense").replace("&quot;", '"')


def test_types_that_do_not_exist(bobs: Client) -> None:
    assert "Checked as: trust policy" in checked(bobs, trusting("*"), kind="nonsense")
    assert bobs.get(address("check_policy") + "?kind=nonsense&belongs=x&view=nonsense").status_code == 200
