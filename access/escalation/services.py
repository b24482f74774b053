"""Techniques by which a service runs one's code, or does one's calls, as a role.

Those that pass a role need iam:PassRole for it (IAM User Guide, "Grant a user permissions to pass a role to an AWS
service"); those that get at what runs already need something that runs as the role, which the mirror doesn't know.
"""

from __future__ import annotations

from access.escalation.techniques import Gains, Need, On, Target, Technique, by_same, need

_FUNCTION = "arn:{p}:lambda:*:{a}:function:*"
_INSTANCE = "arn:{p}:ec2:*:{a}:instance/*"
_TASK_DEFINITION = "arn:{p}:ecs:*:{a}:task-definition/*"
_ECS_SERVICE = "arn:{p}:ecs:*:{a}:service/*"
_ECS_TASK = "arn:{p}:ecs:*:{a}:task/*"
_JOB_DEFINITION = "arn:{p}:batch:*:{a}:job-definition/*"
_GLUE_ENDPOINT = "arn:{p}:glue:*:{a}:devEndpoint/*"
_GLUE_JOB = "arn:{p}:glue:*:{a}:job/*"
_GLUE_SESSION = "arn:{p}:glue:*:{a}:session/*"
_STACK = "arn:{p}:cloudformation:*:{a}:stack/*"
_STACK_SET = "arn:{p}:cloudformation:*:{a}:stackset/*"
_PROJECT = "arn:{p}:codebuild:*:{a}:project/*"
_PIPELINE = "arn:{p}:codepipeline:*:{a}:*"
_NOTEBOOK = "arn:{p}:sagemaker:*:{a}:notebook-instance/*"
_TRAINING = "arn:{p}:sagemaker:*:{a}:training-job/*"
_PROCESSING = "arn:{p}:sagemaker:*:{a}:processing-job/*"
_MACHINE = "arn:{p}:states:*:{a}:stateMachine:*"
_APP_SERVICE = "arn:{p}:apprunner:*:{a}:service/*"
_INTERPRETER = "arn:{p}:bedrock-agentcore:*:{a}:code-interpreter*"
_RUNTIME = "arn:{p}:bedrock-agentcore:*:{a}:runtime/*"
_AUTOMATION = "arn:{p}:ssm:*:{a}:automation-*"
_SCHEDULE = "arn:{p}:scheduler:*:{a}:schedule/*"
_EMR_CLUSTER = "arn:{p}:elasticmapreduce:*:{a}:cluster/*"
_EMR_APPLICATION = "arn:{p}:emr-serverless:*:{a}:/applications/*"
_SPOT_REQUEST = "arn:{p}:ec2:*:{a}:spot-instances-request/*"
_LAUNCH_CONFIGURATION = "arn:{p}:autoscaling:*:{a}:launchConfiguration:*"
_SCALING_GROUP = "arn:{p}:autoscaling:*:{a}:autoScalingGroup:*"
_DATA_PIPELINE = "arn:{p}:datapipeline:*:{a}:pipeline/*"
_GLUE_TRIGGER = "arn:{p}:glue:*:{a}:trigger/*"
_FLINK = "arn:{p}:kinesisanalytics:*:{a}:application/*"

_LAMBDA, _EC2, _TASKS = "lambda.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com"
_GLUE, _STACKS, _BUILD = "glue.amazonaws.com", "cloudformation.amazonaws.com", "codebuild.amazonaws.com"
_SAGEMAKER, _STATES, _AGENTCORE = "sagemaker.amazonaws.com", "states.amazonaws.com", "bedrock-agentcore.amazonaws.com"
_DATA, _APPS = "datapipeline.amazonaws.com", "tasks.apprunner.amazonaws.com"


def _passes(service: str, does: str, *needs: Need, source: str, by_instance_profile: bool = False) -> Technique:
    passing = need("iam:PassRole", on=On.TARGET, iam_passedtoservice=service)
    first, *rest = needs
    return Technique(
        f"iam:PassRole+{'+'.join(each.actions[0] for each in needs)}", does, (passing, by_same(first), *rest),
        Target.ROLE_OF_SERVICE, Gains.CONTROL, source, service, by_instance_profile=by_instance_profile,
    )  # fmt: skip


def _reaches(service: str, thing: str, does: str, *needs: Need, source: str) -> Technique:
    name = "+".join(each.actions[0] for each in needs)
    supposes = f"{thing} runs as the role"
    by_profile = service == _EC2
    return Technique(
        name, does, needs, Target.ROLE_OF_SERVICE, Gains.CONTROL, source, service, supposes=supposes,
        by_instance_profile=by_profile,
    )  # fmt: skip


