"""Services that say on whose behalf they assume a role, as the documentation of each has it.

A condition on a key that a service doesn't say keeps it out, and a service that says none can't be bound: AWS Lambda
and Amazon EC2 take roles of the AWS account alone in which the function or the instance is, and document no source key
for the trust policy of a role (AWS Lambda Developer Guide, "Defining Lambda function permissions with an execution
role"; Amazon EC2 User Guide, "IAM roles for Amazon EC2"). Where a page has an ARN, it is what aws:SourceArn holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ServiceSource:
    """`page`: of the service's guide. `arn`: with `{partition}` and `{account}`; "" where aws:SourceAccount does."""

    page: str
    arn: str = ""


_CONFUSED_DEPUTY = "Cross-service confused deputy prevention"
_PREVENTION = "Confused deputy prevention"

SERVICE_SOURCES: Mapping[str, ServiceSource] = {
    "ecs-tasks.amazonaws.com": ServiceSource("Amazon ECS task IAM role", "arn:{partition}:ecs:*:{account}:*"),
    "scheduler.amazonaws.com": ServiceSource("Confused deputy prevention in EventBridge Scheduler"),
    "states.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:states:*:{account}:stateMachine:*"),
    "codebuild.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:codebuild:*:{account}:project/*"),
    "events.amazonaws.com": ServiceSource(_PREVENTION, "arn:{partition}:events:*:{account}:rule/*"),
    "pipes.amazonaws.com": ServiceSource(_PREVENTION, "arn:{partition}:pipes:*:{account}:pipe/*"),
    "cloudformation.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:cloudformation:*:{account}:*"),
    "codedeploy.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:codedeploy:*:{account}:*"),
    "bedrock.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:bedrock:*:{account}:*"),
    "sagemaker.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:sagemaker:*:{account}:*"),
    "cognito-idp.amazonaws.com": ServiceSource(
        "SMS message settings for Amazon Cognito user pools", "arn:{partition}:cognito-idp:*:{account}:userpool/*"
    ),
    "vpc-flow-logs.amazonaws.com": ServiceSource(
        "IAM role for publishing flow logs to CloudWatch Logs", "arn:{partition}:ec2:*:{account}:vpc-flow-log/*"
    ),
    "monitoring.rds.amazonaws.com": ServiceSource(
        "Setting up and enabling Enhanced Monitoring", "arn:{partition}:rds:*:{account}:db:*"
    ),
    "transfer.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:transfer:*:{account}:*"),
    "datasync.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:datasync:*:{account}:*"),
    "iot.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:iot:*:{account}:*"),
    "personalize.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:personalize:*:{account}:*"),
    "frauddetector.amazonaws.com": ServiceSource(_PREVENTION, "arn:{partition}:frauddetector:*:{account}:*"),
    "transcribe.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:transcribe:*:{account}:*"),
    "elasticmapreduce.amazonaws.com": ServiceSource(
        "Service role for Amazon EMR", "arn:{partition}:elasticmapreduce:*:{account}:*"
    ),
    "airflow-env.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:airflow:*:{account}:environment/*"),
    "kinesisanalytics.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:kinesisanalytics:*:{account}:*"),
    "ssm.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:ssm:*:{account}:*"),
    "lakeformation.amazonaws.com": ServiceSource(_CONFUSED_DEPUTY, "arn:{partition}:lakeformation:*:{account}:*"),
    "fis.amazonaws.com": ServiceSource("Single-account execution role", "arn:{partition}:fis:*:{account}:experiment/*"),
}
