"""The pages of guard rails: read by all who see IAM, changed by owners, told on plans and in editors."""

from __future__ import annotations

from typing import Any

import pytest

from access.guard_rails.content import KIND
from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from identities import operations as ops
from identities.models import IamUser
from policies.models import EditorDraft
from sync.models import SafeguardVersion
from sync.safeguards import services
from sync.safeguards.in_force import versions_in_force
from tests.access.mirrored import managed
from tests.conftest import make_operator
from tests.services.changing import propose
from tests.services.pages import change_address, press
from tests.services.rows import make_user
from tests.services.statements import allow, deny, document_text

pytestmark = pytest.mark.django_db
WHERE = "/aws/123456789012/guard-rails/"
NO_ALL = f"{WHERE}no_full_access/"


@pytest.fixture
def here(alone: AwsAccount) -> AwsAccount:
    AwsAccount.objects.update(writes_enabled=True)
    alone.refresh_from_db()
    return alone


@pytest.fixture
def post(client_of: Any) -> Any:
    def posted(operator: Operator, url: str, ago: int = 0, **fields: Any) -> Any:
        said = {"mode": "blocks", "override": "owner", "reason": "", "of_rule_exempt": ""} | fields
        return client_of(operator, ago=ago).post(url, said)

    return posted


def in_force(aws_account: AwsAccount) -> list[SafeguardVersion]:
    return list(versions_in_force(aws_account, KIND))


def test_an_owner_sets_one_and_everybody_reads_it(
    here: AwsAccount, alice: Operator, bob: Operator, post: Any, client_of: Any
) -> None:
    assert post(alice, f"{NO_ALL}set/", of_rule_exempt="break-*").status_code == 302
    (version,) = in_force(here)
    assert (version.is_blocking, version.content["parameters"]) == (True, {"exempt": ["break-*"]})
    html = client_of(bob).get(WHERE).content.decode()
    assert "The plan is blocked, unless an owner overrides it." in html and "Except: break-*" in html
    html = client_of(bob).get(NO_ALL).content.decode()
    assert "Save the guard rail" not in html and "Owners of the AWS account change its guard rails." in html


def test_nobody_else_sets_one(here: AwsAccount, bob: Operator, erin: Operator, charlie: Operator, post: Any) -> None:
    for operator, status in ((bob, 403), (erin, 403), (charlie, 404)):
        for url in (f"{NO_ALL}set/", f"{WHERE}new/"):
            assert post(operator, url).status_code == status
    assert in_force(here) == []


def test_it_asks_for_a_fresh_sign_in(here: AwsAccount, alice: Operator, post: Any) -> None:
    assert "reauthenticate" in post(alice, f"{NO_ALL}set/", ago=3600).url
    assert in_force(here) == []


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "Line 1, column"),
        (document_text(allow("s3:*")), "every statement has the effect Deny"),
        (document_text(*(deny("s3:*", f"arn:aws:s3:::{'b' * 40}{n}") for n in range(110))), "10,240 at most"),
        ("x" * 20_480, "at most"),
        ('{"Version": "2012-10-17", "Statement": []}', "every statement has the effect Deny"),
    ],
)
def test_a_document_that_is_none_is_told_and_kept(
    here: AwsAccount, alice: Operator, document: str, words: str, post: Any
) -> None:
    response = post(alice, f"{WHERE}new/", name="Buckets stay", document=document)
    html = response.content.decode()
    assert response.status_code == 422 and words in html and "Buckets stay" in html
    assert in_force(here) == []