PASSING = (
    _passes(
        _LAMBDA, "makes a function that runs as the role, and has it run",
        need("lambda:CreateFunction", resource=_FUNCTION),
        need("lambda:InvokeFunction", "lambda:AddPermission", "lambda:CreateFunctionUrlConfig",
             "lambda:CreateEventSourceMapping", resource=_FUNCTION),
        source="Lambda Developer Guide, Defining Lambda function permissions with an execution role",
    ),
    _passes(
        _EC2, "starts an instance that runs as the role", need("ec2:RunInstances", resource=_INSTANCE),
        source="EC2 User Guide, IAM roles for Amazon EC2", by_instance_profile=True,
    ),
    _passes(
        _EC2, "gives an instance that it is on the role",
        need("ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation", resource=_INSTANCE),
        source="EC2 API Reference, AssociateIamInstanceProfile", by_instance_profile=True,
    ),
    _passes(
        _EC2, "has a spot instance started that runs as the role",
        need("ec2:RequestSpotInstances", resource=_SPOT_REQUEST),
        source="EC2 API Reference, RequestSpotInstances", by_instance_profile=True,
    ),
    _passes(
        _EC2, "has instances of an Auto Scaling group started that run as the role",
        need("autoscaling:CreateLaunchConfiguration", resource=_LAUNCH_CONFIGURATION),
        need("autoscaling:CreateAutoScalingGroup", resource=_SCALING_GROUP),
        source="EC2 Auto Scaling User Guide, IAM role for applications that run on Amazon EC2 instances",
        by_instance_profile=True,
    ),
    _passes(
        _EC2, "makes a cluster whose instances run as the role", need("elasticmapreduce:RunJobFlow"),
        source="EMR Management Guide, Service role for cluster EC2 instances", by_instance_profile=True,
    ),
    _passes(
        _TASKS, "defines a task that runs as the role, and runs it",
        need("ecs:RegisterTaskDefinition", resource=_TASK_DEFINITION),
        need("ecs:RunTask", "ecs:StartTask", resource=_TASK_DEFINITION),
        source="ECS Developer Guide, Amazon ECS task IAM role",
    ),
    _passes(
        _TASKS, "defines a task that runs as the role, and has a service run it",
        need("ecs:RegisterTaskDefinition", resource=_TASK_DEFINITION),
        need("ecs:CreateService", "ecs:UpdateService", resource=_ECS_SERVICE),
        source="ECS Developer Guide, Amazon ECS task IAM role",
    ),
    _passes(
        _TASKS, "defines a job that runs as the role, and submits it",
        need("batch:RegisterJobDefinition", resource=_JOB_DEFINITION),
        need("batch:SubmitJob", resource=_JOB_DEFINITION),
        source="Batch User Guide, IAM execution and job roles",
    ),
    _passes(
        _GLUE, "makes a development endpoint with the role", need("glue:CreateDevEndpoint", resource=_GLUE_ENDPOINT),
        source="Glue Web API Reference, CreateDevEndpoint",
    ),
    _passes(
        _GLUE, "makes a job that runs as the role, and starts it", need("glue:CreateJob", resource=_GLUE_JOB),
        need("glue:StartJobRun", resource=_GLUE_JOB), source="Glue Web API Reference, CreateJob",
    ),
    _passes(
        _GLUE, "makes a job that runs as the role, and a trigger that starts it",
        need("glue:CreateJob", resource=_GLUE_JOB),
        need("glue:CreateTrigger", resource=_GLUE_TRIGGER), source="Glue Web API Reference, CreateTrigger",
    ),
    _passes(
        _GLUE, "makes a job run its script as the role", need("glue:UpdateJob", resource=_GLUE_JOB),
        need("glue:StartJobRun", resource=_GLUE_JOB), source="Glue Web API Reference, UpdateJob",
    ),
    _passes(
        _GLUE, "makes a job run its script as the role, by a trigger", need("glue:UpdateJob", resource=_GLUE_JOB),
        need("glue:CreateTrigger", resource=_GLUE_TRIGGER), source="Glue Web API Reference, CreateTrigger",
    ),
    _passes(
        _GLUE, "opens an interactive session as the role", need("glue:CreateSession", resource=_GLUE_SESSION),
        need("glue:RunStatement", resource=_GLUE_SESSION), source="Glue Web API Reference, CreateSession",
    ),
    _passes(
        _STACKS, "makes a stack, built with the role", need("cloudformation:CreateStack", resource=_STACK),
        source="CloudFormation User Guide, AWS CloudFormation service role",
    ),
    _passes(
        _STACKS, "changes a stack with the role", need("cloudformation:UpdateStack", resource=_STACK),
        source="CloudFormation User Guide, AWS CloudFormation service role",
    ),
    _passes(
        _STACKS, "makes a change set with the role, and executes it",
        need("cloudformation:CreateChangeSet", resource=_STACK),
        need("cloudformation:ExecuteChangeSet", resource=_STACK),
        source="CloudFormation User Guide, AWS CloudFormation service role",
    ),
    _passes(
        _STACKS, "makes a stack set, built with the role", need("cloudformation:CreateStackSet", resource=_STACK_SET),
        need("cloudformation:CreateStackInstances", resource=_STACK_SET),
        source="CloudFormation User Guide, Grant self-managed permissions",
    ),
    _passes(
        _BUILD, "makes a project that builds as the role, and starts a build",
        need("codebuild:CreateProject", resource=_PROJECT),
        need("codebuild:StartBuild", "codebuild:StartBuildBatch", resource=_PROJECT),
        source="CodeBuild User Guide, Allow CodeBuild to interact with other AWS services",
    ),
    _passes(
        _BUILD, "makes a project build as the role, and starts a build",
        need("codebuild:UpdateProject", resource=_PROJECT),
        need("codebuild:StartBuild", "codebuild:StartBuildBatch", resource=_PROJECT),
        source="CodeBuild User Guide, Allow CodeBuild to interact with other AWS services",
    ),
    _passes(
        "codepipeline.amazonaws.com", "makes a pipeline that acts as the role",
        need("codepipeline:CreatePipeline", "codepipeline:UpdatePipeline", resource=_PIPELINE),
        source="CodePipeline User Guide, Manage the CodePipeline service role",
    ),
    _passes(
        _SAGEMAKER, "makes a notebook instance with the role, and opens it",
        need("sagemaker:CreateNotebookInstance", resource=_NOTEBOOK),
        need("sagemaker:CreatePresignedNotebookInstanceUrl", resource=_NOTEBOOK),
        source="SageMaker API Reference, CreateNotebookInstance",
    ),
    _passes(
        _SAGEMAKER, "runs a training job as the role", need("sagemaker:CreateTrainingJob", resource=_TRAINING),
        source="SageMaker API Reference, CreateTrainingJob",
    ),
    _passes(
        _SAGEMAKER, "runs a processing job as the role", need("sagemaker:CreateProcessingJob", resource=_PROCESSING),
        source="SageMaker API Reference, CreateProcessingJob",
    ),
    _passes(
        _DATA, "makes a pipeline that acts as the role", need("datapipeline:CreatePipeline"),
        need("datapipeline:PutPipelineDefinition", resource=_DATA_PIPELINE),
        need("datapipeline:ActivatePipeline", resource=_DATA_PIPELINE),
        source="Data Pipeline Developer Guide, IAM Roles for AWS Data Pipeline",
    ),
    _passes(
        _STATES, "makes a state machine that calls AWS as the role, and starts it",
        need("states:CreateStateMachine", resource=_MACHINE), need("states:StartExecution", resource=_MACHINE),
        source="Step Functions Developer Guide, Creating an IAM role for your state machine",
    ),
    _passes(
        _APPS, "runs a container as the role", need("apprunner:CreateService", resource=_APP_SERVICE),
        source="App Runner Developer Guide, How App Runner works with IAM",
    ),
    _passes(
        _AGENTCORE, "makes a code interpreter with the role, and runs code in it",
        need("bedrock-agentcore:CreateCodeInterpreter", resource=_INTERPRETER),
        need("bedrock-agentcore:StartCodeInterpreterSession", resource=_INTERPRETER),
        need("bedrock-agentcore:InvokeCodeInterpreter", resource=_INTERPRETER),
        source="Bedrock AgentCore Developer Guide, Code Interpreter",
    ),
    _passes(
        _AGENTCORE, "makes an agent runtime with the role, and invokes it",
        need("bedrock-agentcore:CreateAgentRuntime", resource=_RUNTIME),
        need("bedrock-agentcore:InvokeAgentRuntime", resource=_RUNTIME),
        source="Bedrock AgentCore Developer Guide, IAM Permissions for AgentCore Runtime",
    ),
    _passes(
        "ssm.amazonaws.com", "runs an automation as the role",
        need("ssm:StartAutomationExecution", resource=_AUTOMATION),
        source="Systems Manager User Guide, Setting up Automation",
    ),
    _passes(
        "scheduler.amazonaws.com", "schedules calls to AWS as the role",
        need("scheduler:CreateSchedule", "scheduler:UpdateSchedule", resource=_SCHEDULE),
        source="EventBridge Scheduler User Guide, Using universal targets",
    ),
    _passes(
        "emr-serverless.amazonaws.com", "runs a job as the role",
        need("emr-serverless:StartJobRun", resource=_EMR_APPLICATION),
        source="EMR Serverless User Guide, Job runtime roles",
    ),
    _passes(
        "kinesisanalytics.amazonaws.com", "makes an application that runs as the role, and starts it",
        need("kinesisanalytics:CreateApplication", resource=_FLINK),
        need("kinesisanalytics:StartApplication", resource=_FLINK),
        source="Managed Service for Apache Flink Developer Guide, Service role",
    ),
)  # fmt: skip

