"""What starts what has the role, and whether that takes a role of its own.

AWS Lambda Developer Guide, "Working with resource-based IAM policies in Lambda": services invoke a function by its
policy. EventBridge Scheduler User Guide, "Set up the execution role"; Amazon EventBridge User Guide, "Using IAM roles
for targets"; Amazon API Gateway Developer Guide, "Integrations for AWS services": of others they take a role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from guides.roles.touching import filled, one_or_many
from identities.models import IamRole

HAND, SCHEDULE, API, EVENT, QUEUE = "hand", "schedule", "api", "event", "queue"
LAMBDA, TASKS = "lambda.amazonaws.com", "ecs-tasks.amazonaws.com"


@dataclass(frozen=True)
class Starter:
    """`service`: the principal that starts it by a role of its own; "" where none does."""

    name: str
    title: str
    second: str
    service: str = ""


STARTERS = (
    Starter(HAND, "By hand", "or from code"),
    Starter(SCHEDULE, "A schedule", "EventBridge Scheduler", "scheduler.amazonaws.com"),
    Starter(API, "An API", "API Gateway", "apigateway.amazonaws.com"),
    Starter(EVENT, "An event", "a rule of EventBridge", "events.amazonaws.com"),
    Starter(QUEUE, "A queue or a stream", "Lambda reads it"),
)
STARTER_BY_NAME = {each.name: each for each in STARTERS}


@dataclass(frozen=True)
class Target:
    """What can be started: its ARN, with `{name}`, and what that takes. `ways`: of which starters by a role; `notes`:
    of others, how they get in. `passes`: who starts it hands over its role.
    """

    arn: str
    actions: tuple[str, ...]
    ways: tuple[str, ...]
    notes: Mapping[str, str]
    resources: tuple[str, ...] = ("{arn}",)
    passes: bool = False


_BY_ITS_POLICY = (
    "No role is needed for that: the policy of the function lets {} in, with the ARN of what calls it. Stage the "
    "statement on the function’s page once the function is there."
)
_READS = "Lambda reads it with this role: add the queue or the stream below, to be consumed."
TARGETS: Mapping[str, Target] = {
    LAMBDA: Target(
        "arn:{partition}:lambda:{region}:{account}:function:{name}",
        ("lambda:InvokeFunction",),
        (SCHEDULE,),
        {API: _BY_ITS_POLICY.format("API Gateway"), EVENT: _BY_ITS_POLICY.format("EventBridge"), QUEUE: _READS},
    ),
    TASKS: Target(
        "arn:{partition}:ecs:{region}:{account}:task-definition/{name}",
        ("ecs:RunTask",),
        (SCHEDULE, EVENT),
        {},
        ("{arn}:*",),
        passes=True,
    ),
    "states.amazonaws.com": Target(
        "arn:{partition}:states:{region}:{account}:stateMachine:{name}",
        ("states:StartExecution",),
        (SCHEDULE, API, EVENT),
        {},
    ),
    "codebuild.amazonaws.com": Target(
        "arn:{partition}:codebuild:{region}:{account}:project/{name}", ("codebuild:StartBuild",), (SCHEDULE, EVENT), {}
    ),
    "glue.amazonaws.com": Target(
        "arn:{partition}:glue:{region}:{account}:job/{name}", ("glue:StartJobRun",), (SCHEDULE,), {}
    ),
}


def starters_of(principal: str) -> Sequence[Starter]:
    """What can start what of that service has the role; none where nothing does."""
    target = TARGETS.get(principal)
    if target is None:
        return ()
    return [each for each in STARTERS if each.name == HAND or each.name in target.ways or each.name in target.notes]


@dataclass(frozen=True)
class Started:
    """By a role of its own: `role` is one that is there, None for a new one of that name."""

    starter: Starter
    principal: str  # of the service whose function, task or the like is started
    region: str
    named: str
    name: str  # of the role that starts it
    role: IamRole | None = None

    def document(self, aws_account: AwsAccount, passed_arn: str) -> dict[str, Any]:
        """What the role that starts it may do. `passed_arn`: of the role of what is started."""
        target = TARGETS[self.principal]
        place = {"partition": aws_account.partition, "account": aws_account.account_id}
        arn = filled(target.arn, {**place, "region": self.region, "name": self.named})
        resources = [filled(each, {"arn": arn}) for each in target.resources]
        statements: list[dict[str, Any]] = [
            {
                "Sid": "Start",
                "Effect": "Allow",
                "Action": one_or_many(target.actions),
                "Resource": one_or_many(resources),
            }
        ]
        if target.passes:
            passing = {"StringEquals": {"iam:PassedToService": self.principal}}
            statements.append(
                {
                    "Sid": "PassRole",
                    "Effect": "Allow",
                    "Action": "iam:PassRole",
                    "Resource": passed_arn,
                    "Condition": passing,
                }
            )
        return {"Version": "2012-10-17", "Statement": statements}
