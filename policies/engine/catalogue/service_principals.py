"""Service principals that trust policies and policies of resources name, as the guides of services show them.

AWS publishes no list of them all: what isn't here may be right.
"""

from __future__ import annotations

from policies.engine.catalogue.service_sources import SERVICE_SOURCES

_OTHERS = """
access-analyzer account-access airflow amplify apigateway appflow application-autoscaling appsync autoscaling backup
batch batchoperations.s3 bedrock-agentcore budgets build.apprunner chatbot cloudfront cloudtrail codepipeline
comprehend config credentials.iot databrew datapipeline dax delivery.logs dlm dms ds ec2 ecs edgelambda eks
eks-fargate-pods elasticbeanstalk elasticfilesystem elasticloadbalancing elastictranscoder emr-serverless es
export.rds firehose forecast gamelift glue greengrass guardduty inspector2 iotanalytics iotevents iotsitewise
kafka kafkaconnect kendra lambda lex lexv2 logdelivery.elasticloadbalancing logs machinelearning macie
mediaconvert medialive mgn omics opensearchservice osis-pipelines pods.eks qbusiness quicksight rds redshift
redshift-serverless rekognition rolesanywhere s3 scheduler.redshift securitylake serverlessrepo servicecatalog ses sns
spotfleet ssm-incidents storagegateway swf tasks.apprunner textract translate vmie workspaces
"""

SERVICE_PRINCIPALS: tuple[str, ...] = tuple(
    sorted({*SERVICE_SOURCES, *(f"{name}.amazonaws.com" for name in _OTHERS.split())})
)
