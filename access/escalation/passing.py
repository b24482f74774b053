"""Techniques by which one has a service run one's code, or do one's calls, as a role that one passes to it.

They need iam:PassRole for the role (IAM User Guide, "Grant a user permissions to pass a role to an AWS service"), with
the first of the service's permissions.
"""

from __future__ import annotations

from access.escalation.shapes import (
    ACCESS_ENTRY,
    AIRFLOW,
    AMPLIFY,
    ANYWHERE,
    APP_SERVICE,
    APPS,
    AUTOMATION,
    BRANCH,
    BUILD,
    BUILD_JOB,
    CANARY,
    CERTIFICATE,
    CLUSTER,
    COGNITO,
    COMPONENT,
    DATA,
    DATA_PIPELINE,
    DOCUMENT,
    EC2,
    ECS_SERVICE,
    EMR_APPLICATION,
    FLINK,
    FUNCTION,
    GLUE,
    GLUE_ENDPOINT,
    GLUE_JOB,
    GLUE_SESSION,
    GLUE_TRIGGER,
    IMAGE,
    IMAGE_BUILDER,
    INFRASTRUCTURE,
    INSTANCE,
    IOT,
    IOT_POLICY,
    JOB_DEFINITION,
    LAMBDA,
    LAUNCH_CONFIGURATION,
    MACHINE,
    PIPELINE,
    PODS,
    PROJECT,
    RECIPE,
    ROLE_ALIAS,
    SCALING_GROUP,
    SCHEDULE,
    SPOT_REQUEST,
    SSM,
    STACK,
    STACK_SET,
    STACKS,
    STATES,
    TASK_DEFINITION,
    TASKS,
)
from access.escalation.techniques import Gains, Need, On, Target, Technique, by_same, need

_PASS_AGAIN = ("ecs:RunTask",)  # which take iam:PassRole themselves (Service Authorization Reference)


def passes(
    service: str, does: str, *needs: Need, source: str, by_instance_profile: bool = False, supposes: str = ""
) -> Technique:
    passing = need("iam:PassRole", on=On.TARGET, iam_passedtoservice=service)
    first, *rest = needs
    acts = [part for each in rest for part in ((each, by_same(passing)) if each.actions[0] in _PASS_AGAIN else (each,))]
    return Technique(
        f"iam:PassRole+{'+'.join(each.actions[0] for each in needs)}", does, (passing, by_same(first), *acts),
        Target.ROLE_OF_SERVICE, Gains.CONTROL, source, service, supposes=supposes,
        by_instance_profile=by_instance_profile,
    )  # fmt: skip


