"""The pages of labels: owners make them and give them to AWS accounts; taking one away waits for a second person."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AccountLabel, AwsAccount, Operator
from accounts.roles import Role
from sync.models import LabelRemoval
from sync.safeguards import labels
from tests.access.guarding import rail
from tests.conftest import make_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def label(aws_account: AwsAccount, other_account: AwsAccount, olga: Operator) -> AccountLabel:
    return labels.make(actor=olga, name="production", aws_accounts=[aws_account, other_account])


def test_an_owner_makes_one(aws_account: AwsAccount, alice: Operator, client_of: Any) -> None:
    alices = client_of(alice, ago=0)
    url = alices.post("/labels/", {"name": " the  <sand>box ", "aws_accounts": [aws_account.account_id]}).url
    page = alices.get(url).content.decode()
    assert "the &lt;sand&gt;box" in page and "It is the last" not in page and "Take it away" not in page
    assert "the &lt;sand&gt;box" in alices.get("/accounts/").content.decode()
    again = alices.post("/labels/", {"name": "The <Sand>box", "aws_accounts": [aws_account.account_id]})
    assert again.status_code == 422 and "already" in again.content.decode()
    nowhere = alices.post("/labels/", {"name": "typed"})
    assert "Choose at least one AWS account." in nowhere.content.decode() and "typed" in nowhere.content.decode()
    assert alices.post(f"{url}rename/", {"name": "sandbox"}).status_code == 302
    assert alices.post(f"{url}delete/").url == "/labels/"
    assert alices.get(url).status_code == 404


def test_it_asks_for_a_fresh_sign_in(
    aws_account: AwsAccount, alice: Operator, label: AccountLabel, olga: Operator, client_of: Any
) -> None:
    where = {"name": "sandbox", "aws_accounts": [aws_account.account_id]}
    assert "reauthenticate" in client_of(alice, ago=3600).post("/labels/", where).url
    olgas = client_of(olga, ago=3600)
    for what in ("rename", "add", "remove", "delete"):
        assert "reauthenticate" in olgas.post(f"/labels/{label.pk}/{what}/", where).url


def test_who_owns_one_of_them_reads_it_without_the_others(
    aws_account: AwsAccount, label: AccountLabel, alice: Operator, bob: Operator, charlie: Operator, client_of: Any
) -> None:
    alices = client_of(alice, ago=0)
    page = alices.get(f"/labels/{label.pk}/").content.decode()
    assert "1 AWS account that you can’t see" in page and "999900009999" not in page and "Take it away" not in page
    assert "999900009999" not in alices.get("/labels/").content.decode()
    for url in ("remove/", "add/", "rename/", "delete/", "guard-rails/no_full_access/set/", "tests/new/"):
        assert alices.post(f"/labels/{label.pk}/{url}", {"aws_account": aws_account.account_id}).status_code == 403
    for operator, status in ((bob, 403), (charlie, 404)):
        assert client_of(operator).get(f"/labels/{label.pk}/").status_code == status
    own = labels.make(actor=alice, name="mine", aws_accounts=[aws_account])
    taken = alices.post(f"/labels/{own.pk}/add/", {"aws_accounts": ["999900009999"]})
    assert taken.status_code == 422 and label.labelled.count() == 2 and own.labelled.count() == 1


def test_guard_rails_are_set_for_it_and_read_in_each(
    aws_account: AwsAccount, label: AccountLabel, olga: Operator, alice: Operator, bob: Operator, client_of: Any
) -> None:
    olgas, where = client_of(olga, ago=0), f"/labels/{label.pk}/guard-rails/"
    said = {"mode": "blocks", "override": "nobody", "reason": "", "of_rule_exempt": "break-*"}
    assert olgas.post(f"{where}no_full_access/set/", said).url == f"{where}no_full_access/"
    assert "Except: break-*" in olgas.get(where).content.decode()
    assert "No policy allows all actions" in olgas.get(f"/labels/{label.pk}/").content.decode()
    mine = "/aws/123456789012/guard-rails/"
    html = client_of(bob).get(mine).content.decode()
    pk = label.safeguards.get().pk
    assert "production" in html and f"{mine}own/{pk}/" in html
    html = client_of(bob).get(f"{mine}own/{pk}/").content.decode()
    assert (
        "It is set for the label" in html and "Save the guard rail" not in html and f"/labels/{label.pk}/" not in html
    )
    alices = client_of(alice, ago=0)
    assert f"/labels/{label.pk}/" in alices.get(f"{mine}own/{pk}/").content.decode()
    for what in ("change", "delete"):
        assert alices.post(f"{mine}own/{pk}/{what}/", said).status_code == 404
    own = alices.post(f"{mine}no_full_access/set/", {**said, "mode": "note"})  # its own, beside that of the label
    assert own.status_code == 302 and "Save the guard rail" in alices.get(f"{mine}no_full_access/").content.decode()


def test_tests_are_set_for_it_by_names(
    aws_account: AwsAccount, label: AccountLabel, olga: Operator, bob: Operator, client_of: Any
) -> None:
    olgas, where = client_of(olga, ago=0), f"/labels/{label.pk}/tests/"
    said = {
        "name": "Guests never write",
        "expected": "denied",
        "principals": "guest",
        "actions": "s3:Put*",
        "resources": "",
        "context": "",
        "session": "",
        "is_blocking": "on",
        "reason": "",
    }
    refused = olgas.post(f"{where}new/", said)
    assert refused.status_code == 422 and "write user/, role/ or group/ before the name" in refused.content.decode()
    url = olgas.post(f"{where}new/", {**said, "principals": "role/guest"}).url
    assert "Guests never write" in olgas.get(url).content.decode()
    html = client_of(bob).get("/aws/123456789012/tests/").content.decode()
    assert "Guests never write" in html and "production" in html
    pk = label.safeguards.get().pk
    page = client_of(bob).get(f"/aws/123456789012/tests/{pk}/").content.decode()
    assert "It is set for the label" in page and "Save the change" not in page
    assert olgas.post(f"{url}change/", {**said, "name": "Never", "principals": "role/guest"}).url == url
    assert olgas.post(f"{url}delete/").status_code == 302 and "Deleted" in olgas.get(url).content.decode()


def test_a_second_person_agrees_on_its_page(
    aws_account: AwsAccount, label: AccountLabel, olga: Operator, erin: Operator, client_of: Any
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    anton = make_operator("anton", Role.APPROVER, aws_account)
    rail(label, olga, "no_full_access")
    olgas, antons = client_of(olga, ago=0), client_of(anton, ago=0)
    taking = {"aws_account": aws_account.account_id, "reason": "It <moves>"}
    olgas.post(f"/labels/{label.pk}/remove/", taking)
    removal = LabelRemoval.objects.get()
    url = f"/aws/123456789012/labels/{removal.pk}/"
    assert url in antons.get("/aws/123456789012/").content.decode()
    page = antons.get(url).content.decode()
    assert "It &lt;moves&gt;" in page and "No policy allows all actions" in page and "Agree" in page
    assert "Agree" not in olgas.get(url).content.decode()
    assert client_of(erin, ago=0).post(f"{url}decide/", {"decision": "accept"}).status_code == 403
    olgas.post(f"{url}decide/", {"decision": "accept"})
    assert label in AccountLabel.objects.of(aws_account)
    assert antons.post(f"{url}decide/", {"decision": "accept"}).status_code == 302
    assert label not in AccountLabel.objects.of(aws_account) and "Agreed" in antons.get(url).content.decode()
    assert antons.post(f"{url}decide/", {"decision": "refuse"}).status_code == 302  # it was decided already
    removal.refresh_from_db()
    assert removal.state == LabelRemoval.State.AGREED
