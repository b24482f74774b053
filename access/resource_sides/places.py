"""Where policies of resources decide: on the ARN on which each stands, and on what is below it.

Service Authorization Reference, "Resource types" of each service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ResourcePlace:
    """`service`: of the actions, and of the ARN. `below`: what stands below it, "" for itself; with a *, all of it.

    `on_each`: policies stand on ARNs of their own, as those of aliases do, and each decides there alone.
    """

    service: str
    below: Sequence[str] = ("",)
    on_each: bool = False


# Without kinds whose policies stand on no ARN.
PLACES: Mapping[str, ResourcePlace] = {
    "s3.bucket": ResourcePlace("s3", ("", "/*")),
    "s3.access_point": ResourcePlace("s3", ("", "/object/*")),
    "kms.key": ResourcePlace("kms"),
    "secretsmanager.secret": ResourcePlace("secretsmanager"),
    "sqs.queue": ResourcePlace("sqs"),
    "sns.topic": ResourcePlace("sns"),
    "events.bus": ResourcePlace("events"),
    "lambda.function": ResourcePlace("lambda", on_each=True),
    "lambda.layer": ResourcePlace("lambda", on_each=True),
    "ecr.repository": ResourcePlace("ecr"),
    "apigateway.rest_api": ResourcePlace("execute-api", ("/*",)),
    "dynamodb.table": ResourcePlace("dynamodb", ("", "/index/*"), on_each=True),
    "efs.file_system": ResourcePlace("elasticfilesystem"),
    "backup.vault": ResourcePlace("backup"),
}
STREAM = "/stream/"  # of a table: nothing is below


def below_of(kind: str, on: str) -> Sequence[str]:
    """What is below the ARN on which a policy of that kind stands."""
    return ("",) if STREAM in on else PLACES[kind].below
