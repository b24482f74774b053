"""What pages and search call resources: one descriptor for all kinds of the table."""

from __future__ import annotations

from objects import kinds
from objects.kinds import AwsKind
from resources.models import Resource

RESOURCE = AwsKind(
    model=Resource,
    name="resource",
    word="resource",
    icon="box",
    found_at=45,
    documentation="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html",
)


def register() -> None:
    kinds.register(RESOURCE)
