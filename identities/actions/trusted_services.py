"""The AWS services that forms offer as those who take on a role: what of each runs with it, and AWS's page about that.

Whether a service says on whose behalf it comes is in policies/engine/catalogue/service_sources.py, by which lint asks.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.engine.catalogue import SERVICE_SOURCES, ServiceSource

_GUIDES = "https://docs.aws.amazon.com/"
_CONFUSED_DEPUTY = "cross-service-confused-deputy-prevention.html"
EC2 = "ec2.amazonaws.com"


@dataclass(frozen=True)
class TrustedService:
    """An AWS service that takes on roles, and what AWS calls it.

    `runs`: what has the role ("a function"). `named`: what the name of that is called ("Function"); "" where nothing
    depends on it. `source`: what aws:SourceArn holds for the one of that name, with `{partition}`, `{region}`,
    `{account}` and `{name}`; "" where the service doesn't document that it says which one. `page`: below AWS's guides.
    """

    principal: str
    title: str
    runs: str
    page: str
    named: str = ""
    source: str = ""

    @property
    def guide(self) -> str:
        """The address of AWS's page about its roles."""
        return _GUIDES + self.page

    @property
    def says_source(self) -> ServiceSource | None:
        """The source keys that it documents for trust policies; None: none, and a condition on one would lock it
        out.
        """
        return SERVICE_SOURCES.get(self.principal)


def _arn(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


SERVICES = (
    TrustedService(
        "lambda.amazonaws.com", "Lambda", "a function", "lambda/latest/dg/lambda-intro-execution-role.html", "Function"
    ),
    TrustedService(EC2, "EC2", "an instance", "AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html"),
    TrustedService(
        "ecs-tasks.amazonaws.com",
        "ECS tasks",
        "a task",
        "AmazonECS/latest/developerguide/task-iam-roles.html",
        "Task definition",
    ),
    TrustedService(
        "scheduler.amazonaws.com",
        "EventBridge Scheduler",
        "a schedule",
        f"scheduler/latest/UserGuide/{_CONFUSED_DEPUTY}",
        "Schedule group",
        _arn("scheduler", "schedule-group/{name}"),
    ),
    TrustedService(
        "states.amazonaws.com",
        "Step Functions",
        "a state machine",
        "step-functions/latest/dg/procedure-create-iam-role.html",
        "State machine",
        _arn("states", "stateMachine:{name}"),
    ),
    TrustedService(
        "codebuild.amazonaws.com",
        "CodeBuild",
        "a build project",
        f"codebuild/latest/userguide/{_CONFUSED_DEPUTY}",
        "Project",
        _arn("codebuild", "project/{name}"),
    ),
    TrustedService(
        "apigateway.amazonaws.com",
        "API Gateway",
        "an API",
        "apigateway/latest/developerguide/permissions.html",
    ),
    TrustedService("glue.amazonaws.com", "Glue", "a job or crawler", "glue/latest/dg/create-an-iam-role.html", "Job"),
    TrustedService(
        "events.amazonaws.com",
        "EventBridge",
        "a rule",
        f"eventbridge/latest/userguide/{_CONFUSED_DEPUTY}",
        "Rule",
        _arn("events", "rule/{name}"),
    ),
    TrustedService(
        "pipes.amazonaws.com",
        "EventBridge Pipes",
        "a pipe",
        "eventbridge/latest/userguide/eb-pipes-permissions.html",
        "Pipe",
        _arn("pipes", "pipe/{name}"),
    ),
    TrustedService(
        "firehose.amazonaws.com", "Firehose", "a delivery stream", "firehose/latest/dev/controlling-access.html"
    ),
    TrustedService(
        "codepipeline.amazonaws.com",
        "CodePipeline",
        "a pipeline",
        "codepipeline/latest/userguide/how-to-custom-role.html",
    ),
    TrustedService(
        "cloudformation.amazonaws.com",
        "CloudFormation",
        "a stack",
        f"AWSCloudFormation/latest/UserGuide/{_CONFUSED_DEPUTY}",
    ),
    TrustedService(
        "sagemaker.amazonaws.com",
        "SageMaker",
        "a notebook or job",
        "sagemaker/latest/dg/security-confused-deputy-prevention.html",
    ),
    TrustedService(
        "bedrock.amazonaws.com", "Bedrock", "a job or agent", f"bedrock/latest/userguide/{_CONFUSED_DEPUTY}"
    ),
    TrustedService(
        "transfer.amazonaws.com", "Transfer Family", "a server", "transfer/latest/userguide/confused-deputy.html"
    ),
    TrustedService(
        "ssm.amazonaws.com", "Systems Manager", "an automation", f"systems-manager/latest/userguide/{_CONFUSED_DEPUTY}"
    ),
    TrustedService(
        "lakeformation.amazonaws.com",
        "Lake Formation",
        "a data location",
        f"lake-formation/latest/dg/{_CONFUSED_DEPUTY}",
    ),
    TrustedService(
        "fis.amazonaws.com",
        "Fault Injection Service",
        "an experiment",
        "fis/latest/userguide/getting-started-iam-service-role.html",
    ),
)
BY_PRINCIPAL = {each.principal: each for each in SERVICES}
