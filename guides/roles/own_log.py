"""The log group into which a service writes what its functions and builds say.

AWS Lambda Developer Guide, "Sending Lambda function logs to CloudWatch Logs"; AWS CodeBuild User Guide, "Allow
CodeBuild to interact with other AWS services".
"""

from __future__ import annotations

from accounts.models import AwsAccount
from guides.roles.answers import Touch
from guides.roles.touched_messages import LOGS

_LOG_GROUPS = {"lambda.amazonaws.com": "/aws/lambda/", "codebuild.amazonaws.com": "/aws/codebuild/"}


def own_log(aws_account: AwsAccount, principal: str, region: str, named: str) -> Touch | None:
    """What the role may do with the log of the function or project of that name; None for services that write none."""
    group = _LOG_GROUPS.get(principal)
    use = LOGS.use("make-and-write")
    if group is None or use is None:
        return None
    name = f"{group}{named}"
    arn = f"arn:{aws_account.partition}:logs:{region}:{aws_account.account_id}:log-group:{name}"
    return Touch(LOGS, use, arn, name, region=region, is_own=True)
