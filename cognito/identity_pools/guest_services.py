"""What Cognito lets guests do at most in the enhanced flow: by two session policies, of which either one is enough.

"IAM roles" in the Amazon Cognito Developer Guide ("Access policies for unauthenticated identities") lists the services
of the inline one, Amazon S3 among them; AmazonCognitoUnAuthedIdentitiesSessionPolicy, which AWS manages, is the other.
What is on neither list is unknown, and not no: AWS adds to them.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SERVICES = """
    appsync cloudwatch codewhisperer cognito-identity cognito-idp cognito-sync comprehend dynamodb execute-api firehose
    gamelift iot kinesis lambda lex logs machinelearning mobileanalytics mobiletargeting personalize polly rekognition
    s3 sdb ses sns sqs transcribe translate
"""
_ACTIONS = """
    geo:CalculateRoute* geo:*DevicePosition* geo:*Geofence geo:*Geofences geo:GetMap* geo:GetPlace geo:ListMaps
    geo:SearchPlaceIndex*
    kms:Decrypt kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyPair kms:GenerateDataKeyPairWithoutPlaintext
    kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo
    rum:PutRumEvents sagemaker:InvokeEndpoint textract:AnalyzeDocument textract:DetectDocumentText
"""
_WHOLE = frozenset(_SERVICES.split())
_LISTED = re.compile("|".join(re.escape(each).replace(r"\*", ".*") for each in _ACTIONS.lower().split()))


@lru_cache(maxsize=4096)
def is_listed(action: str) -> bool:
    """ "s3:GetObject"."""
    named = action.lower()
    return named.partition(":")[0] in _WHOLE or _LISTED.fullmatch(named) is not None
