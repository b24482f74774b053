"""The Visual view of the editor, as a browser without script uses it: every edit is a form with a button."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data

from accounts.models import AwsAccount, Operator
from sync.models import Change
from tests.engine.documents_as_text import documents, texts_of
from tests.services.forms import fields_of, with_fields
from tests.services.fuzzing import as_long_as_asked
from tests.services.pages import address, text_of
from tests.services.rows import make_policy, make_role, make_user
from tests.services.statements import allow, deny, document, document_text, trust

ClientOf = Callable[..., Client]
READS = document_text(allow("s3:GetObject", "arn:aws:s3:::a/*", Sid="Reads"), deny("s3:*", "*", Sid="Stops"))


class VisualForm:
    """A text in the Visual view; `press` sends what the page has, as it stands after it, and gives the new one."""

    def __init__(self, client: Client, text: str, kind: str = "identity", **more: Any) -> None:
        self.client, self.kind = client, kind
        self.html = ""
        self._send({"document": text, "view": "visual", **more})

    def _send(self, sent: dict[str, Any]) -> None:
        self.text = str(sent["document"][0] if isinstance(sent["document"], list) else sent["document"])
        response = self.client.post(address("document_view") + f"?kind={self.kind}", sent)
        assert response.status_code == 200
        self.html = response.content.decode()
        if found := re.search(r'data-text="([^"]*)"', self.html):
            self.text = html.unescape(found[1])

    def press(self, do: str, **changes: Any) -> VisualForm:
        self._send({**with_fields(self.html, **changes), "document": self.text, "do": do})
        return self

    def open(self, number: int) -> VisualForm:
        found = re.search(rf'value="(open {number} [0-9a-f]+)"', self.html)
        assert found, f"{number} is open, or isn't there"
        return self.press(found[1])

    def button(self, verb: str) -> str:
        found = re.search(rf'value="({verb} [^"]*)"', self.html)
        assert found
        return html.unescape(found[1])

    @property
    def fields(self) -> dict[str, list[str]]:
        return fields_of(self.html)

    @property
    def statements(self) -> Any:
        return json.loads(self.text)["Statement"]

    @property
    def words(self) -> str:
        return text_of(self.html)


@pytest.fixture
def visual(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> Callable[..., VisualForm]:
    client = client_of(erin)
    return lambda text, kind="identity", **more: VisualForm(client, text, kind, **more)


Visual = Callable[..., VisualForm]


def test_builds_a_statement(visual: Visual) -> None:
    form = visual(document_text(allow("s3:*"))).press("new")
    form.press("change", effect="Deny", sid="Writes", service="s3")
    form.press("change", action=["s3:PutObject"])
    form.press("add resource", add_resource="arn:aws:s3:::reports/*")
    form.press("add condition", new_key="aws:SourceIp", new_operator="NotIpAddress", new_value="203.0.113.0/24")
    form.press("add value 0", value_0="198.51.100.7")
    assert form.statements[1] == {
        "Sid": "Writes",
        "Effect": "Deny",
        "Action": ["s3:PutObject"],
        "Resource": ["arn:aws:s3:::reports/*"],
        "Condition": {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.7"]}},
    }
    assert form.statements[0] == allow("s3:*")


def test_takes_all_of_it_away_again(visual: Visual) -> None:
    condition = {"StringLike": {"aws:x": ["a", "b"]}, "Null": {"aws:y": "true"}}
    form = visual(document_text(allow(["s3:Get*", "s3:GetObject"], ["a", "b"], Condition=condition)))
    for button in ("drop action 0", "drop resource 1", "drop value 0 0", "drop condition 1"):
        form.press(button)
    form.press("change", action=None)
    assert form.statements == [allow([], ["a"], Condition={"StringLike": {"aws:x": ["b"]}})]


def test_all_of_a_level_are_named_and_go_again(visual: Visual) -> None:
    form = visual(document_text(allow(["s3:GetObject", "s3:PutObject"])))
    form.press("change", level=["tagging"])
    assert len(form.statements[0]["Action"]) == 14
    assert "s3:TagResource" in form.statements[0]["Action"]
    form.press("change", level=None)
    assert form.statements[0]["Action"] == ["s3:GetObject", "s3:PutObject"]


def test_another_operator_and_another_key(visual: Visual) -> None:
    form = visual(document_text(allow("s3:*", Condition={"StringEquals": {"aws:username": ["a", "b"]}})))
    form.press("change", operator_0="StringNotEquals", key_0="aws:PrincipalTag/team")
    assert form.statements[0]["Condition"] == {"StringNotEquals": {"aws:PrincipalTag/team": ["a", "b"]}}


def test_an_operator_that_the_document_has_in_another_case(visual: Visual) -> None:
    condition = {"stringequals": {"aws:username": "a"}, "StringLike": {"aws:x": "b"}, "null": {"aws:y": "true"}}
    form = visual(document_text(allow("s3:*", Condition=condition)))
    form.press("change", operator_1="StringEquals", key_1="aws:z", operator_2="Null false", key_2="aws:w")
    assert form.statements[0]["Condition"] == {
        "stringequals": {"aws:username": "a", "aws:z": "b"},
        "null": {"aws:w": "false"},
    }


def test_several_services_in_one_statement(visual: Visual) -> None:
    form = visual(document_text(allow(["s3:GetObject", "sqs:SendMessage"])))
    assert "Also in it: Amazon SQS 1" in form.words
    form.press("service sqs")
    assert form.fields["action"] == ["sqs:SendMessage"]
    form.press("change", action=["sqs:SendMessage", "sqs:ReceiveMessage"])
    assert form.statements[0]["Action"] == ["s3:GetObject", "sqs:SendMessage", "sqs:ReceiveMessage"]


def test_principals_of_a_trust_policy(visual: Visual) -> None:
    form = visual(document_text(trust({"Service": "lambda.amazonaws.com"})), "trust")
    assert "Resources" not in form.words
    form.press("add principal", new_kind="AWS", new_principal="210987654321")
    assert form.statements[0]["Principal"] == {"Service": "lambda.amazonaws.com", "AWS": "210987654321"}
    form.press("drop principal 0 Service")
    assert form.statements[0]["Principal"] == {"AWS": "210987654321"}
    form.press("add principal", new_kind="*")
    assert "stands alone" in form.words


def test_statements_are_moved_copied_and_removed(visual: Visual) -> None:
    form = visual(READS)
    form.press(form.button("down"))
    assert [each["Sid"] for each in form.statements] == ["Stops", "Reads"]
    assert "Reads is number 2 now" in form.words
    form.press(form.button("copy"))
    assert [each["Sid"] for each in form.statements] == ["Stops", "Reads", "Reads2"]
    form.press(form.button("remove"))
    assert "Reads2 was removed" in form.words
    assert [each["Sid"] for each in form.statements] == ["Stops", "Reads"]


def test_what_has_no_fields_is_kept_to_the_letter(visual: Visual) -> None:
    special = '{"NotAction" :["s3:Get*"],"Effect": "Deny", "Resource": "*",  "Condition": {"Nothing":{"a:b": [null]} }}'
    text = (
        '{"Version": "2012-10-17", "Statement": [' + special + ', {"Effect": "Allow", "Action": [], "Resource": "*"}]}'
    )
    form = visual(text)
    assert "NotAction has no fields" in form.words
    assert "AWS has no condition operator Nothing" in form.words or "A value isn’t a text" in form.words
    form.press("change", effect="Allow")
    assert special.replace("Deny", "Allow") in form.text
    form.open(1).press("add action", add_action="sqs:*")
    assert special.replace("Deny", "Allow") in form.text


@pytest.mark.parametrize("name", ["AdministratorAccess", "AmazonEC2FullAccess", "AWSSupportAccess", "ReadOnlyAccess"])
def test_the_fields_as_they_are_change_nothing(visual: Visual, name: str) -> None:
    text = json.dumps(json.loads(aws_managed_policies_data)[name]["Document"], indent=4)
    form = visual(text)
    for number in range(min(4, len(form.statements))):
        if number:
            form.open(number)
        form.press("apply").press("whole list").press("change")
        assert form.text == text
        assert "form-error" not in form.html


def test_what_cant_be_written_is_said_and_kept(visual: Visual) -> None:
    form = visual(READS)
    form.press("add resource", add_resource="my-bucket")
    assert "my-bucket is no resource" in form.words
    assert form.fields["add_resource"] == ["my-bucket"]
    form.press("change", effect="Deny", sid="not a sid", add_resource="")
    assert "letters" in form.words
    assert form.fields["sid"] == ["not a sid"]
    assert form.statements[0] == deny("s3:GetObject", "arn:aws:s3:::a/*", Sid="Reads")


def test_what_is_typed_stays_until_it_is_added(visual: Visual) -> None:
    form = visual(READS).press("change", add_resource="arn:aws:s3:::b", effect="Deny")
    assert form.fields["add_resource"] == ["arn:aws:s3:::b"]
    form.open(1)
    assert form.statements[0]["Resource"] == ["arn:aws:s3:::a/*", "arn:aws:s3:::b"]


@pytest.mark.parametrize(
    ("value", "written"),
    [("'\"\\", "'\"\\"), ("${aws:username}", "${aws:username}"), ("<b>é", "<b>é"), (" a b ", "a b")],
)
def test_any_value_is_written_as_it_is(visual: Visual, value: str, written: str) -> None:
    form = visual(READS).press("add condition", new_key="aws:username", new_operator="StringEquals", new_value=value)
    assert form.statements[0]["Condition"] == {"StringEquals": {"aws:username": written}}
    assert html.escape(written) in form.html


@pytest.mark.parametrize("value", ["a\0b", "\u202eabc", "a\u200bb", "x" * 3000])
def test_a_value_that_aws_doesnt_take_is_refused(visual: Visual, value: str) -> None:
    form = visual(READS).press("add condition", new_key="aws:username", new_operator="StringEquals", new_value=value)
    assert form.text == READS
    assert "form-error" in form.html


def test_an_edit_of_what_has_changed_meanwhile_is_refused(visual: Visual) -> None:
    form = visual(READS)
    form.text = READS.replace("GetObject", "PutObject")
    form.press("change", effect="Deny")
    assert "changed or removed since" in form.words
    assert json.loads(form.text) == json.loads(READS.replace("GetObject", "PutObject"))
    form.text = '{"Statement": []}'
    form.press("drop resource 0")
    assert form.statements == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"Statement": [', "Line 1, column 16"),
        ("\ufeff{}", "found U+FEFF"),
        ('{"Statement": [], "Statement": []}', "Statement is given twice"),
        ("[" * 70_000, "nested more than 64 deep"),
        ("x" * 300_000, "longer than AWS takes any"),
        ("null", "A policy document is a JSON object"),
        (r'{"Statement": [{"Sid": "a\ud800"}]}', "Line 1, column 24: An escape in this text stands for half of"),
    ],
)
def test_a_text_without_fields_is_kept(visual: Visual, text: str, words: str) -> None:
    form = visual(text)
    assert words in form.words
    assert form.press("new").text == text
    assert 'data-view="json"' in form.press("json").html


@pytest.mark.parametrize(
    "elements",
    [
        r'"Sid": " a\n", "Condition": {"StringLike": {" aws:a ": ["\u0000", " b "], "aws:\n": "c"}}',
        r'"Sid": "a\u0000", "Effect": "allow", "Condition": {"stringlike": {"aws:a": 5}, "Null": {"b": true}}',
        r'"Effect": 5, "Action": ["S3:getobject", "s3:GetObject", "", "x", " s3:* "], "Resource": ["", " "]',
        r'"Principal": {"AWS": ["", " 1 "]}, "Action": {}, "Condition": {"A": {}, "StringLike": {}}',
    ],
)
def test_odd_elements_stay_as_they_are(visual: Visual, elements: str) -> None:
    text = '{"Statement": [{' + elements + "}]}"
    for kind in ("identity", "trust"):
        form = visual(text, kind)
        assert form.press("apply").press("change").text == text
        assert "aria-invalid" not in form.html


@as_long_as_asked(15)
@given(data=st.data())
def test_the_fields_of_any_document_change_nothing(visual: Visual, data: st.DataObject) -> None:
    text = data.draw(texts_of(data.draw(documents()))).replace("\r\n", "\n")
    for kind in ("identity", "trust"):
        form = visual(text, kind)
        for found in re.findall(r'value="(open [0-9]+ [0-9a-f]+)"', form.html):
            form.press(found)
        assert form.press("apply").text == text
        assert "aria-invalid" not in form.html


def test_nothing_yet_becomes_a_document(visual: Visual) -> None:
    assert visual("").press("new").statements == [{"Effect": "Allow", "Action": [], "Resource": []}]


def test_the_place_is_kept(visual: Visual) -> None:
    text = json.dumps(document(allow("s3:*", Sid="One"), deny("sqs:*", Sid="Two")), indent=2)
    form = visual(text, line="12")
    assert form.fields["sid"] == ["Two"]
    form.press(form.button("json"))
    assert 'data-view="json"' in form.html
    assert 'data-line="10"' in form.html


def test_five_hundred_statements_are_cards(visual: Visual) -> None:
    text = json.dumps({"Statement": [allow("s3:GetObject", f"arn:aws:s3:::{n}/*", Sid=f"S{n}") for n in range(500)]})
    form = visual(text)
    form.open(499).press("change", effect="Deny")
    assert form.statements[499]["Effect"] == "Deny"
    assert len(form.html) < 1_000_000


def test_stages_what_the_fields_say(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    url = address("policy_action", aws_id=make_policy(aws_account).aws_id, action="edit")
    page = client.get(f"{url}?view=visual").content.decode()
    sent = with_fields(page, add_resource="bucket", add_action="sqs:SendMessage")
    refused = client.post(url, sent)
    assert not Change.objects.exists()
    assert "bucket is no resource" in text_of(refused.content.decode())
    assert fields_of(refused.content.decode())["add_resource"] == ["bucket"]
    sent = with_fields(refused.content.decode(), add_resource="arn:aws:sqs:eu-west-1:123456789012:q")
    assert client.post(url, sent).status_code == 302
    (staged,) = json.loads(Change.objects.get().steps.get().params["document"])["Statement"]
    assert staged["Action"][-1] == "sqs:SendMessage"
    assert staged["Resource"][-1] == "arn:aws:sqs:eu-west-1:123456789012:q"


def test_a_button_stages_nothing(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    url = address("policy_action", aws_id=make_policy(aws_account).aws_id, action="edit")
    page = client.get(f"{url}?view=visual").content.decode()
    page = client.post(url, {**with_fields(page, title="Mine"), "do": ["new"]}).content.decode()
    assert len(json.loads(fields_of(page)["document"][0])["Statement"]) == 2
    assert fields_of(page)["title"] == ["Mine"]
    assert not Change.objects.exists()


def pages_with_an_editor(aws_account: AwsAccount) -> list[str]:
    user, role, policy = make_user(aws_account), make_role(aws_account), make_policy(aws_account)
    return [
        address("policy_action", aws_id=policy.aws_id, action="edit"),
        address("user_action", aws_id=user.aws_id, action="inline"),
        address("role_action", aws_id=role.aws_id, action="trust"),
        address("account_action", action="create-policy"),
        address("account_action", action="create-role-json"),
    ]


def test_every_editor_has_it(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    for url in pages_with_an_editor(aws_account):
        page = client.get(f"{url}?view=visual").content.decode()
        assert 'data-view="visual"' in page, url
        assert ("Principals" in text_of(page)) is (url.endswith(("/trust/", "/create-role-json/")))
        before = json.loads(fields_of(page)["document"][0])["Statement"]
        page = client.post(url, {**with_fields(page), "do": ["new"]}).content.decode()
        assert len(json.loads(fields_of(page)["document"][0])["Statement"]) == len(before) + 1


def test_suggests_what_the_operator_may_see(visual: Visual, aws_account: AwsAccount, other_account: AwsAccount) -> None:
    make_role(aws_account, "exporter")
    make_role(other_account, "hidden-role")
    form = visual(document_text(allow("iam:PassRole")))
    assert 'value="arn:aws:iam::123456789012:role/exporter"' in form.html
    assert "hidden-role" not in form.html
    assert "The actions take: role." in form.words
    form = visual(document_text(allow("sqs:SendMessage")))
    assert 'value="arn:aws:sqs:*:123456789012:*"' in form.html


def test_who_may_only_read_gets_no_fields(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    sent = {"document": READS, "view": "visual"}
    assert client_of(bob).post(address("document_view") + "?kind=identity", sent).status_code == 403
