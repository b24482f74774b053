"""An import: nothing for an unchanged export, all or nothing for a changed one, and no more than pages allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from configuration import files, services
from configuration.services import ImportRefused, ImportResult
from configuration.shapes import BadFile
from notifications.models import NotificationRoute
from sync.models import OwnershipRule, SafeguardVersion
from tests.conftest import make_operator

pytestmark = pytest.mark.django_db
Edit = Callable[[dict[str, Any]], object]


def edited(text: str, *edits: Edit) -> bytes:
    said = yaml.safe_load(text)
    for edit in edits:
        edit(said)
    return yaml.safe_dump(said).encode()


def imported(olga: Operator, raw: bytes) -> ImportResult:
    uploaded = services.upload(actor=olga, raw=raw)
    state = services.plan(files.read(raw)).state
    result = services.carry_out(actor=olga, uploaded=uploaded, state=state)
    assert result is not None
    return result


def grant(operator: str, role: str = "viewer", where: str = "all") -> dict[str, str]:
    return {"operator": operator, "role": role, "aws_account": where}


def test_importing_the_export_is_no_difference(filled: AwsAccount, olga: Operator) -> None:
    text = services.export(actor=olga)
    said = yaml.safe_load(text)
    assert all(said[section] for section in ("labels", "grants", "guard_rails", "saved_tests"))
    assert all(said[section] for section in ("ownership_rules", "notification_routes"))
    assert services.plan(files.read(text.encode())).differences == []
    without = edited(text, lambda said: said.pop("based_on"))
    assert services.plan(files.read(without)).differences == []


def test_no_secret_is_in_it(filled: AwsAccount, olga: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("export_configuration")
    text = capsys.readouterr().out
    route = NotificationRoute.objects.get()
    assert "ops@example.org" not in text
    assert route.address not in text
    assert yaml.safe_load(text)["notification_routes"][0]["name"] == "Ops"


def test_what_was_removed_comes_back_from_the_file(filled: AwsAccount, olga: Operator, settings: Any) -> None:
    """All of it, from an export without the promise that addresses are kept."""
    settings.ROUTE_ADDRESSES = {"OPS": "ops@example.org"}
    text = services.export(actor=olga)
    keep = [each for each in yaml.safe_load(text)["grants"] if each["role"] == "owner" or "unit" in each]
    empty = {"grants": keep, "guard_rails": [], "saved_tests": [], "ownership_rules": [], "notification_routes": []}
    emptied = imported(olga, edited(text, lambda said: said.update(empty), lambda said: said.update(labels=[])))
    assert emptied.numbers["removed"] >= 9
    assert not OwnershipRule.objects.exists()
    assert not SafeguardVersion.objects.filter(state="in_force").exists()

    def by_setting(said: dict[str, Any]) -> None:
        del said["based_on"]
        said["notification_routes"][0]["address"] = "OPS"

    back = imported(olga, edited(text, by_setting))
    assert back.numbers == {"added": emptied.numbers["removed"], "changed": 0, "removed": 0}
    assert services.plan(files.read(edited(text, lambda said: said.pop("based_on")))).differences == []


def test_it_is_one_entry_of_the_trail_and_one_for_each_thing(filled: AwsAccount, olga: Operator) -> None:
    raw = edited(services.export(actor=olga), lambda said: said["grants"].append(grant("bob@example.org")))
    imported(olga, raw)
    entry = AuditEntry.objects.get(verb="configuration.imported")
    assert (entry.actor, entry.data["added"], entry.data["changed"], entry.data["removed"]) == (olga, 1, 0, 0)
    assert AuditEntry.objects.get(verb="grant.given").reason == "By an imported file."


def test_it_is_all_or_nothing(filled: AwsAccount, olga: Operator) -> None:
    new = [grant("bob@example.org"), grant("nobody@example.org")]
    raw = edited(services.export(actor=olga), lambda said: said["grants"].extend(new))
    with pytest.raises(ImportRefused, match=r"Nobody here signs in with nobody@example\.org"):
        imported(olga, raw)
    assert not Grant.objects.filter(operator__email="bob@example.org", aws_account=None).exists()
    assert not AuditEntry.objects.filter(verb__in=["configuration.imported", "grant.given"]).exists()
    uploaded = services.upload(actor=olga, raw=raw)
    [problem] = services.dry_run(actor=olga, uploaded=uploaded)
    assert problem.line > 1
    assert not Grant.objects.filter(operator__email="bob@example.org", aws_account=None).exists()


def test_the_last_owner_stays(filled: AwsAccount, olga: Operator) -> None:
    def without_owners(said: dict[str, Any]) -> None:
        said["grants"] = [each for each in said["grants"] if each["role"] != "owner"]

    with pytest.raises(ImportRefused, match="nobody who owns all AWS accounts"):
        imported(olga, edited(services.export(actor=olga), without_owners))
    assert olga.owns_all()


def test_owners_may_change_places(filled: AwsAccount, olga: Operator, bob: Operator) -> None:
    def instead(said: dict[str, Any]) -> None:
        said["grants"] = [each for each in said["grants"] if each["role"] != "owner"]
        said["grants"].append(grant("BOB@example.org", "owner"))

    imported(olga, edited(services.export(actor=olga), instead))
    assert bob.owns_all()
    assert not olga.owns_all()


def test_only_owners_of_all_import(filled: AwsAccount, olga: Operator) -> None:
    text = services.export(actor=olga)
    alice = make_operator("alice", Role.OWNER, filled)
    for act in (lambda: services.export(actor=alice), lambda: services.upload(actor=alice, raw=text.encode())):
        with pytest.raises(PermissionDenied):
            act()


def test_to_loosen_what_blocks_waits_for_a_second_person(filled: AwsAccount, olga: Operator) -> None:
    make_operator("anton", Role.APPROVER, filled)
    AwsAccount.objects.filter(pk=filled.pk).update(approvals_required=1)

    def loosened(said: dict[str, Any]) -> None:
        [rail] = [each for each in said["guard_rails"] if each["rule"] == "no_full_access"]
        rail["mode"] = "note"

    result = imported(olga, edited(services.export(actor=olga), loosened))
    assert "waits for a second person" in " ".join(result.remarks)
    rails = SafeguardVersion.objects.filter(content__rule="no_full_access")
    assert {each.state: each.content["mode"] for each in rails} == {"in_force": "blocks", "pending": "note"}


def test_what_changed_in_the_console_since_stays(filled: AwsAccount, olga: Operator, bob: Operator) -> None:
    raw = edited(services.export(actor=olga), lambda said: said["ownership_rules"][0]["rules"].pop())
    Grant.objects.create(operator=bob, aws_account=None, role=Role.EDITOR)
    plan = services.plan(files.read(raw))
    assert plan.is_stale
    assert [each.kind.name for each in plan.differences] == ["KEPT", "CHANGED"]
    imported(olga, raw)
    assert Grant.objects.filter(operator=bob, aws_account=None).exists()
    assert OwnershipRule.objects.count() == 1


def test_what_changed_in_both_is_a_conflict(filled: AwsAccount, olga: Operator) -> None:
    raw = edited(services.export(actor=olga), lambda said: said["ownership_rules"][0]["rules"].pop())
    OwnershipRule.objects.filter(position=1).update(pattern="other-*")
    with pytest.raises(ImportRefused, match="changed in the console since the export, and in the file"):
        imported(olga, raw)
    assert OwnershipRule.objects.count() == 2


def test_what_changed_since_somebody_looked_is_looked_at_again(
    filled: AwsAccount, olga: Operator, bob: Operator
) -> None:
    raw = edited(services.export(actor=olga), lambda said: said["grants"].append(grant("bob@example.org")))
    uploaded = services.upload(actor=olga, raw=raw)
    state = services.plan(files.read(raw)).state
    Grant.objects.create(operator=bob, aws_account=None, role=Role.EDITOR)
    with pytest.raises(ImportRefused, match="look again"):
        services.carry_out(actor=olga, uploaded=uploaded, state=state)


def test_sent_twice_it_is_imported_once(filled: AwsAccount, olga: Operator) -> None:
    raw = edited(services.export(actor=olga), lambda said: said["grants"].append(grant("bob@example.org")))
    uploaded = services.upload(actor=olga, raw=raw)
    state = services.plan(files.read(raw)).state
    assert services.carry_out(actor=olga, uploaded=uploaded, state=state) is not None
    assert services.carry_out(actor=olga, uploaded=uploaded, state=state) is None
    assert AuditEntry.objects.filter(verb="configuration.imported").count() == 1


def test_an_export_that_nobody_made_is_no_base(filled: AwsAccount, olga: Operator) -> None:
    raw = edited(services.export(actor=olga), lambda said: said.update(based_on="0" * 64))
    with pytest.raises(BadFile, match="doesn’t know"):
        services.plan(files.read(raw))


def test_an_import_has_an_end(filled: AwsAccount, olga: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_AT_ONCE", 1)
    new = [grant("bob@example.org"), grant("bob@example.org", "editor")]
    raw = edited(services.export(actor=olga), lambda said: said["grants"].extend(new))
    with pytest.raises(ImportRefused, match="makes 2 differences"):
        imported(olga, raw)
    [problem] = services.dry_run(actor=olga, uploaded=services.upload(actor=olga, raw=raw))
    assert "makes 2 differences" in problem.sentence
    imported(olga, edited(services.export(actor=olga), lambda said: said["grants"].append(new[0])))


def test_who_owned_all_when_they_looked_has_to_own_all_still(filled: AwsAccount, olga: Operator, bob: Operator) -> None:
    raw = edited(services.export(actor=olga), lambda said: said["grants"].append(grant("bob@example.org")))
    uploaded = services.upload(actor=olga, raw=raw)
    make_operator("anton", Role.OWNER, None)
    Grant.objects.filter(operator=olga).delete()
    state = services.plan(files.read(raw)).state
    with pytest.raises(PermissionDenied):
        services.carry_out(actor=Operator.objects.get(pk=olga.pk), uploaded=uploaded, state=state)


@pytest.mark.parametrize(
    ("section", "entry", "said"),
    [
        ("guard_rails", {"rule": "nothing", "mode": "off"}, "There is no rule “nothing”"),
        ("guard_rails", {"rule": "not_public", "mode": "off", "parameters": {"x": "1"}}, "has no parameter “x”"),
        ("guard_rails", {"rule": "own", "mode": "off", "name": "A", "parameters": {"document": "{"}}, "Line 1"),
        (
            "saved_tests",
            {"name": "A", "expected": "denied", "principals": ["user/nobody"], "actions": ["iam:CreateUser"]},
            "nobody",
        ),
        ("notification_routes", {"name": "New", "channel": "mail"}, "needs an “address”"),
        ("notification_routes", {"name": "New", "channel": "mail", "address": "SECRET_KEY"}, "has no “SECRET_KEY”"),
    ],
)
def test_what_a_page_would_refuse_is_refused(
    filled: AwsAccount, olga: Operator, section: str, entry: dict[str, Any], said: str
) -> None:
    entry = {"aws_account": filled.account_id, **entry}
    raw = edited(services.export(actor=olga), lambda file: file[section].append(entry))
    with pytest.raises(ImportRefused, match=said):
        imported(olga, raw)
