"""Techniques by which one has SageMaker, Bedrock AgentCore or Braket run one's code as a role that one passes to it."""

from __future__ import annotations

from access.escalation.passrole_techniques import passes
from access.escalation.techniques import (
    AGENTCORE,
    ENDPOINT,
    INTERPRETER,
    LIFECYCLE,
    ML_PIPELINE,
    NOTEBOOK,
    RUNTIME,
    SAGEMAKER,
    STUDIO,
    need,
)

PASSROLE_MODEL_TECHNIQUES = (
    passes(
        SAGEMAKER,
        "makes a notebook instance with the role, and opens it",
        need("sagemaker:CreateNotebookInstance", resource=NOTEBOOK),
        need("sagemaker:CreatePresignedNotebookInstanceUrl", resource=NOTEBOOK),
        source="SageMaker API Reference, CreateNotebookInstance",
    ),
    passes(
        SAGEMAKER,
        "runs a training job as the role",
        need("sagemaker:CreateTrainingJob", resource="arn:{p}:sagemaker:*:{a}:training-job/*"),
        source="SageMaker API Reference, CreateTrainingJob",
    ),
    passes(
        SAGEMAKER,
        "runs a processing job as the role",
        need("sagemaker:CreateProcessingJob", resource="arn:{p}:sagemaker:*:{a}:processing-job/*"),
        source="SageMaker API Reference, CreateProcessingJob",
    ),
    passes(
        AGENTCORE,
        "makes a code interpreter with the role, and runs code in it",
        need("bedrock-agentcore:CreateCodeInterpreter", resource=INTERPRETER),
        need("bedrock-agentcore:StartCodeInterpreterSession", resource=INTERPRETER),
        need("bedrock-agentcore:InvokeCodeInterpreter", resource=INTERPRETER),
        source="Bedrock AgentCore Developer Guide, Code Interpreter",
    ),
    passes(
        AGENTCORE,
        "makes an agent runtime with the role, and invokes it",
        need("bedrock-agentcore:CreateAgentRuntime", resource=RUNTIME),
        need("bedrock-agentcore:InvokeAgentRuntime", resource=RUNTIME),
        source="Bedrock AgentCore Developer Guide, IAM Permissions for AgentCore Runtime",
    ),
    passes(
        SAGEMAKER,
        "makes a notebook instance with the role that runs its script when it starts",
        need("sagemaker:CreateNotebookInstance", resource=NOTEBOOK),
        need(
            "sagemaker:CreateNotebookInstanceLifecycleConfig",
            "sagemaker:UpdateNotebookInstanceLifecycleConfig",
            resource=LIFECYCLE,
        ),
        source="SageMaker API Reference, CreateNotebookInstanceLifecycleConfig",
    ),
    passes(
        SAGEMAKER,
        "gives a notebook instance the role, and opens it",
        need("sagemaker:UpdateNotebookInstance", resource=NOTEBOOK),
        need("sagemaker:StopNotebookInstance", resource=NOTEBOOK),
        need("sagemaker:StartNotebookInstance", resource=NOTEBOOK),
        need("sagemaker:CreatePresignedNotebookInstanceUrl", resource=NOTEBOOK),
        source="SageMaker API Reference, UpdateNotebookInstance",
        supposes="there is a notebook instance",
    ),
    passes(
        SAGEMAKER,
        "tunes a model as the role, with code of its own",
        need(
            "sagemaker:CreateHyperParameterTuningJob", resource="arn:{p}:sagemaker:*:{a}:hyper-parameter-tuning-job/*"
        ),
        source="SageMaker API Reference, CreateHyperParameterTuningJob",
    ),
    passes(
        SAGEMAKER,
        "makes a pipeline that runs as the role, and starts it",
        need("sagemaker:CreatePipeline", "sagemaker:UpdatePipeline", resource=ML_PIPELINE),
        need("sagemaker:StartPipelineExecution", resource=ML_PIPELINE),
        source="SageMaker API Reference, CreatePipeline",
    ),
    passes(
        SAGEMAKER,
        "deploys a model whose container runs as the role",
        need("sagemaker:CreateModel", resource="arn:{p}:sagemaker:*:{a}:model/*"),
        need("sagemaker:CreateEndpointConfig", resource="arn:{p}:sagemaker:*:{a}:endpoint-config/*"),
        need("sagemaker:CreateEndpoint", resource=ENDPOINT),
        source="SageMaker API Reference, CreateModel",
    ),
    passes(
        SAGEMAKER,
        "makes a Studio profile with the role, and opens it",
        need("sagemaker:CreateUserProfile", "sagemaker:UpdateUserProfile", resource=STUDIO),
        need("sagemaker:CreatePresignedDomainUrl", resource=STUDIO),
        source="SageMaker API Reference, CreateUserProfile",
        supposes="there is a Studio domain",
    ),
    passes(
        AGENTCORE,
        "has an agent runtime run its code as the role, and invokes it",
        need("bedrock-agentcore:UpdateAgentRuntime", resource=RUNTIME),
        need("bedrock-agentcore:InvokeAgentRuntime", "bedrock-agentcore:InvokeAgentRuntimeCommand", resource=RUNTIME),
        source="Bedrock AgentCore Developer Guide, IAM Permissions for AgentCore Runtime",
        supposes="there is an agent runtime",
    ),
    passes(
        "braket.amazonaws.com",
        "runs a hybrid job as the role",
        need("braket:CreateJob", resource="arn:{p}:braket:*:{a}:job/*"),
        source="Braket Developer Guide, Running a hybrid job",
    ),
)