def test_ones_of_their_own(here: AwsAccount, alice: Operator, bob: Operator, post: Any, client_of: Any) -> None:
    document = document_text(deny("s3:DeleteBucket"))
    url = post(alice, f"{WHERE}new/", name="Buckets <stay>", document=document).url
    assert "Buckets &lt;stay&gt;" in client_of(bob).get(url).content.decode()
    looser = post(alice, f"{url}change/", name="Buckets stay", mode="note", document=document)
    assert looser.status_code == 302 and in_force(here)[0].content["mode"] == "note"
    assert client_of(alice, ago=0).post(f"{url}delete/", {"reason": "Ticket OPS-1"}).status_code == 302
    assert in_force(here) == []
    page = client_of(alice).get(url).content.decode()
    assert "Deleted" in page and "Ticket OPS-1" in page
    late = post(alice, f"{url}change/", name="Typed for long", document=document).content.decode()
    assert "Save it again to make a new one" in late and "Typed for long" in late
    assert f'action="{WHERE}new/"' in late


def test_a_second_person_agrees_on_the_page(
    here: AwsAccount, alice: Operator, erin: Operator, post: Any, client_of: Any
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    anton = make_operator("anton", Role.APPROVER, here)
    post(alice, f"{NO_ALL}set/")
    post(alice, f"{NO_ALL}set/", mode="off", reason="Too strict")
    (version,) = in_force(here)
    decide = f"{WHERE}own/{version.safeguard_id}/decide/"
    assert "Waits for a second person" in client_of(alice).get(NO_ALL).content.decode()
    assert client_of(erin, ago=0).post(decide, {"decision": "accept"}).status_code == 403
    client_of(alice, ago=0).post(decide, {"decision": "accept"})
    assert in_force(here)[0].content["mode"] == "blocks"
    client_of(anton, ago=0).post(decide, {"decision": "accept"})
    assert in_force(here)[0].content["mode"] == "off"


def test_in_other_aws_accounts_that_they_own(
    here: AwsAccount, other_account: AwsAccount, alice: Operator, olga: Operator, post: Any
) -> None:
    post(alice, f"{NO_ALL}set/", others=[other_account.pk])
    assert in_force(other_account) == []
    response = post(olga, f"{NO_ALL}set/", others=[other_account.pk])
    assert response.status_code == 302 and len(in_force(other_account)) == 1 and len(in_force(here)) == 1


def test_one_that_fails_here_is_set_nowhere_else(
    here: AwsAccount, other_account: AwsAccount, olga: Operator, post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form is shown again, to be sent again."""
    own = {"document": document_text(deny("s3:DeleteBucket")), "others": [other_account.pk]}
    post(olga, f"{WHERE}new/", **own | {"name": "Buckets stay", "others": []})
    monkeypatch.setattr(services, "MOST", 1)
    late = post(olga, f"{WHERE}new/", name="Buckets stay, too", **own)
    assert late.status_code == 422 and "delete one first" in late.content.decode()
    assert in_force(other_account) == []
    monkeypatch.undo()
    assert post(olga, f"{WHERE}new/", name="Buckets stay, too", **own).status_code == 302
    assert (len(in_force(here)), len(in_force(other_account))) == (2, 1)


def test_the_plan_says_so_and_an_owner_overrides(
    here: AwsAccount, alice: Operator, erin: Operator, post: Any, client_of: Any
) -> None:
    dana: IamUser = make_user(here, "dana")
    post(alice, f"{NO_ALL}set/")
    change = propose(here, erin, [ops.attach(dana, managed(here, "power", [allow("*")]).arn)])
    url = change_address(change)
    html = client_of(erin).get(url).content.decode()
    assert "dana: all actions on all resources, by the policy power" in html
    assert "Override the guard rail" not in html and "that takes the role approver or owner" in html
    assert "Override the guard rail" in client_of(alice).get(url).content.decode()
    press(client_of(alice), change, "override_guard_rail", reason="Ticket OPS-1")
    html = client_of(erin).get(url).content.decode()
    assert "Alice let it through" in html and "Ticket OPS-1" in html


def test_one_whose_policy_is_gone_can_be_turned_off(here: AwsAccount, alice: Operator, post: Any) -> None:
    edge = managed(here, "edge", [allow("s3:*")])
    url, typed = f"{WHERE}boundary_on_roles/set/", {"of_rule_policies": "edge"}
    assert post(alice, url, **typed).status_code == 302
    edge.gone_at = edge.first_seen
    edge.save(update_fields=["gone_at"])
    assert "The mirror has no managed policy" in post(alice, url, override="nobody", **typed).content.decode()
    assert post(alice, url, mode="off", **typed).status_code == 302
    assert in_force(here)[0].content["mode"] == "off"


# ---- The editor of one of their own ------------------------------------------------------------------------------
DOCUMENT = document_text(deny("s3:DeleteBucket"))


def test_its_document_is_a_draft_until_it_is_saved(
    here: AwsAccount, alice: Operator, erin: Operator, post: Any, client_of: Any
) -> None:
    alices, new = client_of(alice, ago=0), f"{WHERE}new/"
    assert 'data-editor="json"' in alices.get(new).content.decode()
    kept = post(alice, new, name="Buckets <stay>", document='{"Ver', keep="draft")
    assert kept.status_code == 200 and in_force(here) == []
    draft = EditorDraft.objects.get()
    assert (draft.text, draft.place, draft.fields["name"]) == ('{"Ver', "guard_rail", "Buckets <stay>")
    page = alices.get(new).content.decode()
    assert "{&quot;Ver" in page and "Buckets &lt;stay&gt;" in page
    assert "A guard rail of your own" in alices.get("/drafts/").content.decode()
    assert f'href="{new}"' in alices.get(f"/aws/123456789012/drafts/{draft.pk}/").content.decode()
    assert "Ver" not in client_of(erin).get("/drafts/").content.decode()
    save = "/aws/123456789012/drafts/save/?place=guard_rail&action=own"
    by_script = {"operator": alice.pk, "document": DOCUMENT, "name": "Buckets", "draft": f"{draft.pk}.{draft.revision}"}
    assert client_of(erin).post(save, {**by_script, "operator": erin.pk}).status_code == 403
    assert alices.post(save, by_script).status_code == 200
    draft.refresh_from_db()
    token = f"{draft.pk}.{draft.revision}"
    url = post(alice, new, name="Buckets stay", document=DOCUMENT, draft=token).url
    assert not EditorDraft.objects.exists() and in_force(here)[0].name == "Buckets stay"
    post(alice, f"{url}change/", name="Buckets stay", document=DOCUMENT + " ", base="1", keep="draft")
    draft = EditorDraft.objects.get()
    assert f'href="{url}"' in alices.get(f"/aws/123456789012/drafts/{draft.pk}/").content.decode()
    post(alice, f"{url}change/", name="Buckets stay always", document=DOCUMENT, base="1")
    assert "was changed since you began this draft" in alices.get(url).content.decode()


def test_two_owners_who_edit_it_at_once(here: AwsAccount, alice: Operator, olga: Operator, post: Any) -> None:
    url = post(alice, f"{WHERE}new/", name="Buckets stay", document=DOCUMENT).url
    post(olga, f"{url}change/", name="Buckets stay", document=document_text(deny("s3:Delete*")), base="1")
    late = post(alice, f"{url}change/", name="Mine", document=DOCUMENT, base="1")
    assert late.status_code == 422 and "Somebody changed the guard rail" in late.content.decode()
    assert in_force(here)[0].name == "Buckets stay" and 'value="2"' in late.content.decode()


def test_what_is_typed_is_checked_as_a_control_policy(
    here: AwsAccount, alice: Operator, erin: Operator, post: Any, client_of: Any
) -> None:
    checked = client_of(alice).post(f"{WHERE}own/check/", {"document": document_text(deny("s3:NoSuch"))})
    assert "NoSuch" in checked.content.decode() and "For whom it would matter" in checked.content.decode()
    assert client_of(erin).post(f"{WHERE}own/check/", {"document": "{"}).status_code == 403
    fixed = post(alice, f"{WHERE}new/", name="x", document='{"Statement": []}', fix="safe")
    assert fixed.status_code == 200 and in_force(here) == []
