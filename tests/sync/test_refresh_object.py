"""One object read again because somebody looks at it: through a real worker, and its page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamGroup, IamRole, IamUser, InlinePolicy
from policies.models import ManagedPolicy
from sync import pull, refresh
from sync.mirror import facets_of
from sync.models import Facet, MirroredRow, Run
from tests.conftest import wait_until
from tests.services.pulling import revisions, seeded_and_pulled
from tests.services.statements import allowing
from tests.services.workers import Worker

READ = "GetAccountAuthorizationDetails"


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    return seeded_and_pulled(emulator, aws_account)


def refreshed(row: MirroredRow, actor: Operator) -> Run:
    """In this process."""
    run = refresh.start(row=row, actor=actor)
    refresh.work(run.pk)
    run.refresh_from_db()
    return run


def is_read_again(run: Run) -> bool:
    """Whether all facets had been read before, and AWS had made the report of last accessed services."""
    return last_word(run).startswith("Read again") and not any(
        "Refresh again in a minute" in each["line"] for each in run.log
    )


def last_word(run: Run) -> str:
    return str(run.log[-1]["line"])


@pytest.mark.django_db
def test_what_changed_is_read(iam: Any, erin: Operator) -> None:
    iam.put_role_policy(RoleName="exporter", PolicyName="logs", PolicyDocument=allowing("logs:*"))
    exporter = IamRole.objects.get()
    run = refreshed(exporter, erin)
    assert (run.state, run.changed, last_word(run)) == (Run.State.DONE, 1, "Read again: it had changed.")
    assert InlinePolicy.objects.get().document.text == allowing("logs:*")
    assert [(each.origin, each.run_id) for each in revisions(exporter)[1:]] == [("outside", run.pk)]


@pytest.mark.django_db
@pytest.mark.parametrize("model", [IamUser, IamGroup, IamRole, ManagedPolicy])
def test_what_did_not_change_makes_no_revision(iam: Any, erin: Operator, model: type[MirroredRow]) -> None:
    row = model.objects.order_by("-name").first()
    assert row is not None
    wait_until(lambda: is_read_again(refreshed(row, erin)))
    run = refreshed(row, erin)
    assert (run.state, run.changed, last_word(run)) == (Run.State.DONE, 0, "Read again: nothing had changed.")
    assert len(revisions(row)) == 1


@pytest.mark.django_db
def test_what_was_never_read_has_not_changed(iam: Any, erin: Operator) -> None:
    jane = IamUser.objects.get()
    Facet.objects.filter(object_id=jane.aws_id).exclude(source="details").delete()
    run = refreshed(jane, erin)
    assert (run.changed, last_word(run)) == (0, "Read: some of it for the first time.")


@pytest.mark.django_db
def test_only_that_object_is_asked_about_with_all_its_facets(iam: Any, erin: Operator, emulator: Emulator) -> None:
    jane = IamUser.objects.get()
    refreshed(jane, erin)
    assert emulator.calls(READ) == []
    asked = {call["params"].get("UserName") for call in emulator.calls() if call["service"] == "iam"}
    assert asked <= {"jane", None}
    held = set(Facet.objects.filter(kind="iam.user", object_id=jane.aws_id).values_list("source", flat=True))
    assert {about.source for about in facets_of("iam.user") if about.source in held} == held
    assert "details" in held


@pytest.mark.django_db
def test_what_is_gone_gets_its_tombstone(iam: Any, erin: Operator) -> None:
    jane = IamUser.objects.get()
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    run = refreshed(jane, erin)
    jane.refresh_from_db()
    assert (run.state, run.gone, last_word(run)) == (Run.State.DONE, 1, "AWS has it no more.")
    assert jane.gone_at is not None
    assert [(each.origin, each.gone) for each in revisions(jane)] == [("import", False), ("outside", True)]
    assert not Facet.objects.filter(object_id=jane.aws_id, gone_at__isnull=True).exists()


@pytest.mark.django_db
def test_what_we_wrote_a_moment_ago_may_not_show_yet(iam: Any, erin: Operator) -> None:
    jane = IamUser.objects.get()
    Facet.objects.filter(object_id=jane.aws_id).update(written_at=timezone.now() - timedelta(seconds=5))
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    run = refreshed(jane, erin)
    jane.refresh_from_db()
    assert (run.gone, jane.gone_at) == (0, None)
    assert "wrote it a moment ago" in last_word(run)


@pytest.mark.django_db
def test_a_renamed_object_is_found_by_its_id(iam: Any, erin: Operator) -> None:
    jane = IamUser.objects.get()
    iam.update_user(UserName="jane", NewUserName="jane.doe")
    run = refreshed(jane, erin)
    jane.refresh_from_db()
    assert (run.changed, jane.name, jane.gone_at) == (1, "jane.doe", None)


@pytest.mark.django_db
def test_another_object_by_the_same_name_is_another(iam: Any, erin: Operator) -> None:
    jane = IamUser.objects.get()
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    iam.create_user(UserName="jane")
    assert refreshed(jane, erin).gone == 1


@pytest.mark.django_db
def test_a_denial_is_said_and_takes_nothing_away(iam: Any, erin: Operator, emulator: Emulator) -> None:
    emulator.rules([{"action": "GetUser", "error": {"code": "AccessDenied", "status": 403}}])
    jane = IamUser.objects.get()
    run = refreshed(jane, erin)
    assert (run.state, run.error["class"], run.gone) == (Run.State.FAILED, "AccessDeniedError", 0)
    assert "iam:GetUser" in run.error["sentence"]
    assert IamUser.objects.live().count() == 1


# ---- The page ------------------------------------------------------------------------------------------------


def page_of(row: MirroredRow, run: Run | None = None) -> str:
    url = reverse("user", kwargs={"account_id": row.aws_account.account_id, "aws_id": row.aws_id})
    return f"{url}?refreshed={run.pk}" if run else url


def press(client: Client, row: MirroredRow, back: str) -> Any:
    kwargs = {"account_id": row.aws_account.account_id, "kind": row.kind, "aws_id": row.aws_id}
    return client.post(reverse("object_refresh", kwargs=kwargs), {"back": back})


@pytest.mark.django_db
def test_the_button_leads_back_to_the_page(iam: Any, erin: Operator, client_of: Callable[[Operator], Client]) -> None:
    jane, client = IamUser.objects.get(), client_of(erin)
    assert "Read this one object again" in client.get(page_of(jane)).content.decode()
    answers = [press(client, jane, page_of(jane)) for _ in range(2)]
    run = Run.objects.get(source=Run.OBJECT)
    assert [answer["Location"] for answer in answers] == [page_of(jane, run)] * 2
    shown = client.get(page_of(jane, run)).content.decode()
    assert "Refreshing…" in shown
    assert reverse("pull_refresh", kwargs={"account_id": run.aws_account.account_id, "pk": run.pk}) in shown


@pytest.mark.django_db
def test_no_address_of_elsewhere_is_gone_back_to(
    iam: Any, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    jane = IamUser.objects.get()
    for back in ("https://example.com/", "//example.com/", "", "/?next=x"):
        assert press(client_of(erin), jane, back)["Location"].startswith("/aws/123456789012/pulls/")


@pytest.mark.django_db
def test_the_page_says_how_it_went(iam: Any, erin: Operator, client_of: Callable[[Operator], Client]) -> None:
    jane, client = IamUser.objects.get(), client_of(erin)
    run = refreshed(jane, erin)
    assert "Read: some of it for the first time." in client.get(page_of(jane, run)).content.decode()
    url = reverse("pull_refresh", kwargs={"account_id": run.aws_account.account_id, "pk": run.pk})
    answer = client.get(url, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (286, "true")


@pytest.mark.django_db
def test_the_refresh_of_another_object_is_not_shown(
    iam: Any, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    run = refreshed(IamRole.objects.get(), erin)
    assert "Read again" not in client_of(erin).get(page_of(IamUser.objects.get(), run)).content.decode()


@pytest.mark.django_db
def test_what_is_not_there_can_not_be_refreshed(
    iam: Any, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    wrong = [("iam.user", "AIDANOBODY"), ("iam.nothing", "AIDA"), ("iam.role", IamUser.objects.get().aws_id)]
    for kind, aws_id in wrong:
        kwargs = {"account_id": "123456789012", "kind": kind, "aws_id": aws_id}
        assert client_of(erin).post(reverse("object_refresh", kwargs=kwargs)).status_code == 404


# ---- Workers -------------------------------------------------------------------------------------------------


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_a_refresh_does_not_wait_behind_a_long_pull(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, worker: Callable[..., Worker]
) -> None:
    iam = seeded_and_pulled(emulator, aws_account)
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "sales"}])
    emulator.rules([{"action": READ, "hold": True}])
    for queue in ("pulls", "changes"):
        worker(queue)
    long_one = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR)
    emulator.wait_for_calls(READ, state="held")
    run = refresh.start(row=IamUser.objects.get(), actor=erin)

    def is_done() -> bool:
        run.refresh_from_db()
        return run.state == Run.State.DONE

    wait_until(is_done)
    assert IamUser.objects.get().tags == {"team": "sales"}
    long_one.refresh_from_db()
    assert long_one.state == Run.State.RUNNING


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_is_replaced(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, worker: Callable[..., Worker], settings: Any
) -> None:
    settings.CLAIM_TIMEOUT_S = 0.7
    seeded_and_pulled(emulator, aws_account)
    emulator.rules([{"action": "GetUser", "hold": True, "times": 1}])
    first = worker("changes")
    run = refresh.start(row=IamUser.objects.get(), actor=erin)
    emulator.wait_for_calls("GetUser", state="held")
    first.kill()
    worker("changes", CLAIM_TIMEOUT_S="0.7")

    def swept_and_done() -> bool:
        pull.sweep_due()
        run.refresh_from_db()
        return run.state == Run.State.DONE

    wait_until(swept_and_done)
