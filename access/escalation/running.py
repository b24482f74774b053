"""Techniques that get at what runs as a role already, which the mirror doesn't know."""

from __future__ import annotations

from access.escalation.shapes import (
    ACCESS_ENTRY,
    AGENTCORE,
    ANYWHERE,
    APP_SERVICE,
    APPS,
    BUILD,
    CLUSTER,
    COGNITO,
    DATA,
    DATA_PIPELINE,
    DEPLOYMENT_GROUP,
    EC2,
    ECS_TASK,
    EMR_CLUSTER,
    FUNCTION,
    GLUE,
    GLUE_ENDPOINT,
    GLUE_SESSION,
    IDENTITY_POOL,
    INSTANCE,
    INTERPRETER,
    LAMBDA,
    LIFECYCLE,
    MACHINE,
    NOTEBOOK,
    PODS,
    PROJECT,
    RUNTIME,
    SAGEMAKER,
    STACK,
    STACKS,
    STATES,
    STUDIO,
    TASKS,
    TEMPLATE,
    TRUST_ANCHOR,
    USER_POOL,
)
from access.escalation.techniques import Gains, Need, Target, Technique, need


def _reaches(service: str, thing: str, does: str, *needs: Need, source: str) -> Technique:
    name = "+".join(each.actions[0] for each in needs)
    supposes = f"{thing} runs as the role"
    by_profile = service == EC2
    return Technique(
        name, does, needs, Target.ROLE_OF_SERVICE, Gains.CONTROL, source, service, supposes=supposes,
        by_instance_profile=by_profile,
    )  # fmt: skip


def _starts(does: str, version: str, *needs: Need) -> Technique:
    """Who changes a template passes no role: whoever made the group did (and its service-linked role starts them)."""
    return Technique(
        "+".join(each.actions[0] for each in needs), does, needs, Target.ROLE_OF_SERVICE, Gains.CONTROL,
        "EC2 Auto Scaling User Guide, Control Amazon EC2 launch template usage in Auto Scaling groups", EC2,
        supposes=f"a group starts instances from the {version} version of the launch template",
        by_instance_profile=True,
    )  # fmt: skip