PASSING = (
    passes(
        LAMBDA, "makes a function that runs as the role, and has it run",
        need("lambda:CreateFunction", resource=FUNCTION),
        need("lambda:InvokeFunction", "lambda:AddPermission", "lambda:CreateFunctionUrlConfig",
             "lambda:CreateEventSourceMapping", resource=FUNCTION),
        source="Lambda Developer Guide, Defining Lambda function permissions with an execution role",
    ),
    passes(
        EC2, "starts an instance that runs as the role", need("ec2:RunInstances", resource=INSTANCE),
        source="EC2 User Guide, IAM roles for Amazon EC2", by_instance_profile=True,
    ),
    passes(
        EC2, "gives an instance that it is on the role",
        need("ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation", resource=INSTANCE),
        source="EC2 API Reference, AssociateIamInstanceProfile", by_instance_profile=True,
    ),
    passes(
        EC2, "has a spot instance started that runs as the role",
        need("ec2:RequestSpotInstances", resource=SPOT_REQUEST),
        source="EC2 API Reference, RequestSpotInstances", by_instance_profile=True,
    ),
    passes(
        EC2, "has instances of an Auto Scaling group started that run as the role",
        need("autoscaling:CreateLaunchConfiguration", resource=LAUNCH_CONFIGURATION),
        need("autoscaling:CreateAutoScalingGroup", resource=SCALING_GROUP),
        source="EC2 Auto Scaling User Guide, IAM role for applications that run on Amazon EC2 instances",
        by_instance_profile=True,
    ),
    passes(
        EC2, "makes a cluster whose instances run as the role", need("elasticmapreduce:RunJobFlow"),
        source="EMR Management Guide, Service role for cluster EC2 instances", by_instance_profile=True,
    ),
    passes(
        TASKS, "defines a task that runs as the role, and runs it",
        need("ecs:RegisterTaskDefinition", resource=TASK_DEFINITION),
        need("ecs:RunTask", "ecs:StartTask", resource=TASK_DEFINITION),
        source="ECS Developer Guide, Amazon ECS task IAM role",
    ),
    passes(
        TASKS, "defines a task that runs as the role, and has a service run it",
        need("ecs:RegisterTaskDefinition", resource=TASK_DEFINITION),
        need("ecs:CreateService", "ecs:UpdateService", resource=ECS_SERVICE),
        source="ECS Developer Guide, Amazon ECS task IAM role",
    ),
    passes(
        TASKS, "defines a job that runs as the role, and submits it",
        need("batch:RegisterJobDefinition", resource=JOB_DEFINITION),
        need("batch:SubmitJob", resource=JOB_DEFINITION),
        source="Batch User Guide, IAM execution and job roles",
    ),
    passes(
        GLUE, "makes a development endpoint with the role", need("glue:CreateDevEndpoint", resource=GLUE_ENDPOINT),
        source="Glue Web API Reference, CreateDevEndpoint",
    ),
    passes(
        GLUE, "makes a job that runs as the role, and starts it", need("glue:CreateJob", resource=GLUE_JOB),
        need("glue:StartJobRun", resource=GLUE_JOB), source="Glue Web API Reference, CreateJob",
    ),
    passes(
        GLUE, "makes a job that runs as the role, and a trigger that starts it",
        need("glue:CreateJob", resource=GLUE_JOB),
        need("glue:CreateTrigger", resource=GLUE_TRIGGER), source="Glue Web API Reference, CreateTrigger",
    ),
    passes(
        GLUE, "makes a job run its script as the role", need("glue:UpdateJob", resource=GLUE_JOB),
        need("glue:StartJobRun", resource=GLUE_JOB), source="Glue Web API Reference, UpdateJob",
    ),
    passes(
        GLUE, "makes a job run its script as the role, by a trigger", need("glue:UpdateJob", resource=GLUE_JOB),
        need("glue:CreateTrigger", resource=GLUE_TRIGGER), source="Glue Web API Reference, CreateTrigger",
    ),
    passes(
        GLUE, "opens an interactive session as the role", need("glue:CreateSession", resource=GLUE_SESSION),
        need("glue:RunStatement", resource=GLUE_SESSION), source="Glue Web API Reference, CreateSession",
    ),
    passes(
        STACKS, "makes a stack, built with the role", need("cloudformation:CreateStack", resource=STACK),
        source="CloudFormation User Guide, AWS CloudFormation service role",
    ),
    passes(
        STACKS, "changes a stack with the role", need("cloudformation:UpdateStack", resource=STACK),
        source="CloudFormation User Guide, AWS CloudFormation service role",
    ),
    passes(
        STACKS, "makes a change set with the role, and executes it",
        need("cloudformation:CreateChangeSet", resource=STACK),
        need("cloudformation:ExecuteChangeSet", resource=STACK),
        source="CloudFormation User Guide, AWS CloudFormation service role",
    ),
    passes(
        STACKS, "makes a stack set, built with the role", need("cloudformation:CreateStackSet", resource=STACK_SET),
        need("cloudformation:CreateStackInstances", resource=STACK_SET),
        source="CloudFormation User Guide, Grant self-managed permissions",
    ),
    passes(
        BUILD, "makes a project that builds as the role, and starts a build",
        need("codebuild:CreateProject", resource=PROJECT),
        need("codebuild:StartBuild", "codebuild:StartBuildBatch", resource=PROJECT),
        source="CodeBuild User Guide, Allow CodeBuild to interact with other AWS services",
    ),
    passes(
        BUILD, "makes a project build as the role, and starts a build",
        need("codebuild:UpdateProject", resource=PROJECT),
        need("codebuild:StartBuild", "codebuild:StartBuildBatch", resource=PROJECT),
        source="CodeBuild User Guide, Allow CodeBuild to interact with other AWS services",
    ),
    passes(
        "codepipeline.amazonaws.com", "makes a pipeline that acts as the role",
        need("codepipeline:CreatePipeline", "codepipeline:UpdatePipeline", resource=PIPELINE),
        source="CodePipeline User Guide, Manage the CodePipeline service role",
    ),
    passes(
        DATA, "makes a pipeline that acts as the role", need("datapipeline:CreatePipeline"),
        need("datapipeline:PutPipelineDefinition", resource=DATA_PIPELINE),
        need("datapipeline:ActivatePipeline", resource=DATA_PIPELINE),
        source="Data Pipeline Developer Guide, IAM Roles for AWS Data Pipeline",
    ),
    passes(
        STATES, "makes a state machine that calls AWS as the role, and starts it",
        need("states:CreateStateMachine", resource=MACHINE), need("states:StartExecution", resource=MACHINE),
        source="Step Functions Developer Guide, Creating an IAM role for your state machine",
    ),
    passes(
        APPS, "runs a container as the role", need("apprunner:CreateService", resource=APP_SERVICE),
        source="App Runner Developer Guide, How App Runner works with IAM",
    ),
    passes(
        "ssm.amazonaws.com", "runs an automation as the role",
        need("ssm:StartAutomationExecution", resource=AUTOMATION),
        source="Systems Manager User Guide, Setting up Automation",
    ),
    passes(
        "scheduler.amazonaws.com", "schedules calls to AWS as the role",
        need("scheduler:CreateSchedule", "scheduler:UpdateSchedule", resource=SCHEDULE),
        source="EventBridge Scheduler User Guide, Using universal targets",
    ),
    passes(
        "emr-serverless.amazonaws.com", "runs a job as the role",
        need("emr-serverless:StartJobRun", resource=EMR_APPLICATION),
        source="EMR Serverless User Guide, Job runtime roles",
    ),
    passes(
        "kinesisanalytics.amazonaws.com", "makes an application that runs as the role, and starts it",
        need("kinesisanalytics:CreateApplication", resource=FLINK),
        need("kinesisanalytics:StartApplication", resource=FLINK),
        source="Managed Service for Apache Flink Developer Guide, Service role",
    ),
    passes(
        LAMBDA, "has a function run its code as the role",
        need("lambda:UpdateFunctionConfiguration", resource=FUNCTION),
        need("lambda:UpdateFunctionCode", resource=FUNCTION),
        source="Lambda API Reference, UpdateFunctionConfiguration",
        supposes="there is a function",
    ),
    passes(
        TASKS, "runs a task as the role, with a command of its own",
        need("ecs:RunTask", "ecs:StartTask", resource=TASK_DEFINITION), source="ECS API Reference, RunTask",
        supposes="there is a task definition",
    ),
    passes(
        STACKS, "changes a stack set with the role", need("cloudformation:UpdateStackSet", resource=STACK_SET),
        source="CloudFormation User Guide, Grant self-managed permissions", supposes="there is a stack set",
    ),
    passes(
        STATES, "makes a state machine call AWS as the role, and starts it",
        need("states:UpdateStateMachine", resource=MACHINE), need("states:StartExecution", resource=MACHINE),
        source="Step Functions API Reference, UpdateStateMachine", supposes="there is a state machine",
    ),
    passes(
        STATES, "tests a state that calls AWS as the role", need("states:TestState"),
        source="Step Functions API Reference, TestState",
    ),
    passes(
        APPS, "has a service run its container as the role", need("apprunner:UpdateService", resource=APP_SERVICE),
        source="App Runner API Reference, UpdateService", supposes="there is a service",
    ),
    passes(
        SSM, "has an association run an automation as the role", need("ssm:CreateAssociation", resource=DOCUMENT),
        source="Systems Manager User Guide, Scheduling automations with State Manager associations",
    ),
    passes(
        SSM, "registers a machine of its own that gets the role", need("ssm:CreateActivation"),
        source="Systems Manager User Guide, Create a hybrid activation to register nodes with Systems Manager",
    ),
    passes(
        ANYWHERE, "makes a trust anchor of its own and a profile with the role, and signs in with a certificate",
        need("rolesanywhere:CreateProfile"), need("rolesanywhere:CreateTrustAnchor"),
        source="IAM Roles Anywhere User Guide, Creating a trust anchor and profile",
    ),
    passes(
        IOT, "makes an alias of the role, and gets its credentials with a device certificate",
        need("iot:CreateRoleAlias", resource=ROLE_ALIAS), need("iot:CreateKeysAndCertificate"),
        need("iot:CreatePolicy", resource=IOT_POLICY), need("iot:AttachPolicy", resource=CERTIFICATE),
        source="IoT Core Developer Guide, Authorizing direct calls to AWS services using AWS IoT Core credential "
        "provider",
    ),
    passes(
        COGNITO, "has an identity pool give the role", need("cognito-identity:SetIdentityPoolRoles"),
        source="Cognito Identity Pools API Reference, SetIdentityPoolRoles",
        supposes="the role trusts an identity pool that takes guests, or people that they can sign in as",
    ),
    passes(
        PODS, "associates the role with pods of a cluster, and runs one",
        need("eks:CreatePodIdentityAssociation", resource=CLUSTER), need("eks:CreateAccessEntry", resource=CLUSTER),
        need("eks:AssociateAccessPolicy", resource=ACCESS_ENTRY),
        source="EKS User Guide, Learn how EKS Pod Identity grants pods access to AWS services",
        supposes="there is a cluster whose API they reach",
    ),
    passes(
        AMPLIFY, "makes an app that builds as the role, and starts a build", need("amplify:CreateApp"),
        need("amplify:CreateBranch", resource=BRANCH), need("amplify:StartJob", resource=BUILD_JOB),
        source="Amplify Hosting User Guide, Adding a service role with permissions to deploy backend resources",
    ),
    passes(
        "airflow-env.amazonaws.com", "makes an environment whose workflows run as the role",
        need("airflow:CreateEnvironment", resource=AIRFLOW),
        source="Managed Workflows for Apache Airflow User Guide, Amazon MWAA execution role",
    ),
    passes(
        "appstream.amazonaws.com", "makes an image builder with the role, and opens it",
        need("appstream:CreateImageBuilder", resource=IMAGE_BUILDER),
        need("appstream:CreateImageBuilderStreamingURL", resource=IMAGE_BUILDER),
        source="AppStream 2.0 Administration Guide, Using an IAM role to grant permissions to applications and scripts",
    ),
    passes(
        EC2, "has an image built on an instance that runs as the role",
        need("imagebuilder:CreateInfrastructureConfiguration", resource=INFRASTRUCTURE),
        need("imagebuilder:CreateComponent", resource=COMPONENT),
        need("imagebuilder:CreateImageRecipe", resource=RECIPE), need("imagebuilder:CreateImage", resource=IMAGE),
        source="EC2 Image Builder API Reference, CreateInfrastructureConfiguration", by_instance_profile=True,
    ),
    passes(
        LAMBDA, "makes a canary that runs as the role, and starts it", need("synthetics:CreateCanary"),
        need("synthetics:StartCanary", resource=CANARY), source="CloudWatch User Guide, Required roles and permissions "
        "for CloudWatch canaries",
    ),
)  # fmt: skip
