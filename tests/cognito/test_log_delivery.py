"""Where the logs of a pool go: mirrored, shown, set by a form, and brought back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.test import Client

from accounts.models import Operator
from cognito.models import UserPool
from cognito.pools.operations import update
from cognito.pools.operations.shapes import LOGS
from emulator.process import REGION, Emulator
from sync.models import Change, Facet, Revision
from sync.operations import registry
from tests.cognito.arranged_pool import LOG_GROUP, TO_LOG_GROUP, Arranged, arrange, with_plus
from tests.cognito.pool_forms import action_url, shown, stage
from tests.services.changing import carry_out, propose
from tests.services.pages import get, text_of
from tests.services.pulling import pulled
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db

STREAM = "arn:aws:firehose:us-east-1:123456789012:deliverystream/sign-ins"
BUCKET = "arn:aws:s3:::acme-sign-ins"


def logs_at(arranged: Arranged) -> Any:
    answer = arranged.idp.get_log_delivery_configuration(**arranged.in_pool)
    return answer["LogDeliveryConfiguration"]["LogConfigurations"]


@pytest.mark.parametrize(
    ("arn", "where", "words"),
    [
        (LOG_GROUP, TO_LOG_GROUP["CloudWatchLogsConfiguration"], "To CloudWatch Logs: /aws/vendedlogs/customers"),
        (STREAM, {"StreamArn": STREAM}, "To Data Firehose: sign-ins"),
        (BUCKET, {"BucketArn": BUCKET}, "To S3: acme-sign-ins"),
    ],
)
def test_a_destination_is_known_by_its_arn(
    world: World, erin: Operator, client_of: ClientOf, arn: str, where: dict[str, str], words: str
) -> None:
    arranged = arrange(world, with_plus)
    client, url = client_of(erin), action_url(arranged, "logs")
    assert "Nothing is different" in stage(client, url).content.decode()
    assert stage(client, url, signins=arn).status_code == 302
    change = Change.objects.get()
    assert carry_out(change, erin).state == Change.State.APPLIED, [step.error for step in change.steps.all()]
    [configuration] = logs_at(arranged)
    assert configuration.pop("EventSource") == "userAuthEvents"
    assert configuration.pop("LogLevel") == "INFO"
    assert list(configuration.values()) == [where]
    assert shown(client, url)["signins"] == arn
    assert words in text_of(get(client, "cognito_pool_settings", aws_id=arranged.pool.aws_id))


def test_one_log_is_set_and_the_other_one_stays(world: World, erin: Operator, client_of: ClientOf) -> None:
    arranged = arrange(world, with_plus)
    client, url = client_of(erin), action_url(arranged, "logs")
    stage(client, url, unsent=LOG_GROUP, signins=BUCKET)
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED
    stage(client, url, signins=None)
    change = Change.objects.latest("pk")
    assert [step.params["changes"] for step in change.steps.all()] == [{"userAuthEvents": None}]
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert logs_at(arranged) == [{"EventSource": "userNotification", **TO_LOG_GROUP}]
    pool = UserPool.objects.live().get()
    assert pool.logs == {"userNotification": TO_LOG_GROUP}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"unsent": BUCKET}, "This isn’t the ARN of a log group."),
        ({"signins": "acme"}, "This isn’t the ARN of a log group, a stream or a bucket."),
        ({"unsent": LOG_GROUP.replace("123456789012", "999999999999")}, "It is of AWS account 999999999999"),
        ({"signins": LOG_GROUP}, "User activity is delivered on the Plus feature plan only"),
    ],
)
def test_what_aws_would_refuse_is_said_before(
    world: World, erin: Operator, client_of: ClientOf, said: dict[str, str], sentence: str
) -> None:
    arranged = arrange(world)
    response = stage(client_of(erin), action_url(arranged, "logs"), **said)
    assert response.status_code == 422
    assert sentence in text_of(response.content.decode())


@pytest.mark.parametrize(
    ("configurations", "code"),
    [
        ([{"EventSource": "userNotification", **TO_LOG_GROUP, "LogLevel": "INFO"}], "InvalidParameterException"),
        ([{"EventSource": "userNotification", "LogLevel": "ERROR"}], "InvalidParameterException"),
        ([{"EventSource": "userNotification", **TO_LOG_GROUP}] * 2, "InvalidParameterException"),
        (
            [{"EventSource": "userNotification", "LogLevel": "ERROR", "S3Configuration": {"BucketArn": BUCKET}}],
            "InvalidParameterException",
        ),
        ([{"EventSource": "userAuthEvents", **TO_LOG_GROUP, "LogLevel": "INFO"}], "FeatureUnavailableInTierException"),
    ],
)
def test_what_aws_refuses(world: World, configurations: list[dict[str, Any]], code: str) -> None:
    arranged = arrange(world)
    with pytest.raises(ClientError) as refused:
        arranged.idp.set_log_delivery_configuration(**arranged.in_pool, LogConfigurations=configurations)
    assert refused.value.response["Error"]["Code"] == code
    assert logs_at(arranged) == []


def test_what_somebody_else_sets_is_drift_in_words(world: World) -> None:
    arranged = arrange(world)
    arranged.idp.set_log_delivery_configuration(
        **arranged.in_pool, LogConfigurations=[{"EventSource": "userNotification", **TO_LOG_GROUP}]
    )
    pulled(world.aws_account, source="cognito.logs", region=REGION)
    revision = Facet.objects.get(kind=UserPool.kind, source="logs").revisions.latest("number")
    assert (revision.origin, revision.drift_in) == (Revision.Origin.OUTSIDE, world.aws_account)
    assert arranged.pool.logs == {}
    arranged.pool.refresh_from_db()
    assert arranged.pool.logs == {"userNotification": TO_LOG_GROUP}


def test_a_role_without_the_permission_ends_the_pull_well(
    world: World, emulator: Emulator, bob: Operator, client_of: ClientOf
) -> None:
    rule = {"action": "GetLogDeliveryConfiguration", "when": "before"}
    emulator.rules([{**rule, "error": {"code": "AccessDeniedException", "status": 400}}])
    arranged = arrange(world)
    assert arranged.pool.logs is None
    page = text_of(get(client_of(bob), "cognito_pool_settings", aws_id=arranged.pool.aws_id))
    assert f"Delivered Not readable {Facet.objects.get(source='logs').coverage_why}" in page


def test_the_step_asks_for_what_a_delivery_takes(world: World, erin: Operator) -> None:
    arranged = arrange(world)
    where = {"userNotification": TO_LOG_GROUP}
    step = update(LOGS, arranged.pool.arn, arranged.pool.name, where)
    planned = propose(world.aws_account, erin, [step]).steps.get()
    operation = registry[planned.kind]
    params = operation.parse(planned.params)
    assert operation.title(params) == "Change log of message delivery errors of the user pool customers"
    [call] = operation.calls(params)
    assert {"cognito-idp:SetLogDeliveryConfiguration", "logs:CreateLogDelivery"} <= {*call.actions}
