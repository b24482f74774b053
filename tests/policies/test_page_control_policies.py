"""Control policies are attached and detached from the page of a place and from their own, and made from their list."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from policies.models import OrgAccount, OrgPolicy, OrgUnit
from sync.models import Change
from tests.services.organization_rows import EVERYTHING, make_control_policy, make_organization
from tests.services.pages import address, get, text_of
from tests.services.statements import denying

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def loose(aws_account: AwsAccount) -> OrgPolicy:
    make_organization(aws_account, manages=True)
    nodes = [*OrgUnit.objects.all(), *OrgAccount.objects.all()]
    make_control_policy(aws_account, "everything", *nodes, document=EVERYTHING)
    return make_control_policy(aws_account, "loose", document=denying("s3:*"))


def post(client: Client, url: str, **typed: str) -> str:
    answer = client.post(url, {"reason": "Ticket", **typed}, follow=True)
    assert answer.status_code in (200, 422)
    return text_of(answer.content.decode())


def action(policy: OrgPolicy, name: str) -> str:
    kwargs = {"account_id": policy.aws_account.account_id, "aws_id": policy.aws_id, "action": name}
    return reverse("control_policy_action", kwargs=kwargs)


def steps() -> list[tuple[str, str]]:
    found = Change.objects.latest("pk").steps.all()
    return [(step.kind, str(step.params.get("target_id", step.params.get("name")))) for step in found]


def test_from_the_page_of_a_place(loose: OrgPolicy, erins: Client) -> None:
    place = reverse("organization_node", kwargs={"account_id": loose.aws_account.account_id, "node_id": "ou-workloads"})
    html = erins.get(place).content.decode()
    url = address("account_action", action="attach-control-policy")
    assert f"{url}?target_place=ou-workloads" in html
    assert 'value="ou-workloads"' in erins.get(f"{url}?target_place=ou-workloads").content.decode()
    post(erins, url, policy="loose", target_place="Workloads")
    assert steps() == [("org.policy.attach", "ou-workloads")]
    url = address("account_action", action="detach-control-policy")
    post(erins, url, policy=OrgPolicy.objects.get(name="our-regions").arn, target_place="ou-workloads")
    assert steps() == [("org.policy.detach", "ou-workloads")]


def test_what_is_not_there_is_said_beside_the_field(loose: OrgPolicy, erins: Client) -> None:
    url = address("account_action", action="attach-control-policy")
    words = post(erins, url, policy="nothing", target_place="nowhere")
    assert "The mirror has no control policy “nothing”" in words
    assert "The mirror has no root, unit or account “nowhere”" in words
    assert "is attached to Workloads already" in post(erins, url, policy="everything", target_place="ou-workloads")
    assert not Change.objects.exists()


def test_from_the_page_of_a_policy(loose: OrgPolicy, erins: Client) -> None:
    post(erins, action(loose, "attach"), target_place="500000000000")
    assert steps() == [("org.policy.attach", "500000000000")]
    post(erins, action(loose, "rename"), name="tight", description="Ours")
    assert steps() == [("org.policy.rename", "tight")]
    post(erins, action(loose, "edit-scp"), document=denying("ec2:*"), base=loose.document.canonical_hash)
    assert steps()[0][0] == "org.policy.update_scp"
    assert "is made by AWS" not in post(erins, action(loose, "delete"))
    assert steps()[0][0] == "org.policy.delete"
    aws = OrgPolicy.objects.get(name="FullAWSAccess")
    assert erins.get(action(aws, "edit-scp")).status_code == 404


def test_a_new_one(loose: OrgPolicy, erins: Client) -> None:
    assert address("account_action", action="create-rcp") in get(erins, "organization_policies")
    url = address("account_action", action="create-rcp")
    post(erins, url, name="perimeter", document=denying("s3:*", Principal="*"))
    assert steps() == [("org.policy.create_rcp", "perimeter")]
    words = post(erins, url, name="loose", document=denying("s3:*", Principal="*"))
    assert "There is a control policy loose already." in words


def test_without_an_organization_there_is_a_sentence(aws_account: AwsAccount, erins: Client) -> None:
    html = erins.get(address("account_action", action="create-scp")).content.decode()
    assert "This AWS account reads no organization" in text_of(html)


def test_a_viewer_stages_nothing(loose: OrgPolicy, bob: Operator, charlie: Operator, client_of: ClientOf) -> None:
    for url in (action(loose, "attach"), address("account_action", action="attach-control-policy")):
        assert client_of(bob).post(url, {"target_place": "ou-workloads"}).status_code == 403
        assert client_of(charlie).post(url, {"target_place": "ou-workloads"}).status_code == 404
