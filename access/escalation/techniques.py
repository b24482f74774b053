"""Escalation techniques: the target, the permissions that each needs, and what it gains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum


class NeedResource(Enum):
    """The resource of a needed permission."""

    TARGET = "the target"
    PROVIDER = "an identity provider that the target trusts"
    ANY = "anything of the shape that `resource` has"


class TechniqueTarget(Enum):
    """The kind of object that a technique is used on."""

    USER = "user"
    ROLE = "role"
    GROUP = "group"
    POLICY = "policy"
    NEW_USER = "new user"
    NEW_ROLE = "new role"
    ROLE_OF_SERVICE = "role that trusts the service"
    ROLE_OF_PROVIDER = "role that trusts an identity provider of the AWS account"
    ACCOUNT = "the AWS account"
    ROLE_ELSEWHERE = "a role of another AWS account"

    @property
    def called(self) -> str:
        """As sentences have it; "" for what they name in no other way."""
        if self is TechniqueTarget.ROLE_ELSEWHERE:
            return ""
        return "the role" if self.value.startswith("role") else f"the {self.value}"


class TechniqueGain(Enum):
    """What is gained. All but the first and the last two change what the target's holder, or those in it, may do."""

    CONTROL = "the credentials of the target"
    ANY_POLICY = "any policy for the target, or for the members of the group"
    NO_BOUNDARY = "the target has no boundary any more"
    NEW_VERSION = "the policy allows everything, for all who have it"
    OLD_VERSION = "the policy says what an older version says"
    MEMBERSHIP = "any user is a member of the group"
    LEAVING = "any member leaves the group"
    DETACHED = "managed policies with denials are detached from the target"
    DELETED = "inline policies with denials are deleted from the target"
    ADMINISTRATOR = "an administrator’s credentials"
    ELSEWHERE = "the credentials of a role of another AWS account"


class ProviderByArn(Enum):
    """By what makes the ARN of one."""

    SAML = ":saml-provider/"
    OIDC = ":oidc-provider/"


@dataclass(frozen=True, eq=False)
class PermissionNeed:
    """One of `actions` on a resource.

    `resource` is a pattern for `NeedResource.ANY`: {p} is the partition, {a} the account.

    `by_same`: by whoever has what is needed before; others may be other identities that the same person controls.
    """

    actions: tuple[str, ...]
    on: NeedResource = NeedResource.ANY
    resource: str = "*"
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # keys in lower case; {p} as above
    by_same: bool = False


@dataclass(frozen=True, eq=False)
class Technique:
    """`does`: {it} is the target. `supposes`: what has to be there, and isn't in the mirror."""

    name: str
    does: str
    needs: tuple[PermissionNeed, ...]
    target: TechniqueTarget
    gains: TechniqueGain
    source: str  # the page of AWS's documentation that says what the permission allows
    service: str = ""  # that the target role trusts
    supposes: str = ""
    by_instance_profile: bool = False
    provider: ProviderByArn | None = None  # what the target role trusts
    any_client: bool = False  # only of roles that take a provider's tokens whoever they were issued to

    @property
    def stages(self) -> tuple[tuple[PermissionNeed, ...], ...]:
        """The needs by stage: those of one stage are one identity's."""
        found: list[list[PermissionNeed]] = []
        for each in self.needs:
            if each.by_same and found:
                found[-1].append(each)
            else:
                found.append([each])
        return tuple(map(tuple, found))


def need(*actions: str, on: NeedResource = NeedResource.ANY, resource: str = "*", **context: str) -> PermissionNeed:
    """Context keys are written with underscores: iam_policyarn."""
    return PermissionNeed(actions, on, resource, {key.replace("_", ":", 1): (value,) for key, value in context.items()})


def by_same(needed: PermissionNeed) -> PermissionNeed:
    return replace(needed, by_same=True)


# ---- ARN patterns of what services run, for `PermissionNeed`, and the names of services that roles trust -----
FUNCTION = "arn:{p}:lambda:*:{a}:function:*"
INSTANCE = "arn:{p}:ec2:*:{a}:instance/*"
TASK_DEFINITION = "arn:{p}:ecs:*:{a}:task-definition/*"
JOB_DEFINITION = "arn:{p}:batch:*:{a}:job-definition/*"
GLUE_ENDPOINT = "arn:{p}:glue:*:{a}:devEndpoint/*"
GLUE_JOB = "arn:{p}:glue:*:{a}:job/*"
GLUE_SESSION = "arn:{p}:glue:*:{a}:session/*"
STACK = "arn:{p}:cloudformation:*:{a}:stack/*"
STACK_SET = "arn:{p}:cloudformation:*:{a}:stackset/*"
PROJECT = "arn:{p}:codebuild:*:{a}:project/*"
NOTEBOOK = "arn:{p}:sagemaker:*:{a}:notebook-instance/*"
MACHINE = "arn:{p}:states:*:{a}:stateMachine:*"
APP_SERVICE = "arn:{p}:apprunner:*:{a}:service/*"
INTERPRETER = "arn:{p}:bedrock-agentcore:*:{a}:code-interpreter*"
RUNTIME = "arn:{p}:bedrock-agentcore:*:{a}:runtime/*"
SCHEDULE = "arn:{p}:scheduler:*:{a}:schedule/*"
DATA_PIPELINE = "arn:{p}:datapipeline:*:{a}:pipeline/*"
GLUE_TRIGGER = "arn:{p}:glue:*:{a}:trigger/*"
FLINK = "arn:{p}:kinesisanalytics:*:{a}:application/*"
TEMPLATE = "arn:{p}:ec2:*:{a}:launch-template/*"
DOCUMENT = "arn:{p}:ssm:*:{a}:document/*"
LIFECYCLE = "arn:{p}:sagemaker:*:{a}:notebook-instance-lifecycle-config/*"
STUDIO = "arn:{p}:sagemaker:*:{a}:user-profile/*"
ML_PIPELINE = "arn:{p}:sagemaker:*:{a}:pipeline/*"
ENDPOINT = "arn:{p}:sagemaker:*:{a}:endpoint/*"
CERTIFICATE = "arn:{p}:iot:*:{a}:cert/*"
CLUSTER = "arn:{p}:eks:*:{a}:cluster/*"
ACCESS_ENTRY = "arn:{p}:eks:*:{a}:access-entry/*"
IMAGE_BUILDER = "arn:{p}:appstream:*:{a}:image-builder/*"

LAMBDA, EC2, TASKS = "lambda.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com"
GLUE, STACKS, BUILD = "glue.amazonaws.com", "cloudformation.amazonaws.com", "codebuild.amazonaws.com"
SAGEMAKER, STATES, AGENTCORE = "sagemaker.amazonaws.com", "states.amazonaws.com", "bedrock-agentcore.amazonaws.com"
DATA, APPS = "datapipeline.amazonaws.com", "tasks.apprunner.amazonaws.com"
SSM, COGNITO, IOT = "ssm.amazonaws.com", "cognito-identity.amazonaws.com", "credentials.iot.amazonaws.com"
ANYWHERE, PODS, AMPLIFY = "rolesanywhere.amazonaws.com", "pods.eks.amazonaws.com", "amplify.amazonaws.com"
