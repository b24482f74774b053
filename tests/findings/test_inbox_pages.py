"""The inbox: what it lists, in which groups, for whom; and what is done with several at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from findings import refresh
from findings.models import AccountRefresh, Finding, RuleSetting, SavedFindingsView, SourceLook
from findings.rules import Rule, rules_of
from findings.tallies import recount
from tests.conftest import make_aws_account, make_operator
from tests.services.looked import looked
from tests.services.pages import text_of

pytestmark = pytest.mark.django_db
OLD_KEY, NO_MFA = "credentials.old_key", "credentials.no_mfa"
ClientOf = Callable[[Operator], Client]


def find(aws_account: AwsAccount, name: str, rule: str = NO_MFA, severity: str = "high", **fields: Any) -> Finding:
    now = timezone.now()
    usual = {
        "source": "credentials",
        "kind": "iam.user",
        "object_id": f"AIDA{name.upper()}",
        "fingerprint": f"{rule}{name}",
    }
    times = {"state_since": now, "first_seen": now, "last_seen": now}
    said = {"severity": severity, "found_severity": severity, "sentence": f"{name}: bad."}
    row: Finding = Finding.objects.create(
        aws_account=aws_account, name=name, rule=rule, **{**usual, **times, **said, **fields}
    )
    recount(aws_account)
    looked(aws_account, now)
    return row


def url_of(aws_account: AwsAccount, name: str = "findings", **kwargs: Any) -> str:
    return reverse(name, kwargs={"account_id": aws_account.account_id, **kwargs})


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return text_of(answer.content.decode())


# ---- The list --------------------------------------------------------------------------------------------------
def test_groups_the_worst_first_each_with_its_counts(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    for name in ("dana", "kim"):
        find(aws_account, name)
    find(aws_account, "root", "credentials.root_key", "critical", kind="iam.root")
    find(aws_account, "dana", OLD_KEY, fingerprint="second")
    said = page(client_of(bob), url_of(aws_account))
    assert "4 findings need a decision: 1 critical, 3 high." in said
    heads = ["Access key of the root user Critical 1 finding", "Signs in without MFA High 2 findings"]
    assert said.index(heads[0]) < said.index(heads[1])
    by_object = page(client_of(bob), f"{url_of(aws_account)}?sort=object")
    assert "dana, IAM user 2 findings" in by_object
    by_owner = page(client_of(bob), f"{url_of(aws_account)}?sort=owner")
    assert "No owner 4 findings" in by_owner
    by_severity = page(client_of(bob), f"{url_of(aws_account)}?sort=severity")
    assert "High High 3 findings" in by_severity


def test_each_filter_and_order_answers(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    find(aws_account, "dana")
    client = client_of(bob)
    for query in (
        "state=any",
        "state=mended",
        "state=off",
        "severity=grave",
        f"rule={NO_MFA}",
        "age=old",
        "fix=staged",
        "owner=mine",
        "owner=left",
        "owner=none",
        "owned_by=x",
        "object=AIDADANA",
        "q=bad",
        "sort=-owner",
        "sort=seen",
        "rule=no.such",
        "sort=none",
        "owner=everybody",
    ):
        assert client.get(f"{url_of(aws_account)}?{query}").status_code == 200, query
    assert "dana" in page(client, f"{url_of(aws_account)}?q=bad&owner=none&severity=grave")
    assert "Nothing matches" in page(client, f"{url_of(aws_account)}?owner=mine")


@pytest.mark.parametrize("url", ["", "/all/findings/"])
def test_queries_do_not_grow_with_the_rows(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf, url: str
) -> None:
    client, url = client_of(bob), url or url_of(aws_account)

    def queries() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as found:
            client.get(url)
        return len(found)

    find(aws_account, "first", OLD_KEY)
    few = queries()
    for number in range(12):
        find(aws_account, f"u{number:02}", OLD_KEY if number % 2 else NO_MFA)
    assert queries() <= few


def test_pages_go_through_all_groups(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    for number in range(30):
        find(aws_account, f"u{number:02}", OLD_KEY if number % 2 else NO_MFA)
    client, url, names = client_of(bob), f"{url_of(aws_account)}?rows=25", []
    while url:
        listing = client.get(url).context["listing"]
        names += [row.name for row in listing.page.rows]
        url = f"{url_of(aws_account)}{listing.next_url}" if listing.next_url else ""
    assert len(names) == len(set(names)) == 30


def test_who_may_see_it(aws_account: AwsAccount, charlie: Operator, hal: Operator, client_of: ClientOf) -> None:
    found = find(aws_account, "dana")
    for operator, status in ((charlie, 404), (hal, 403)):
        for url in (
            url_of(aws_account),
            url_of(aws_account, "finding", pk=found.pk),
            url_of(aws_account, "finding_rules"),
        ):
            assert client_of(operator).get(url).status_code == status


def test_charlie_of_one_aws_account_sees_nothing_of_the_others(aws_account: AwsAccount, client_of: ClientOf) -> None:
    seen = make_aws_account("222222222222", "Shop")
    charlie = make_operator("carl", Role.EDITOR, seen)
    hidden = find(aws_account, "secret-user")
    mine = find(seen, "kim")
    client = client_of(charlie)
    for url in (
        "/all/findings/",
        "/all/findings/?format=csv",
        "/all/findings/?format=ocsf",
        "/all/findings/?format=asff",
        "/all/findings/?q=secret",
        "/all/findings/?sort=object",
    ):
        answer = client.get(url)
        said = (answer.getvalue() if answer.streaming else answer.content).decode()
        assert "secret-user" not in said
        assert aws_account.account_id not in said
    asked = page(client, f"/all/findings/?account={aws_account.account_id}")
    assert "so it was left out" in asked
    assert "secret-user" not in asked
    assert "1 finding needs a decision" in page(client, "/all/findings/")
    assert client.get(url_of(seen, "finding", pk=hidden.pk)).status_code == 404
    for act in ("mute", "assign", "stage"):
        answer = client.post(f"/all/findings/{act}/", {"finding": [hidden.pk], "ask": "1"})
        assert answer.status_code == 404
    both = client.post("/all/findings/mute/", {"finding": [hidden.pk, mine.pk], "reason": "Known.", "until": soon()})
    assert both.status_code == 302
    hidden.refresh_from_db()
    mine.refresh_from_db()
    assert (hidden.state, mine.state) == ("open", "muted")


def soon() -> str:
    return f"{timezone.localdate() + timedelta(days=7)}"


# ---- What it is sure of ----------------------------------------------------------------------------------------
def test_what_is_not_read_or_broken_is_said(
    aws_account: AwsAccount, alice: Operator, bob: Operator, client_of: ClientOf
) -> None:
    before = page(client_of(bob), url_of(aws_account))
    assert "Nobody has looked for findings in this AWS account yet" in before
    assert "Nothing was found" not in before
    looked(aws_account)
    broken = [{"source": "trust", "since": f"{timezone.now()}", "error": "KeyError: 'x'"}]
    AccountRefresh.objects.update(unread=["MFA devices", "Access keys"], broken=broken)
    said = page(client_of(bob), url_of(aws_account))
    assert "Not read, so that nobody knows what is wrong there: MFA devices, Access keys." in said
    assert "Trusts an outside AWS account" in said
    assert "KeyError" not in said
    olga = make_operator("olga", Role.OWNER, aws_account)
    assert "KeyError: 'x'" in page(client_of(olga), url_of(aws_account))
    all_said = page(client_of(olga), "/all/findings/")
    assert "Of 1 AWS account not everything is read" in all_said


def test_that_it_is_to_be_looked_at_again_makes_the_last_look_no_older(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    now = timezone.now()
    looked(aws_account, now - timedelta(minutes=8))
    SourceLook.objects.create(aws_account=aws_account, source="credentials", looked_at=now)
    SourceLook.objects.create(aws_account=aws_account, source="trust", looked_at=now - timedelta(minutes=7))
    refresh.look_again(AwsAccount.objects.all())
    assert "Looked for 7 min ago" in page(client_of(bob), url_of(aws_account))


def test_rows_have_buttons_for_what_one_may_do_there(
    aws_account: AwsAccount, other_account: AwsAccount, client_of: ClientOf
) -> None:
    """erin edits in one AWS account, and reads in the other."""
    erin = make_operator("erin", Role.EDITOR, aws_account)
    Grant.objects.create(operator=erin, aws_account=other_account, role=Role.VIEWER)
    AwsAccount.objects.update(connection=AwsAccount.Connection.AMBIENT)
    mine, theirs = find(aws_account, "dana", rule=OLD_KEY), find(other_account, "kim", rule=OLD_KEY)
    client = client_of(erin)
    rows = client.get("/all/findings/").content.decode()
    for row, is_mine in ((mine, True), (theirs, False)):
        for name, kwargs in (("mute_findings", {}), ("fix_finding", {"pk": row.pk})):
            assert (url_of(row.aws_account, name, **kwargs) in rows) is is_mine, (row, name)
    asked = client.post("/all/findings/mute/", {"finding": [mine.pk, theirs.pk], "ask": "1"})
    said = text_of(asked.content.decode())
    assert "1 finding is left out" in said and "kim" not in said


# ---- Several at once -------------------------------------------------------------------------------------------
def test_several_are_muted_from_the_list(aws_account: AwsAccount, alice: Operator, client_of: ClientOf) -> None:
    pks = [find(aws_account, name).pk for name in ("dana", "kim")]
    client, url = client_of(alice), url_of(aws_account, "mute_findings")
    asked = client.post(url, {"finding": pks, "ask": "1", "next": url_of(aws_account)})
    assert "Mute 2 findings" in text_of(asked.content.decode())
    empty = client.post(url, {"finding": pks, "reason": "", "until": soon()})
    assert empty.status_code == 422
    client.post(url, {"finding": pks, "reason": "Planned.", "until": soon(), "next": url_of(aws_account)})
    assert set(Finding.objects.values_list("state", flat=True)) == {"muted"}
    assert "No finding is open." in page(client, url_of(aws_account))
    assert "Planned." in page(client, f"{url_of(aws_account)}?state=muted")


def test_only_owners_accept_and_it_opens_again(aws_account: AwsAccount, olga: Operator, client_of: ClientOf) -> None:
    found = find(aws_account, "dana")
    url = url_of(aws_account, "accept_findings")
    editor = make_operator("erin", Role.EDITOR, aws_account)
    assert client_of(editor).post(url, {"finding": [found.pk], "reason": "Fine."}).status_code == 403
    client_of(olga).post(url, {"finding": [found.pk], "reason": "Fine."})
    found.refresh_from_db()
    assert (found.state, found.muted_until) == ("accepted", None)
    client_of(olga).post(url_of(aws_account, "reopen_findings"), {"finding": [found.pk]})
    found.refresh_from_db()
    assert (found.state, found.mute_reason) == ("open", "")
    assert AuditEntry.objects.filter(verb__startswith="finding.accepted").count() == 2


def test_to_whom_they_are_given_and_who_has_left(aws_account: AwsAccount, alice: Operator, client_of: ClientOf) -> None:
    found, client = find(aws_account, "dana"), client_of(alice)
    url = url_of(aws_account, "assign_findings")
    stranger = make_operator("stranger", None, None)
    assert client.post(url, {"finding": [found.pk], "owner": f"operator:{stranger.pk}"}).status_code == 422
    client.post(url, {"finding": [found.pk], "owner": f"operator:{alice.pk}"})
    assert "dana" in page(client, f"{url_of(aws_account)}?owner=mine")
    viewer = make_operator("vera", Role.VIEWER, aws_account)
    client.post(url, {"finding": [found.pk], "owner": f"operator:{viewer.pk}"})
    Operator.objects.filter(pk=viewer.pk).update(is_active=False)
    said = page(client, f"{url_of(aws_account)}?owner=left")
    assert "Has left" in said
    assert "dana" in said


def test_to_a_group(aws_account: AwsAccount, alice: Operator, client_of: ClientOf) -> None:
    group = Group.objects.create(name="Platform")
    Grant.objects.create(group=group, aws_account=aws_account, role=Role.VIEWER)
    alice.groups.add(group)
    found = find(aws_account, "dana")
    client_of(alice).post(url_of(aws_account, "assign_findings"), {"finding": [found.pk], "owner": f"group:{group.pk}"})
    assert "Platform 1 finding" in page(client_of(alice), f"{url_of(aws_account)}?sort=owner")
    assert "dana" in page(client_of(alice), f"{url_of(aws_account)}?owner=mine")


def test_too_many_at_once_are_refused_in_a_sentence(
    aws_account: AwsAccount, alice: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("findings.views.acts.MOST_PICKED", 1)
    pks = [find(aws_account, name).pk for name in ("dana", "kim")]
    answer = client_of(alice).post(url_of(aws_account, "mute_findings"), {"finding": pks, "ask": "1"}, follow=True)
    assert "Pick fewer: 1 findings at once is the most." in text_of(answer.content.decode())


# ---- Views, rules, one finding ---------------------------------------------------------------------------------
def test_views_are_saved_for_oneself(
    aws_account: AwsAccount, alice: Operator, bob: Operator, client_of: ClientOf
) -> None:
    client = client_of(alice)
    url = url_of(aws_account, "save_findings_view")
    client.post(url, {"name": "Grave", "query": "?severity=grave&after=evil&next=//x"})
    view = SavedFindingsView.objects.get()
    assert view.query == "severity=grave"
    assert "Grave" in page(client, url_of(aws_account))
    assert "Grave" not in page(client_of(bob), url_of(aws_account)).replace("Save", "")
    client_of(bob).post(url_of(aws_account, "delete_findings_view"), {"view": view.pk})
    assert SavedFindingsView.objects.exists()
    client.post(url_of(aws_account, "delete_findings_view"), {"view": view.pk})
    assert not SavedFindingsView.objects.exists()


def test_a_rule_is_switched_off_and_set_harsher_by_owners(
    aws_account: AwsAccount, olga: Operator, client_of: ClientOf
) -> None:
    editor = make_operator("erin", Role.EDITOR, aws_account)
    found = find(aws_account, "dana")
    url = url_of(aws_account, "set_finding_rule", rule_id=NO_MFA)
    assert client_of(editor).post(url, {"setting": "off", "reason": "No."}).status_code == 403
    client = client_of(olga)
    assert client.post(url, {"setting": "off", "reason": ""}).status_code == 422
    client.post(url, {"setting": "off", "reason": "We use another tool."})
    found.refresh_from_db()
    assert found.state == "off"
    assert "No finding is open." in page(client, url_of(aws_account))
    client.post(url, {"setting": "critical", "reason": "Production."})
    found.refresh_from_db()
    assert (found.state, found.severity, found.found_severity) == ("open", "critical", "high")
    client.post(url, {"setting": "low", "reason": "x"})
    found.refresh_from_db()
    assert found.severity == "critical"
    client.post(url, {"setting": "", "reason": ""})
    found.refresh_from_db()
    assert found.severity == "high"
    assert not RuleSetting.objects.exists()
    verbs = AuditEntry.objects.filter(verb__startswith="finding_rule.").order_by("pk")
    assert [each.verb for each in verbs] == ["finding_rule.off", "finding_rule.harsher", "finding_rule.reset"]


def test_every_rule_has_its_page(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    said = page(client, url_of(aws_account, "finding_rules"))
    assert "Signs in without MFA" in said
    assert "A password that was guessed" in page(client, url_of(aws_account, "finding_rule", rule_id=NO_MFA))
    assert client.get(url_of(aws_account, "finding_rule", rule_id="no.such")).status_code == 404


def test_the_page_of_one(aws_account: AwsAccount, alice: Operator, client_of: ClientOf) -> None:
    found = find(aws_account, "dana", evidence={"key": "AKIA1", "unused": True})
    find(aws_account, "dana", OLD_KEY, fingerprint="second", sentence="dana has an old key.")
    said = page(client_of(alice), url_of(aws_account, "finding", pk=found.pk))
    assert "A password that was guessed, reused or phished is enough." in said
    assert "Unused Yes" in said
    assert "dana has an old key." in said


def test_a_fix_that_there_is_not_is_said(aws_account: AwsAccount, alice: Operator, client_of: ClientOf) -> None:
    found = find(aws_account, "dana", OLD_KEY)
    answer = client_of(alice).get(url_of(aws_account, "fix_finding", pk=found.pk), follow=True)
    assert "The console has no change that puts it right as it is now." in text_of(answer.content.decode())


# ---- Exports ---------------------------------------------------------------------------------------------------
# OCSF 1.6.0, "Detection Finding [2004]": what is required of the class, of the base event and with the cloud profile.
REQUIRED = (
    "activity_id",
    "category_uid",
    "class_uid",
    "finding_info",
    "metadata",
    "severity_id",
    "time",
    "type_uid",
    "cloud",
)
# "AWS Security Finding Format (ASFF)", "Required top-level ASFF attributes".
ASFF = (
    "AwsAccountId",
    "CreatedAt",
    "Description",
    "GeneratorId",
    "Id",
    "ProductArn",
    "Resources",
    "SchemaVersion",
    "Severity",
    "Title",
    "Types",
    "UpdatedAt",
)


def exported(client: Client, aws_account: AwsAccount, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(client.get(f"{url_of(aws_account)}?state=any&format={name}").getvalue())
    return found


def test_ocsf_has_what_its_class_requires(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    find(aws_account, "dana")
    find(aws_account, "kim", state="mended", mended_at=timezone.now())
    find(aws_account, "lee", state="muted", muted_until=timezone.now() + timedelta(days=3))
    found = {each["resources"][0]["name"]: each for each in exported(client_of(bob), aws_account, "ocsf")}
    for each in found.values():
        assert not [name for name in REQUIRED if name not in each]
        assert each["metadata"]["version"] == "1.6.0"
        assert each["metadata"]["product"]["vendor_name"]
        assert {"uid", "title"} <= each["finding_info"].keys()
        assert each["type_uid"] == each["class_uid"] * 100 + each["activity_id"]
        assert isinstance(each["time"], int)
        assert 1 <= each["severity_id"] <= 5
        assert each["cloud"]["provider"] == "AWS"
    said = {name: (each["activity_id"], each["status_id"]) for name, each in found.items()}
    assert said == {"dana": (1, 1), "kim": (3, 4), "lee": (2, 3)}


def test_asff_has_what_it_requires(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    find(aws_account, "dana", sentence="x" * 600)
    [found] = exported(client_of(bob), aws_account, "asff")
    assert not [name for name in ASFF if name not in found]
    assert found["SchemaVersion"] == "2018-10-08"
    region, number = aws_account.default_region, aws_account.account_id
    assert found["ProductArn"] == f"arn:aws:securityhub:{region}:{number}:product/{number}/default"
    assert found["Resources"][0]["Type"] == "AwsIamUser"
    assert found["Severity"] == {"Label": "HIGH"}
    assert len(found["Description"]) <= 1024
    assert not {"Workflow", "Note", "UserDefinedFields"} & found.keys()


def test_a_file_has_no_formula(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    find(aws_account, "=HYPERLINK(1)")
    said = client_of(bob).get(f"{url_of(aws_account)}?format=csv").getvalue().decode()
    assert '"\'=HYPERLINK(1)"' in said


def test_rules_say_themselves_in_words() -> None:
    rule = rules_of(Rule("a.b", "A thing that is bad.", one="thing is bad", many="things are bad"))["a.b"]
    assert (rule.name, rule.heading(2), Rule("c.d", "X.").heading(3, 4)) == (
        "A thing that is bad",
        "2 things are bad",
        "X: 4 findings",
    )
