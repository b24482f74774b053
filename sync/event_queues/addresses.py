"""Where a queue is: read from what an owner enters, and told as SQS takes it.

The source: "Queue and message identifiers" in the Amazon SQS Developer Guide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from accounts.models import AwsAccount
from sync.aws.target import global_region, partition_of
from sync.event_queues.permissions import PREFIX
from sync.models import EventQueue

_LONGEST = 80
_NAME = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{1,{_LONGEST - len(PREFIX)}}}", re.ASCII)
_HOST = re.compile(r"sqs\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?", re.ASCII)
_ARN = re.compile(r"arn:[a-z-]+:sqs:([a-z0-9-]+):(\d{12}):(\S+)", re.ASCII)


@dataclass(frozen=True)
class QueueAddress:
    region: str
    account_id: str
    name: str


def read_address(text: str, aws_account: AwsAccount) -> QueueAddress:
    """Of a URL or an ARN. Raises ValueError with a sentence that says what to enter."""
    found = _parts(text.strip(), aws_account)
    if found is None:
        raise ValueError(
            f"Enter the queue’s URL, such as https://sqs.us-east-1.amazonaws.com/{aws_account.account_id}/{PREFIX}events"
            ": the stack has it as QueueUrl."
        )
    if found.account_id != aws_account.account_id:
        raise ValueError(
            f"This queue is in AWS account {found.account_id}. Events of {aws_account.account_id} are taken from a "
            "queue of its own."
        )
    if not _NAME.fullmatch(found.name):
        raise ValueError(
            f"The queue’s name has to begin with {PREFIX}, as the template calls it: the console’s role may take "
            "messages from no other one."
        )
    if partition_of(found.region) != aws_account.partition:
        raise ValueError(f"{found.region} is in another partition than this AWS account.")
    return found


def _parts(text: str, aws_account: AwsAccount) -> QueueAddress | None:
    if said := _ARN.fullmatch(text):
        return QueueAddress(said[1], said[2], said[3])
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return None
    path = parts.path.strip("/").split("/")
    if parts.scheme not in ("http", "https") or len(path) != 2 or not re.fullmatch(r"\d{12}", path[0], re.ASCII):
        return None
    region = _HOST.fullmatch(host)
    if region is None and not aws_account.emulated:
        return None
    return QueueAddress(region[1] if region else global_region(aws_account), path[0], path[1])


def url_of(queue: EventQueue) -> str:
    suffix = "amazonaws.com.cn" if queue.aws_account.partition == "aws-cn" else "amazonaws.com"
    return f"https://sqs.{queue.region}.{suffix}/{queue.aws_account.account_id}/{queue.name}"
