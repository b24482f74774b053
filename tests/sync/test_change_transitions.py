"""State × event × role: a button is shown where the view lets it through and the service does it, and nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import ERROR, get_messages
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from accounts.roles import CARE
from policies.models import ManagedPolicy
from policies.operations.update import DeleteVersion, SetDefault, UpdatePolicy
from sync import changes
from sync.changes.events import OperatorEvent, may_do
from sync.changes.plan import digest
from sync.changes.system_events import SYSTEM_EVENTS
from sync.changes.transitions import OPERATOR_EVENTS
from sync.models import Change, Step
from sync.views.change_actions import ACTIONS
from tests.services.pages import change_address
from tests.sync import transitions_table
from tests.sync.planned import proposed, rested

ClientOf = Callable[..., Client]
State = Change.State
STEP_STATES = {
    State.APPLIED: "done",
    State.FAILED: "failed",
    State.CONFLICTED: "conflicted",
    State.UNKNOWN: "unknown",
    State.APPLYING: "sending",
    State.CANCELLED: "skipped",
}
POSTED = {
    "comment": "Seen.",
    "reason": "Ticket 9",
    "until": (timezone.localtime() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
    "undoes": "1",
    "which": "AKIA1",
}


def plain(aws_account: AwsAccount, state: str, requester: Operator) -> Change:
    change = rested(proposed(aws_account, requester), state, STEP_STATES.get(State(state), "pending"))
    if state in Change.UNSENT:
        Change.objects.update(queued_at=None, started_at=None)
    if state == State.APPLIED:
        make_version(ManagedPolicy.objects.get(), 2)
    Step.objects.update(is_optional=True)
    Change.objects.update(digest=digest(aws_account, change.steps.all()))
    return Change.objects.get()


def make_version(policy: ManagedPolicy, number: int) -> None:
    """As the step leaves it."""
    first = policy.versions.get()
    policy.versions.create(version_id=f"v{number}", number=number, document=first.document, created_at=first.created_at)
    ManagedPolicy.objects.update(default_version=f"v{number}", version_count=number)


def with_approval(aws_account: AwsAccount, state: str, requester: Operator) -> Change:
    AwsAccount.objects.update(approvals_required=1)
    aws_account.refresh_from_db()
    return plain(aws_account, state, requester)


def approved(aws_account: AwsAccount, state: str, requester: Operator) -> Change:
    """By anton."""
    change = with_approval(aws_account, state, requester)
    anton = Operator.objects.get(email="anton@example.org")
    change.approvals.create(operator=anton, approved=True, digest=change.digest)
    return change


def of_helpdesk(aws_account: AwsAccount, state: str, requester: Operator) -> Change:
    """Looking after people is what all of its steps take (the test sets that)."""
    change = plain(aws_account, state, requester)
    Change.objects.update(requested_by=Operator.objects.get(email="hal@example.org"), is_care=True)
    change.refresh_from_db()
    return change


def with_what_appeared(aws_account: AwsAccount, state: str, requester: Operator) -> Change:
    change = plain(aws_account, state, requester)
    Step.objects.update(error={"sentence": "No answer.", "appeared": ["AKIA1"]})
    return change


def at_a_gate(aws_account: AwsAccount, state: str, requester: Operator) -> Change:
    change = plain(aws_account, state, requester)
    now = timezone.now()
    Change.objects.update(started_at=now, queued_at=now, not_before=now + timedelta(hours=1))
    change.refresh_from_db()
    return change


def end_of_access(aws_account: AwsAccount, state: str, requester: Operator) -> Change:
    change = plain(aws_account, state, requester)
    grant = Change.objects.create(
        aws_account=aws_account, title="On call", requested_by=requester, state="applied", expires_at=change.expires_at
    )
    Change.objects.filter(pk=change.pk).update(ends=grant, not_before=timezone.now() + timedelta(days=1))
    return Change.objects.select_related("aws_account").get(pk=change.pk)


# Each with who may do something there that the others don't show.
ARRANGEMENTS = [
    *[(plain, state, "alice bob hal erin anton") for state in State],
    *[(end_of_access, state, "alice erin anton") for state in State if state not in Change.UNDECIDED],
    *[(with_approval, state, "alice erin anton") for state in Change.UNDECIDED],
    *[(approved, state, "alice erin anton") for state in (*Change.UNDECIDED, State.SCHEDULED)],
    *[(of_helpdesk, state, "hal erin") for state in (State.PROPOSED, State.SCHEDULED, State.APPLIED, *Change.STUCK)],
    *[(with_what_appeared, state, "erin") for state in Change.STUCK],
    (at_a_gate, State.SCHEDULED, "erin anton"),
]


@pytest.fixture
def cast(alice: Operator, bob: Operator, hal: Operator, erin: Operator, anton: Operator) -> dict[str, Operator]:
    return {"alice": alice, "bob": bob, "hal": hal, "erin": erin, "anton": anton}


@pytest.fixture
def arranged(
    aws_account: AwsAccount, cast: dict[str, Operator], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Change]:
    def arrange(kind: Callable[..., Change], state: str) -> Change:
        if kind is of_helpdesk:
            for operation in (UpdatePolicy, SetDefault, DeleteVersion):
                monkeypatch.setattr(operation, "needs", CARE)
        return kind(aws_account, state, cast["erin"])

    return arrange


def service_allows(event: OperatorEvent, change: Change, actor: Operator) -> bool:
    form = ACTIONS[event.name].form(POSTED)
    assert form.is_valid(), form.errors
    now = ""
    with transaction.atomic():
        try:
            ACTIONS[event.name].service(change=change, actor=actor, **form.cleaned_data)
            now = Change.objects.get(pk=change.pk).state
        except changes.PlanError:
            pass
        transaction.set_rollback(True)
    assert now in {"", change.state, *event.leads_to}, f"{event.name} led from {change.state} to {now}"
    return now != ""


def view_allows(event: OperatorEvent, change: Change, client: Client) -> bool:
    client.cookies.pop("messages", None)
    with transaction.atomic():
        response = client.post(change_address(change, event.url_name), POSTED)
        transaction.set_rollback(True)
    if response.status_code == 403:
        return False
    assert response.status_code == 302
    return not [each for each in get_messages(response.wsgi_request) if each.level == ERROR]


def buttons_of(change: Change, client: Client) -> Iterator[str]:
    """The events whose button is on the page and can be pressed."""
    with transaction.atomic():
        response = client.get(change_address(change, "change"))
        transaction.set_rollback(True)
    if response.status_code == 403:
        return
    html, shown_buttons = response.content.decode(), response.context["buttons"]
    for event in OPERATOR_EVENTS:
        is_there = f'action="{change_address(change, event.url_name)}"' in html
        button = shown_buttons.shown.get(event.name)
        if event.name == "apply":
            assert is_there == (shown_buttons.apply is not None)
            reasons = shown_buttons.apply.reasons if shown_buttons.apply else ()
            is_there = is_there and not reasons
        elif event.name != "approve":  # its form stands on its own, and Reject with it
            assert is_there == (button is not None), f"{event.name} is {'' if is_there else 'not '}on the page"
        if is_there and not (button and button.reasons):
            yield event.name


@pytest.mark.usefixtures("short_refusals")
@pytest.mark.parametrize(
    ("kind", "state", "who"), ARRANGEMENTS, ids=[f"{kind.__name__}-{state}" for kind, state, _ in ARRANGEMENTS]
)
def test_button_view_and_service_agree(
    cast: dict[str, Operator],
    arranged: Callable[..., Change],
    client_of: ClientOf,
    kind: Callable[..., Change],
    state: str,
    who: str,
) -> None:
    change = arranged(kind, state)
    assert change.state == state
    for actor in map(cast.__getitem__, who.split()):
        client = client_of(actor)
        buttons = set(buttons_of(change, client))
        allowed = {event.name for event in OPERATOR_EVENTS if service_allows(event, change, actor)}
        assert buttons == allowed, f"{actor} in {state}"
        posted = [event for event in OPERATOR_EVENTS if event.name in allowed or (kind is plain and state == "failed")]
        for event in posted:
            assert view_allows(event, change, client) == (event.name in allowed), f"{actor} may {event.name} in {state}"


def test_each_event_happens_somewhere(cast: dict[str, Operator], arranged: Callable[..., Change]) -> None:
    """A table in which nothing is allowed would pass, too."""
    seen: set[str] = set()
    for kind, state, _ in ARRANGEMENTS:
        with transaction.atomic():
            change = arranged(kind, state)
            left = [event for event in OPERATOR_EVENTS if event.name not in seen]
            seen |= {event.name for event in left if any(service_allows(event, change, each) for each in cast.values())}
            transaction.set_rollback(True)
    elsewhere = {
        "approve_alone",
        "override",
        "override_code",
        "override_guard_rail",
        "review",
    }  # tested in files of their own
    assert seen == {event.name for event in OPERATOR_EVENTS} - elsewhere


def test_every_event_has_a_service_and_a_view() -> None:
    names = [event.name for event in OPERATOR_EVENTS]
    assert set(names) == set(ACTIONS) and len(names) == len(set(names))
    assert set(names) <= set(changes.__all__)


def test_every_state_is_left_or_over() -> None:
    events: list[Any] = [*OPERATOR_EVENTS, *SYSTEM_EVENTS]
    for state in State:
        leads_on = [event.name for event in events if state in event.starts_from and set(event.leads_to) - {state}]
        assert leads_on or state in Change.OVER, state
    assert set(State) == {*Change.OPEN, *Change.OVER}


def test_who_may_not_is_told_which_role_may(aws_account: AwsAccount, erin: Operator, bob: Operator) -> None:
    change = proposed(aws_account, erin)
    for event in OPERATOR_EVENTS:
        assert not may_do(event, change, bob)
        with pytest.raises(changes.PlanError, match=r"^You may not .* in Acme.*: that takes the role "):
            ACTIONS[event.name].service(change=change, actor=bob, **_cleaned(event))


def _cleaned(event: OperatorEvent) -> dict[str, Any]:
    form = ACTIONS[event.name].form(POSTED)
    assert form.is_valid()
    return form.cleaned_data


def test_no_other_module_lists_states() -> None:
    """A set of states stands in sync/models/changes.py or in the table of states, where the next reader looks."""
    found = {}
    apps = (
        "accounts",
        "sync",
        "findings",
        "policies",
        "identities",
        "resources",
        "directory",
        "infrastructure",
        "access",
        "cognito",
    )
    for path in (path for app in apps for path in Path(app).rglob("*.py")):
        if "migrations" in path.parts or path in _HOMES:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Tuple | ast.List | ast.Set) and len(_states_in(node)) > 1:
                found[f"{path}:{node.lineno}"] = _states_in(node)
    assert found == {}


_TABLE = (Path("sync/changes/transitions.py"), Path("sync/changes/system_events.py"))
_HOMES = {Path("sync/models/changes.py"), *_TABLE}
_ONLY_OF_CHANGES = {state.name for state in State} - {state.name for state in Step.State} - {"QUEUED", "CANCELLED"}


def _states_in(node: ast.Tuple | ast.List | ast.Set) -> list[str]:
    return [each.attr for each in node.elts if isinstance(each, ast.Attribute) and each.attr in _ONLY_OF_CHANGES]


def test_the_documentation_has_the_table() -> None:
    assert transitions_table.rendered() in transitions_table.PAGE.read_text(), (
        "Write it anew: python -m tests.sync.transitions_table"
    )
