"""By whose policy a request on an ARN is decided: a bucket's for its objects, a table's for its indexes.

The sources: "Resource types" of each service in the Service Authorization Reference, and the page that the entry of the
table names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from aws_constraints.arn import Arn


@dataclass(frozen=True)
class Governor:
    """The kind of the resource whose policy decides, and its ARN; "" where all of the place decide together.

    `on`: the ARN on which the policy itself stands, where that isn't the resource's: that of an alias, of a stream.
    """

    kind: str
    arn: str
    on: str = ""


def governor_of(arn: str) -> Governor | None:
    """None for what isn't of a kind of the table, for a pattern, and for what is no ARN."""
    found = Arn.parse(arn)
    if found is None or re.search(r"[*?]|\$\{", _named(found)):
        return None
    for governs in _BY_SERVICE.get(found.service, ()):
        governor = governs(found, arn)
        if governor is not None:
            return governor
    return None


def _named(arn: Arn) -> str:
    """What tells the resource itself: objects of a bucket, methods of an API, and indexes of a table, may be a
    pattern.
    """
    if arn.service in ("s3", "execute-api") and not arn.resource.startswith("accesspoint/"):
        return f"{arn.region}:{arn.account}:{arn.resource.partition('/')[0]}"
    if arn.service == "dynamodb" and "/index/" in arn.resource:
        return f"{arn.region}:{arn.account}:{arn.resource.partition('/index/')[0]}"
    return f"{arn.region}:{arn.account}:{arn.resource}"


Governs = Callable[[Arn, str], "Governor | None"]


def _up_to(kind: str, pattern: str) -> Governs:
    """The resource is what the pattern finds at the beginning of the last part of the ARN."""
    compiled = re.compile(pattern)

    def governs(found: Arn, arn: str) -> Governor | None:
        match = compiled.match(found.resource)
        head = arn[: len(arn) - len(found.resource)]
        return Governor(kind, head + match[0]) if match else None

    return governs


def _bucket(found: Arn, arn: str) -> Governor | None:
    """`arn:aws:s3:::bucket/key`: it names neither Region nor AWS account."""
    name = found.resource.partition("/")[0]
    plain = not found.region and not found.account and name
    return Governor("s3.bucket", f"arn:{found.partition}:s3:::{name}") if plain else None


def _function(found: Arn, arn: str) -> Governor | None:
    parts = found.resource.split(":")
    if parts[0] != "function" or len(parts) < 2:
        return None
    own = str(Arn(found.partition, "lambda", found.region, found.account, ":".join(parts[:2])))
    return Governor("lambda.function", own, on=arn if len(parts) > 2 else own)


def _layer(found: Arn, arn: str) -> Governor | None:
    parts = found.resource.split(":")
    if parts[0] != "layer" or len(parts) < 2:
        return None
    own = str(Arn(found.partition, "lambda", found.region, found.account, ":".join(parts[:2])))
    return Governor("lambda.layer", own, on=arn if len(parts) > 2 else "")


def _table(found: Arn, arn: str) -> Governor | None:
    parts = found.resource.split("/")
    if parts[0] != "table" or len(parts) < 2:
        return None
    own = str(Arn(found.partition, "dynamodb", found.region, found.account, "/".join(parts[:2])))
    return Governor("dynamodb.table", own, on=arn if parts[2:3] == ["stream"] else own)


def _log_group(found: Arn, arn: str) -> Governor | None:
    """All resource policies of the Region: each says which log groups it is about."""
    return Governor("logs.resource_policy", "") if found.resource.startswith("log-group:") else None


_BY_SERVICE: dict[str, tuple[Governs, ...]] = {
    "s3": (_up_to("s3.access_point", r"accesspoint/[^/]+"), _bucket),
    "kms": (_up_to("kms.key", r"key/[^/]+$"),),
    "secretsmanager": (_up_to("secretsmanager.secret", r"secret:.+$"),),
    "sqs": (_up_to("sqs.queue", r"[^:/]+$"),),
    "sns": (_up_to("sns.topic", r"[^:/]+"),),
    "events": (_up_to("events.bus", r"event-bus/.+$"),),
    "logs": (_log_group,),
    "lambda": (_function, _layer),
    "ecr": (_up_to("ecr.repository", r"repository/.+$"),),
    "execute-api": (_up_to("apigateway.rest_api", r"[^/]+"),),
    "dynamodb": (_table,),
    "elasticfilesystem": (_up_to("efs.file_system", r"file-system/[^/]+$"),),
    "backup": (_up_to("backup.vault", r"backup-vault:[^:/]+$"),),
}
