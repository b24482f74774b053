"""Changing the policy of a Lambda function from its page: statement by statement, on the revision that was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from resources.operations.functions import RemoveFunctionPermission, plan_function_policy
from sync import changes
from sync.changes import PlanError
from sync.models import Change
from tests.resources.arranging import action_url, shown
from tests.resources.kind_cases import ACCOUNT, OTHER
from tests.resources.operation_cases import function_pulled, of_bucket
from tests.services.changing import propose
from tests.services.resource_rows import hold
from tests.services.statements import deny, document_text, trust
from tests.services.world import World

pytestmark = pytest.mark.django_db
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:resize"


def test_a_function_is_changed_statement_by_statement(
    aws_account: AwsAccount, erins: Client, client_of: Callable[..., Client]
) -> None:
    there = trust({"AWS": f"arn:aws:iam::{OTHER}:root"}, "lambda:InvokeFunction", Resource=FUNCTION, Sid="Old")
    stays = trust({"Service": "sns.amazonaws.com"}, "lambda:InvokeFunction", Resource=FUNCTION, Sid="Stays")
    row = hold(aws_account, "lambda.function", FUNCTION, document_text(there, stays), facts={"urls": []})
    url = action_url(row, "edit-policy")
    base = erins.get(url).context["form"].initial["base"]
    new = trust({"AWS": OTHER}, "lambda:GetFunction", Resource=FUNCTION, Sid="Old")
    answer = erins.post(url, {"document": document_text(new, stays), "base": base})
    assert answer.status_code == 302, shown(answer)
    steps = Change.objects.get().steps.all()
    assert [(step.kind.rpartition(".")[2], step.params["sid"]) for step in steps] == [("remove", "Old"), ("add", "Old")]
    assert all(len(step.params["seen"]) == 32 for step in steps)


def test_the_policy_of_an_alias_is_edited_by_itself(aws_account: AwsAccount, erins: Client) -> None:
    there = document_text(trust({"AWS": OTHER}, "lambda:InvokeFunction", Resource=f"{FUNCTION}:live", Sid="Old"))
    row = hold(aws_account, "lambda.function", FUNCTION, there, on=f"{FUNCTION}:live", facts={"urls": []})
    page = erins.get(reverse("resource", kwargs={"account_id": ACCOUNT, "aws_id": row.aws_id})).content.decode()
    assert f"{action_url(row, 'edit-policy')}?on=live" in page
    url = f"{action_url(row, 'edit-policy')}?on=live"
    form = erins.get(url).context["form"]
    assert "Old" in form.initial["document"]
    new = trust({"AWS": OTHER}, "lambda:InvokeFunction", Resource=f"{FUNCTION}:live", Sid="New")
    typed = {"document": document_text(new), "base": form.initial["base"], "on": "live"}
    assert erins.post(url, typed).status_code == 302
    steps = Change.objects.get().steps.all()
    assert [step.params["on"] for step in steps] == [f"{FUNCTION}:live"] * 2


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (deny("lambda:InvokeFunction", FUNCTION, Principal="*", Sid="A"), "it can’t deny"),
        (trust("*", ["lambda:InvokeFunction", "lambda:GetFunction"], Resource=FUNCTION, Sid="A"), "takes one action"),
        (trust({"AWS": [OTHER, ACCOUNT]}, "lambda:*", Resource=FUNCTION, Sid="A"), "takes one principal"),
        (trust("*", "lambda:*", Resource="*", Sid="A"), f"its one resource is {FUNCTION}"),
        (trust("*", "lambda:*", Resource=FUNCTION), "it needs a Sid"),
        (
            trust("*", "lambda:*", Resource=FUNCTION, Sid="A", Condition={"Bool": {"aws:SecureTransport": "true"}}),
            "it takes no condition Bool of aws:SecureTransport",
        ),
    ],
)
def test_what_lambda_has_no_call_for_is_refused_with_its_statement(
    aws_account: AwsAccount, erins: Client, statement: Any, says: str
) -> None:
    row = hold(aws_account, "lambda.function", FUNCTION, facts={"urls": []})
    answer = erins.post(action_url(row, "edit-policy"), {"document": document_text(statement), "base": ""})
    assert says in shown(answer)
    assert not Change.objects.exists()


def long_statement(sid: str) -> Any:
    condition = {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{'x' * 12_000}"}}
    return trust(
        {"Service": "s3.amazonaws.com"}, "lambda:InvokeFunction", Resource=FUNCTION, Sid=sid, Condition=condition
    )


def test_the_size_of_a_function_s_policy_is_that_after_the_steps_before(
    aws_account: AwsAccount, erin: Operator
) -> None:
    """What a step removes doesn't count any more, and what one adds does."""
    row = hold(aws_account, "lambda.function", FUNCTION, document_text(long_statement("Old")), facts={"urls": []})
    new, two = (document_text(*map(long_statement, sids)) for sids in (["New"], ["New", "Newer"]))
    propose(aws_account, erin, plan_function_policy(row, FUNCTION, new))
    with pytest.raises(PlanError, match="AWS takes 20,480 of a function"):
        propose(aws_account, erin, plan_function_policy(row, FUNCTION, two))


def test_lambda_refuses_what_came_between_the_look_and_the_call(
    world: World, erin: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody adds a statement after the console read the policy: the revision is another one."""
    row = function_pulled(world, opened=True)
    change = propose(world.aws_account, erin, list(plan_function_policy(row, row.arn, of_bucket(row)))[:1])
    functions = world.emulator.client("lambda")
    calls = RemoveFunctionPermission.calls

    def with_another(self: RemoveFunctionPermission, p: Any) -> Any:
        functions.add_permission(
            FunctionName="acme-jobs", StatementId="Another", Action="lambda:InvokeFunction", Principal="*"
        )
        return calls(self, p)

    changes.apply(change=change, actor=erin)
    monkeypatch.setattr(RemoveFunctionPermission, "live", _then(RemoveFunctionPermission.live, with_another))
    changes.work(change.pk)
    step = change.steps.get()
    assert step.state == "conflicted", step.error
    assert "changed since it was looked at" in step.error["sentence"]


def _then(live: Any, also: Any) -> Any:
    """`live` once, with somebody else's write right after it."""
    done: list[bool] = []

    def looked(self: Any, client: Any, p: Any) -> Any:
        found = live(self, client, p)
        if not done:
            done.append(True)
            also(self, p)
        return found

    return looked
