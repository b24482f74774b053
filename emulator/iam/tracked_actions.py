"""Actions that "last accessed" tracks one by one, by service: management events only, and of IAM all but PassRole.

IAM User Guide, "IAM action last accessed information services and actions". AWS tracks many more services and actions;
these are enough for what sample policies allow. What isn't here is for this emulator what AWS doesn't track.
"""

from __future__ import annotations

_LISTED = {
    "cloudformation": "CreateChangeSet CreateStack DeleteStack DescribeStacks ExecuteChangeSet UpdateStack",
    "dynamodb": "CreateTable DeleteTable DescribeTable ListTables TagResource UpdateTable UpdateTimeToLive",
    "ec2": """AllocateAddress AuthorizeSecurityGroupIngress CreateSecurityGroup CreateTags CreateVpc DeleteSecurityGroup
        DescribeInstances DescribeSecurityGroups RebootInstances RevokeSecurityGroupIngress RunInstances StartInstances
        StopInstances TerminateInstances""",
    "ecr": "CreateRepository DeleteRepository DescribeImages DescribeRepositories GetAuthorizationToken",
    "iam": """AddUserToGroup AttachRolePolicy AttachUserPolicy CreateAccessKey CreateGroup CreatePolicy
        CreatePolicyVersion CreateRole CreateUser DeleteAccessKey DeleteRole DeleteUser DetachRolePolicy
        DetachUserPolicy GetRole GetUser ListGroups ListPolicies ListRoles ListUsers PutRolePolicy PutUserPolicy
        TagRole TagUser UpdateAssumeRolePolicy""",
    "kms": "CreateAlias CreateGrant CreateKey DescribeKey DisableKey ListKeys PutKeyPolicy ScheduleKeyDeletion",
    "lambda": """AddPermission CreateAlias CreateFunction DeleteFunction GetFunction ListFunctions PublishVersion
        TagResource UpdateFunctionCode UpdateFunctionConfiguration""",
    "s3": """CreateBucket DeleteBucket DeleteBucketPolicy GetBucketAcl GetBucketPolicy GetLifecycleConfiguration
        ListAllMyBuckets PutBucketAcl PutBucketPolicy PutBucketVersioning PutEncryptionConfiguration
        PutLifecycleConfiguration""",
    "sns": "CreateTopic DeleteTopic GetTopicAttributes ListTopics SetTopicAttributes Subscribe Unsubscribe",
    "sqs": "CreateQueue DeleteQueue GetQueueAttributes ListQueues PurgeQueue SetQueueAttributes",
}

TRACKED_ACTIONS = {service: tuple(sorted(names.split())) for service, names in _LISTED.items()}
