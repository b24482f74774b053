"""Actions on policies, boundaries, trust, providers, certificates and settings: forms that stage changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import AwsAccount, Operator
from identities.models import InlinePolicy, OidcProvider, SamlProvider, ServerCertificate
from sync.models import Change, Facet, SealedSecret
from tests.services.account_rows import make, make_settings
from tests.services.certificates import certificate, saml_metadata
from tests.services.pages import address, get, text_of
from tests.services.rows import attach, make_document, make_group, make_policy, make_role, make_user, put_inline
from tests.services.statements import reports_policy

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db
NEW = reports_policy("s3:PutObject")
OIDC_ARN = "arn:aws:iam::123456789012:oidc-provider/token.example.org"


def post(client: Client, url: str, /, **said: Any) -> HttpResponse:
    response = client.post(url, {"reason": "Ticket 7", **said})
    assert isinstance(response, HttpResponse)
    return response


def steps() -> list[tuple[str, Any]]:
    return [(step.kind, step.params) for step in Change.objects.get().steps.all()]


def kinds() -> list[str]:
    return [kind for kind, _ in steps()]


def refusal(response: HttpResponse) -> str:
    assert response.status_code == 422
    assert not Change.objects.exists()
    return text_of(response.content.decode())


# ---- Managed policies ----------------------------------------------------------------------------------------
def test_the_list_offers_a_new_policy_to_editors_only(
    aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    url = address("account_action", action="create-policy")
    assert url in get(client_of(erin), "policies")
    assert url not in get(client_of(bob), "policies")


def test_a_new_policy_begins_with_a_skeleton_and_is_proposed(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    url = address("account_action", action="create-policy")
    html = client_of(erin).get(url).content.decode()
    assert 'data-editor="json"' in html
    assert "2012-10-17" in html
    post(client_of(erin), url, name="reports", path="apps", description="Reads", document=NEW.replace("\n", "\r\n"))
    arn = "arn:aws:iam::123456789012:policy/apps/reports"
    assert steps() == [("iam.policy.create", {"arn": arn, "document": NEW, "description": "Reads"})]


def test_a_malformed_policy_is_kept_and_its_place_told(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    url = address("account_action", action="create-policy")
    text = refusal(post(client_of(erin), url, name="reports", document='{\n  "Version": oops\n}'))
    assert "Line 2, column 14" in text
    assert "oops" in text


def test_a_new_version_is_kept_beside_the_one_in_force(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    policy = make_policy(aws_account, versions=5)
    url = address("policy_action", aws_id=policy.aws_id, action="new-version")
    assert "s3:Action5" in client_of(erin).get(url).content.decode()
    post(client_of(erin), url, document=NEW)
    assert kinds() == ["iam.policy.delete_version", "iam.policy.update"]
    assert steps()[1][1]["make_default"] is False


def test_a_version_is_deleted(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    policy = make_policy(aws_account, versions=3)
    url = address("policy_action", aws_id=policy.aws_id, action="delete-version")
    assert f"{url}?version=v2" in get(client_of(erin), "policy_versions", aws_id=policy.aws_id)
    assert "Select a valid choice" in refusal(post(client_of(erin), url, version="v3"))
    post(client_of(erin), url, version="v2")
    assert steps() == [("iam.policy.delete_version", {"policy_arn": policy.arn, "version": "v2"})]


def test_deleting_a_policy_takes_it_from_everybody_first(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    policy = make_policy(aws_account, versions=3)
    dana = make_user(aws_account, boundary_arn=policy.arn)
    for owner in (dana, make_group(aws_account), make_role(aws_account)):
        attach(owner, policy)
    url = address("policy_action", aws_id=policy.aws_id, action="delete")
    assert (
        "detaches it from 3 users, groups and roles, takes it off 1 user or role as boundary and deletes 2"
        in text_of(client_of(erin).get(url).content.decode())
    )
    post(client_of(erin), url)
    assert kinds() == [
        "iam.user.detach",
        "iam.group.detach",
        "iam.role.detach",
        "iam.user.boundary.delete",
        "iam.policy.delete_version",
        "iam.policy.delete_version",
        "iam.policy.delete",
    ]
    assert Change.objects.get().title == f"Delete the policy {policy.name}"
    assert [params["version"] for kind, params in steps() if kind.endswith("version")] == ["v2", "v1"]


def test_who_is_bounded_by_it_may_get_another_boundary(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    policy, other = make_policy(aws_account), make_policy(aws_account, "other")
    make_role(aws_account, boundary_arn=policy.arn)
    url = address("policy_action", aws_id=policy.aws_id, action="delete")
    assert "This is a policy that goes." in refusal(post(client_of(erin), url, boundary=policy.name))
    post(client_of(erin), url, boundary="other")
    assert steps()[0] == ("iam.role.boundary.put", {"arn": steps()[0][1]["arn"], "policy_arn": other.arn})


def test_a_policy_of_aws_has_no_actions(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    policy = make_policy(aws_account, "ReadOnlyAccess", is_aws=True)
    for action in ("delete", "tag", "new-version"):
        assert client_of(erin).get(address("policy_action", aws_id=policy.aws_id, action=action)).status_code == 404


# ---- Inline policies, boundaries, trust ----------------------------------------------------------------------
def test_an_inline_policy_is_edited(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    group = make_group(aws_account)
    put_inline(group)
    held = InlinePolicy.objects.get()
    url = address("group_action", aws_id=group.aws_id, action="inline")
    assert f"{url}?policy={held.name}" in get(client_of(erin), "group", aws_id=group.aws_id)
    html = client_of(erin).get(f"{url}?policy={held.name}").content.decode()
    assert f'name="base" value="{held.document.canonical_hash}"' in html
    assert "of 5,120 characters" in text_of(html)
    post(client_of(erin), url, policy=held.name, document=NEW, base=held.document.canonical_hash)
    assert steps() == [("iam.group.inline.put", {"arn": group.arn, "policy": held.name, "document": NEW})]


def test_an_inline_policy_that_moved_meanwhile_isnt_overwritten(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    dana = make_user(aws_account)
    put_inline(dana)
    held = InlinePolicy.objects.get()
    base = held.document.canonical_hash
    held.document = make_document(reports_policy("s3:GetObjectTagging"))
    held.save()
    url = address("user_action", aws_id=dana.aws_id, action="inline")
    response = post(client_of(erin), url, policy=held.name, document=NEW, base=base)
    assert "was changed while you were editing" in refusal(response)
    assert "What changed in the meantime" in text_of(response.content.decode())
    assert 'Added: "s3:GetObjectTagging"' in text_of(response.content.decode())
    assert f'name="base" value="{held.document.canonical_hash}"' in response.content.decode()
    assert "s3:PutObject" in response.content.decode()


def test_a_new_inline_policy_doesnt_replace_one_of_that_name(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    dana = make_user(aws_account)
    put_inline(dana)
    name = InlinePolicy.objects.get().name
    response = post(
        client_of(erin), address("user_action", aws_id=dana.aws_id, action="inline"), policy=name, document=NEW, base=""
    )
    assert "There is an inline policy of that name already" in refusal(response)


def test_an_inline_policy_becomes_a_managed_one(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    role = make_role(aws_account)
    put_inline(role)
    held = InlinePolicy.objects.get()
    url = address("role_action", aws_id=role.aws_id, action="inline-move")
    assert f'value="{held.name}"' in client_of(erin).get(f"{url}?policy={held.name}").content.decode()
    post(client_of(erin), url, policy=held.name, name="shared")
    arn = "arn:aws:iam::123456789012:policy/shared"
    assert steps() == [
        ("iam.policy.create", {"arn": arn, "document": held.document.text, "description": ""}),
        ("iam.role.attach", {"arn": role.arn, "policy_arn": arn}),
        ("iam.role.inline.delete", {"arn": role.arn, "policy": held.name}),
    ]


def test_a_boundary_is_given_and_taken_off(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    policy = make_policy(aws_account)
    dana = make_user(aws_account)
    url = address("user_action", aws_id=dana.aws_id, action="boundary-delete")
    assert client_of(erin).get(url).status_code == 404
    post(client_of(erin), address("user_action", aws_id=dana.aws_id, action="boundary"), policy=policy.name)
    dana.boundary_arn = policy.arn
    dana.save()
    Change.objects.all().update(state=Change.State.CANCELLED)
    post(client_of(erin), url)
    assert [change.steps.get().kind for change in Change.objects.order_by("pk")] == [
        "iam.user.boundary.put",
        "iam.user.boundary.delete",
    ]


def test_a_trust_policy_is_edited_with_who_may_assume_the_role(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    role = make_role(aws_account)
    url = address("role_action", aws_id=role.aws_id, action="trust")
    text = text_of(client_of(erin).get(url).content.decode())
    assert "lambda.amazonaws.com may assume this role" in text
    assert role.trust is not None
    said = role.trust.text.replace("lambda", "ec2")
    assert "ec2.amazonaws.com may assume" in text_of(
        client_of(erin).post(address("trust_check"), {"document": said}).content.decode()
    )
    post(client_of(erin), url, document=said, base=role.trust.canonical_hash)
    assert steps() == [("iam.role.trust.update", {"arn": role.arn, "document": said})]


def test_a_trust_policy_is_checked_as_one(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    role = make_role(aws_account)
    assert role.trust is not None
    url = address("role_action", aws_id=role.aws_id, action="trust")
    response = post(client_of(erin), url, document=NEW, base=role.trust.canonical_hash)
    assert "AWS would refuse this document" in refusal(response)


# ---- Providers, certificates, settings -----------------------------------------------------------------------
def test_an_oidc_provider_is_proposed(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    url = address("account_action", action="create-oidc")
    assert url in get(client_of(erin), "identity_providers")
    colons = ":".join(["AB"] * 20)
    post(client_of(erin), url, url="https://token.example.org", client_ids="a\r\n\r\nb\r\na", thumbprints=colons)
    params = {"arn": OIDC_ARN, "client_ids": ["a", "b"], "thumbprints": ["ab" * 20]}
    assert steps() == [("iam.oidc.create", params)]


@pytest.mark.parametrize(
    ("action", "said", "kind"),
    [
        ("add-audience", {"client_id": "b"}, "iam.oidc.client_id.add"),
        ("remove-audience", {"client_id": "a"}, "iam.oidc.client_id.remove"),
        ("thumbprints", {"thumbprints": "0" * 40}, "iam.oidc.thumbprints"),
        ("tag", {"key": "team", "value": "a"}, "iam.oidc.tag"),
        ("untag", {"key": "cost"}, "iam.oidc.untag"),
        ("delete", {}, "iam.oidc.delete"),
    ],
)
def test_actions_on_an_oidc_provider(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf, action: str, said: dict[str, str], kind: str
) -> None:
    row = make(OidcProvider, aws_account, "token.example.org", arn=OIDC_ARN, client_ids=["a"], tags={"cost": "1"})
    url = address("oidc_provider_action", aws_id=row.aws_id, action=action)
    assert url in get(client_of(erin), "oidc_provider", aws_id=row.aws_id)
    post(client_of(erin), url, **said)
    assert kinds() == [kind]


def test_saml_metadata_is_proposed_and_never_lost(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    arn = "arn:aws:iam::123456789012:saml-provider/okta"
    row = make(SamlProvider, aws_account, "okta", arn=arn, metadata_hash="0", metadata="old")
    url = address("saml_provider_action", aws_id=row.aws_id, action="metadata")
    assert "no less than 1,000" in refusal(post(client_of(erin), url, metadata="<short/>"))
    metadata = saml_metadata()
    post(client_of(erin), url, metadata=metadata.replace("\n", "\r\n"))
    assert steps() == [("iam.saml.update", {"arn": arn, "metadata": metadata})]


def test_a_certificate_is_uploaded_and_its_key_never_printed(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    url = address("account_action", action="upload-certificate")
    made, other = certificate("shop.example.org"), certificate("other.example.org")
    response = post(client_of(erin), url, name="shop", body=made.pem, private_key=other.key)
    assert "This is the key of another certificate." in refusal(response)
    assert other.key[40:80] not in response.content.decode()
    assert made.pem[40:80] in response.content.decode()
    post(client_of(erin), url, name="shop", body=made.pem, private_key=made.key)
    assert kinds() == ["iam.server_cert.upload"]
    assert steps()[0][1]["private_key"] == SealedSecret.objects.get().reference


def test_a_certificate_is_renamed(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    arn = "arn:aws:iam::123456789012:server-certificate/web/shop"
    row = make(ServerCertificate, aws_account, "shop", arn=arn, path="/web/")
    url = address("server_certificate_action", aws_id=row.aws_id, action="rename")
    assert 'value="/web/"' in client_of(erin).get(url).content.decode()
    post(client_of(erin), url, name="store", path="/web/")
    assert steps() == [("iam.server_cert.rename", {"arn": arn, "new_arn": arn.replace("shop", "store")})]


@pytest.fixture
def settings_read(aws_account: AwsAccount) -> None:
    row = make_settings(aws_account, password_policy={"MinimumPasswordLength": 8, "MaxPasswordAge": 90})
    for facet in ("alias", "password_policy", "summary"):
        Facet.objects.create(
            aws_account=aws_account, kind=row.kind, object_id=row.aws_id, source=facet, read_at=row.first_seen
        )


@pytest.mark.parametrize(
    ("action", "said", "step"),
    [
        ("set-alias", {"alias": "acme-shop"}, ("iam.account.alias.set", {"alias": "acme-shop"})),
        ("delete-alias", {}, ("iam.account.alias.delete", {"alias": "acme"})),
        ("set-token-version", {"version": "1"}, ("iam.account.sts_token_version", {"version": 1})),
        ("delete-password-policy", {}, ("iam.account.password_policy.delete", {})),
    ],
)
def test_actions_on_settings(
    settings_read: None, erin: Operator, client_of: ClientOf, action: str, said: dict[str, str], step: Any
) -> None:
    post(client_of(erin), address("account_action", action=action), **said)
    assert steps() == [step]


def test_the_password_policy_is_shown_whole_and_replaced_whole(
    settings_read: None, erin: Operator, client_of: ClientOf
) -> None:
    url = address("account_action", action="set-password-policy")
    html = client_of(erin).get(url).content.decode()
    assert 'name="minimum_length" value="8"' in html
    assert 'name="max_age_days" value="90"' in html
    post(client_of(erin), url, minimum_length="14", remembered="24", max_age_days="0", require_numbers="on")
    ((kind, params),) = steps()
    assert kind == "iam.account.password_policy.set"
    assert (params["minimum_length"], params["require_numbers"], params["require_symbols"]) == (14, True, False)
    plan = text_of(get(client_of(erin), "change", pk=Change.objects.get().pk))
    assert 'Removed: "MaxPasswordAge": 90' in plan


def test_settings_offer_their_actions_to_editors_only(
    settings_read: None, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    url = address("account_action", action="upload-certificate")
    assert url in get(client_of(erin), "account_settings")
    assert url not in get(client_of(bob), "account_settings")


def test_the_editor_is_told_of_what_lint_finds(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    said = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Nope"}]})
    answer = client_of(erin).post(address("document_check"), {"document": said}).content.decode()
    assert 'id="checked"' in answer
    assert "The element Resource (or NotResource) is missing" in text_of(answer)