RUNNING = (
    _reaches(
        _LAMBDA, "a function", "changes the code of a function",
        need("lambda:UpdateFunctionCode", resource=_FUNCTION), source="Lambda API Reference, UpdateFunctionCode",
    ),
    _reaches(
        _LAMBDA, "a function", "adds a layer with its code to a function",
        need("lambda:UpdateFunctionConfiguration", resource=_FUNCTION),
        source="Lambda API Reference, UpdateFunctionConfiguration",
    ),
    _reaches(
        _EC2, "an instance", "runs a command on an instance", need("ssm:SendCommand", resource=_INSTANCE),
        source="Systems Manager User Guide, AWS Systems Manager Run Command",
    ),
    _reaches(
        _EC2, "an instance", "opens a session on an instance", need("ssm:StartSession", resource=_INSTANCE),
        source="Systems Manager User Guide, AWS Systems Manager Session Manager",
    ),
    _reaches(
        _EC2, "an instance", "puts its SSH key on an instance",
        need("ec2-instance-connect:SendSSHPublicKey", "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
             resource=_INSTANCE),
        source="EC2 User Guide, Connect to your Linux instance using EC2 Instance Connect",
    ),
    _reaches(
        _EC2, "an instance", "has an instance run its script at the next start",
        need("ec2:ModifyInstanceAttribute", resource=_INSTANCE), need("ec2:StopInstances", resource=_INSTANCE),
        need("ec2:StartInstances", resource=_INSTANCE), source="EC2 API Reference, ModifyInstanceAttribute",
    ),
    _reaches(
        _EC2, "a cluster", "has a cluster run its step",
        need("elasticmapreduce:AddJobFlowSteps", resource=_EMR_CLUSTER), source="EMR API Reference, AddJobFlowSteps",
    ),
    _reaches(
        _TASKS, "a task", "runs a command in a task", need("ecs:ExecuteCommand", resource=_ECS_TASK),
        source="ECS Developer Guide, Monitor Amazon ECS containers with ECS Exec",
    ),
    _reaches(
        _GLUE, "a development endpoint", "puts its SSH key on a development endpoint",
        need("glue:UpdateDevEndpoint", resource=_GLUE_ENDPOINT), source="Glue Web API Reference, UpdateDevEndpoint",
    ),
    _reaches(
        _BUILD, "a project", "starts a build with commands of its own",
        need("codebuild:StartBuild", "codebuild:StartBuildBatch", resource=_PROJECT),
        source="CodeBuild API Reference, StartBuild",
    ),
    _reaches(
        _SAGEMAKER, "a notebook instance", "opens a notebook instance",
        need("sagemaker:CreatePresignedNotebookInstanceUrl", resource=_NOTEBOOK),
        source="SageMaker API Reference, CreatePresignedNotebookInstanceUrl",
    ),
    _reaches(
        _STACKS, "a stack", "changes a stack, which keeps its role",
        need("cloudformation:UpdateStack", resource=_STACK),
        source="CloudFormation User Guide, AWS CloudFormation service role",
    ),
    _reaches(
        _STATES, "a state machine", "changes a state machine, and starts it",
        need("states:UpdateStateMachine", resource=_MACHINE), need("states:StartExecution", resource=_MACHINE),
        source="Step Functions API Reference, UpdateStateMachine",
    ),
    _reaches(
        _APPS, "a service", "changes the image of a service", need("apprunner:UpdateService", resource=_APP_SERVICE),
        source="App Runner API Reference, UpdateService",
    ),
    _reaches(
        _AGENTCORE, "a code interpreter", "runs code in a code interpreter",
        need("bedrock-agentcore:StartCodeInterpreterSession", resource=_INTERPRETER),
        need("bedrock-agentcore:InvokeCodeInterpreter", resource=_INTERPRETER),
        source="Bedrock AgentCore Developer Guide, Code Interpreter",
    ),
    _reaches(
        _DATA, "a pipeline", "changes a pipeline, and activates it",
        need("datapipeline:PutPipelineDefinition", resource=_DATA_PIPELINE),
        need("datapipeline:ActivatePipeline", resource=_DATA_PIPELINE),
        source="Data Pipeline API Reference, PutPipelineDefinition",
    ),
)  # fmt: skip