RUNNING = (
    _reaches(
        LAMBDA, "a function", "changes the code of a function",
        need("lambda:UpdateFunctionCode", resource=FUNCTION), source="Lambda API Reference, UpdateFunctionCode",
    ),
    _reaches(
        LAMBDA, "a function", "adds a layer with its code to a function",
        need("lambda:UpdateFunctionConfiguration", resource=FUNCTION),
        source="Lambda API Reference, UpdateFunctionConfiguration",
    ),
    _reaches(
        EC2, "an instance", "runs a command on an instance", need("ssm:SendCommand", resource=INSTANCE),
        source="Systems Manager User Guide, AWS Systems Manager Run Command",
    ),
    _reaches(
        EC2, "an instance", "opens a session on an instance", need("ssm:StartSession", resource=INSTANCE),
        source="Systems Manager User Guide, AWS Systems Manager Session Manager",
    ),
    _reaches(
        EC2, "an instance", "puts its SSH key on an instance",
        need("ec2-instance-connect:SendSSHPublicKey", "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
             resource=INSTANCE),
        source="EC2 User Guide, Connect to your Linux instance using EC2 Instance Connect",
    ),
    _reaches(
        EC2, "an instance", "has an instance run its script at the next start",
        need("ec2:ModifyInstanceAttribute", resource=INSTANCE), need("ec2:StopInstances", resource=INSTANCE),
        need("ec2:StartInstances", resource=INSTANCE), source="EC2 API Reference, ModifyInstanceAttribute",
    ),
    _reaches(
        EC2, "a cluster", "has a cluster run its step",
        need("elasticmapreduce:AddJobFlowSteps", resource=EMR_CLUSTER), source="EMR API Reference, AddJobFlowSteps",
    ),
    _reaches(
        TASKS, "a task", "runs a command in a task", need("ecs:ExecuteCommand", resource=ECS_TASK),
        source="ECS Developer Guide, Monitor Amazon ECS containers with ECS Exec",
    ),
    _reaches(
        GLUE, "a development endpoint", "puts its SSH key on a development endpoint",
        need("glue:UpdateDevEndpoint", resource=GLUE_ENDPOINT), source="Glue Web API Reference, UpdateDevEndpoint",
    ),
    _reaches(
        BUILD, "a project", "starts a build with commands of its own",
        need("codebuild:StartBuild", "codebuild:StartBuildBatch", resource=PROJECT),
        source="CodeBuild API Reference, StartBuild",
    ),
    _reaches(
        SAGEMAKER, "a notebook instance", "opens a notebook instance",
        need("sagemaker:CreatePresignedNotebookInstanceUrl", resource=NOTEBOOK),
        source="SageMaker API Reference, CreatePresignedNotebookInstanceUrl",
    ),
    _reaches(
        STACKS, "a stack", "changes a stack, which keeps its role",
        need("cloudformation:UpdateStack", resource=STACK),
        source="CloudFormation User Guide, AWS CloudFormation service role",
    ),
    _reaches(
        STATES, "a state machine", "changes a state machine, and starts it",
        need("states:UpdateStateMachine", resource=MACHINE), need("states:StartExecution", resource=MACHINE),
        source="Step Functions API Reference, UpdateStateMachine",
    ),
    _reaches(
        APPS, "a service", "changes the image of a service", need("apprunner:UpdateService", resource=APP_SERVICE),
        source="App Runner API Reference, UpdateService",
    ),
    _reaches(
        AGENTCORE, "a code interpreter", "runs code in a code interpreter",
        need("bedrock-agentcore:StartCodeInterpreterSession", resource=INTERPRETER),
        need("bedrock-agentcore:InvokeCodeInterpreter", resource=INTERPRETER),
        source="Bedrock AgentCore Developer Guide, Code Interpreter",
    ),
    _reaches(
        DATA, "a pipeline", "changes a pipeline, and activates it",
        need("datapipeline:PutPipelineDefinition", resource=DATA_PIPELINE),
        need("datapipeline:ActivatePipeline", resource=DATA_PIPELINE),
        source="Data Pipeline API Reference, PutPipelineDefinition",
    ),
    _reaches(
        EC2, "an instance", "has an instance run its command by an association",
        need("ssm:CreateAssociation", "ssm:UpdateAssociation", resource=INSTANCE),
        source="Systems Manager User Guide, AWS Systems Manager State Manager",
    ),
    _reaches(
        EC2, "an instance of a deployment group", "deploys its script to an instance",
        need("codedeploy:CreateDeployment", resource=DEPLOYMENT_GROUP),
        source="CodeDeploy API Reference, CreateDeployment",
    ),
    _starts(
        "makes a version of a launch template with the role and its script, and the default of it", "default",
        need("ec2:CreateLaunchTemplateVersion", resource=TEMPLATE), need("ec2:ModifyLaunchTemplate", resource=TEMPLATE),
    ),
    _starts(
        "makes a version of a launch template with the role and its script", "latest",
        need("ec2:CreateLaunchTemplateVersion", resource=TEMPLATE),
    ),
    _reaches(
        GLUE, "an interactive session", "runs code in an interactive session",
        need("glue:RunStatement", resource=GLUE_SESSION), source="Glue Web API Reference, RunStatement",
    ),
    _reaches(
        SAGEMAKER, "a notebook instance with the lifecycle configuration",
        "changes a lifecycle configuration, and starts the notebook instance again",
        need("sagemaker:UpdateNotebookInstanceLifecycleConfig", resource=LIFECYCLE),
        need("sagemaker:StopNotebookInstance", resource=NOTEBOOK),
        need("sagemaker:StartNotebookInstance", resource=NOTEBOOK),
        source="SageMaker API Reference, UpdateNotebookInstanceLifecycleConfig",
    ),
    _reaches(
        SAGEMAKER, "a notebook instance", "gives a notebook instance a lifecycle configuration that runs its script",
        need("sagemaker:CreateNotebookInstanceLifecycleConfig", resource=LIFECYCLE),
        need("sagemaker:StopNotebookInstance", resource=NOTEBOOK),
        need("sagemaker:UpdateNotebookInstance", resource=NOTEBOOK),
        need("sagemaker:StartNotebookInstance", resource=NOTEBOOK),
        source="SageMaker API Reference, UpdateNotebookInstance",
    ),
    _reaches(
        SAGEMAKER, "a Studio profile", "opens a Studio profile",
        need("sagemaker:CreatePresignedDomainUrl", resource=STUDIO),
        source="SageMaker API Reference, CreatePresignedDomainUrl",
    ),
    _reaches(
        STACKS, "a stack", "makes a change set of a stack, which keeps its role, and executes it",
        need("cloudformation:CreateChangeSet", resource=STACK), need("cloudformation:ExecuteChangeSet", resource=STACK),
        source="CloudFormation User Guide, AWS CloudFormation service role",
    ),
    _reaches(
        AGENTCORE, "an agent runtime", "runs a command in an agent runtime",
        need("bedrock-agentcore:InvokeAgentRuntimeCommand", resource=RUNTIME),
        source="Bedrock AgentCore API Reference, InvokeAgentRuntimeCommand",
    ),
    _reaches(
        ANYWHERE, "whoever has a certificate of the trust anchor", "trusts a certificate authority "
        "of its own", need("rolesanywhere:CreateTrustAnchor"),
        source="IAM Roles Anywhere User Guide, Creating a trust anchor and profile",
    ),
    _reaches(
        ANYWHERE, "whoever has a certificate of the trust anchor", "swaps the certificate authority "
        "of a trust anchor for its own", need("rolesanywhere:UpdateTrustAnchor", resource=TRUST_ANCHOR),
        source="IAM Roles Anywhere API Reference, UpdateTrustAnchor",
    ),
    _reaches(
        COGNITO, "whoever an identity pool takes", "has an identity pool take guests, or people of its own provider",
        need("cognito-identity:UpdateIdentityPool", resource=IDENTITY_POOL),
        source="Cognito Identity Pools API Reference, UpdateIdentityPool",
    ),
    _reaches(
        COGNITO, "whoever is in the group of a user pool", "adds somebody that it can sign in as to a group",
        need("cognito-idp:AdminAddUserToGroup", resource=USER_POOL),
        source="Cognito Developer Guide, Using role-based access control",
    ),
    _reaches(
        PODS, "a pod of a cluster", "makes itself an administrator of a cluster, and runs a command in a pod",
        need("eks:CreateAccessEntry", resource=CLUSTER), need("eks:AssociateAccessPolicy", resource=ACCESS_ENTRY),
        source="EKS User Guide, Grant IAM users access to Kubernetes with EKS access entries",
    ),
)  # fmt: skip
