"""States of Terraform: what is read of them, what is refused, and that nothing secret stays."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Operator
from infrastructure.code.state import StateError, resources_in
from infrastructure.models import OwnedResource, StateFile
from tests.services.pages import address, get, text_of
from tests.services.rows import make_role, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
IAM = "arn:aws:iam::123456789012"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def resource(type_: str, label: str, module: str = "", **values: Any) -> dict[str, Any]:
    address = f"{module}{type_}.{label}"
    return {
        "address": address,
        "mode": "managed",
        "type": type_,
        "name": label,
        "values": values,
        "sensitive_values": {"secret": True},
    }


def state_of(*root: dict[str, Any], child: tuple[dict[str, Any], ...] = ()) -> bytes:
    inner = {"address": "module.ci", "resources": list(child)}
    modules = [{"child_modules": [inner], "resources": []}]
    values = {"root_module": {"resources": list(root), "child_modules": modules}}
    return json.dumps({"format_version": "1.0", "terraform_version": "1.9.0", "values": values}).encode()


def role_in_state(name: str, unique_id: str = "", account_id: str = "123456789012") -> dict[str, Any]:
    arn = f"arn:aws:iam::{account_id}:role/{name}"
    return resource("aws_iam_role", name, "module.ci.", name=name, arn=arn, unique_id=unique_id, tags={"name": "x"})


def give(client: Client, content: bytes, name: str = "platform", status: int = 302) -> str:
    answer = client.post(address("state_read"), {"name": name, "file": SimpleUploadedFile("state.json", content)})
    assert answer.status_code == status, answer.content.decode()
    return text_of(answer.content.decode())


def test_an_owned_object_says_so_with_its_evidence(aws_account: AwsAccount, alices: Client) -> None:
    role = make_role(aws_account, "deploy", tags={"ManagedBy": "Terraform", "team": "terraform-lovers"})
    key = resource("aws_iam_access_key", "ci", user="dana.okafor", secret=SECRET, id="AKIA1")
    attachment = resource("aws_iam_role_policy_attachment", "logs", role="deploy", policy_arn=f"{IAM}:policy/x")
    give(alices, state_of(key, attachment, {"mode": "data"}, child=(role_in_state("deploy", role.aws_id),)))
    words = text_of(get(alices, "role_code", aws_id=role.aws_id))
    assert "Terraform owns it: module.ci.aws_iam_role.deploy In the state platform , read just now by Alice." in words
    assert "Terraform owns what belongs to it: aws_iam_role_policy_attachment.logs" in words
    assert "The tag ManagedBy = Terraform claims it" in words
    assert "team" not in words.partition("As code Copy")[0]
    assert SECRET not in json.dumps(list(OwnedResource.objects.values()))
    assert AuditEntry.objects.get(verb="infrastructure.state_read").data == {"number": 3, "elsewhere": 0}
    assert "platform 1 object, 3 resources here. Read just now by Alice." in text_of(get(alices, "owned_by_code"))


def test_a_newer_state_takes_the_place_of_the_older_one(aws_account: AwsAccount, alices: Client) -> None:
    give(alices, state_of(role_in_state("deploy")))
    give(alices, state_of(role_in_state("build")))
    assert list(OwnedResource.objects.values_list("name", flat=True)) == ["build"]
    alices.post(address("state_remove", pk=str(StateFile.objects.get().pk)))
    assert not OwnedResource.objects.exists()
    assert AuditEntry.objects.filter(verb="infrastructure.state_removed").exists()


def test_an_object_made_again_under_its_name_is_not_the_owned_one(aws_account: AwsAccount, alices: Client) -> None:
    role = make_role(aws_account, "deploy")
    give(alices, state_of(role_in_state("deploy", "AROAOLDER")))
    assert "Terraform owns it" not in get(alices, "role_code", aws_id=role.aws_id)


def test_what_is_in_other_aws_accounts_is_counted_only(aws_account: AwsAccount, alices: Client) -> None:
    user = make_user(aws_account, "dana.okafor")
    inline = resource("aws_iam_user_policy", "x", user="dana.okafor")
    give(alices, state_of(role_in_state("deploy"), role_in_state("other", account_id="999999999999"), inline))
    assert StateFile.objects.get().elsewhere == 2
    assert "Terraform owns" not in get(alices, "user_code", aws_id=user.aws_id)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b'{"version": 4, "serial": 3, "lineage": "a", "resources": []}',
            "This is a raw state file, which holds secrets",
        ),
        (b'{"format_version": "1.0", "resource_changes": []}', "This is a plan"),
        (b'{"encrypted_data": "x"}', "This state is encrypted"),
        (b"Acquiring state lock", "The file is no JSON, or is cut off"),
        (state_of(role_in_state("deploy"))[:-20], "The file is no JSON, or is cut off"),
        (b'{"format_version": "1.0"}', "it has no values"),
        (b"[]", "it has no values"),
        (b'{"values": ' + b"[" * 5000, "nested too deeply"),
        (state_of(role_in_state("deploy", account_id="999999999999")), "It has nothing in Acme"),
    ],
)
def test_what_is_no_state_is_refused(aws_account: AwsAccount, alices: Client, content: bytes, words: str) -> None:
    said = give(alices, content, status=422)
    assert words in said
    assert "Nothing was kept." in said
    assert not StateFile.objects.exists()


def test_who_may_not_propose_gives_none(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    give(client_of(bob), state_of(role_in_state("deploy")), status=403)
    assert "Read a state" not in get(client_of(bob), "owned_by_code")


def test_the_command_reads_a_path(aws_account: AwsAccount, tmp_path: Path) -> None:
    path, out = tmp_path / "prod.json", io.StringIO()
    path.write_bytes(state_of(role_in_state("deploy")))
    call_command("read_state", str(path), account=aws_account.account_id, json=True, stdout=out)
    assert json.loads(out.getvalue())["resources"] == 1
    assert StateFile.objects.get().name == "prod.json"
    with pytest.raises(CommandError, match="can’t be read"):
        call_command("read_state", str(tmp_path / "none"), account=aws_account.account_id)
    with pytest.raises(CommandError, match="knows no AWS account"):
        call_command("read_state", str(path), account="000000000000")


def test_long_texts_are_passed_over() -> None:
    long = resource("aws_iam_role", "x", name="x", arn="a" * 3000)
    assert list(resources_in(io.BytesIO(state_of(long)))) == []
    with pytest.raises(StateError):
        list(resources_in(io.BytesIO(b"")))
