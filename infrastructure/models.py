"""What code says that it owns: files of state that were read, and the objects in them. Never a value that is secret."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.models import AwsAccount


class StateFile(models.Model):
    """A state of Terraform or OpenTofu, as `show -json` printed it. The file itself isn't kept; a newer one of its name
    takes its place."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)  # as operators call it
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    elsewhere = models.PositiveIntegerField(default=0)  # resources of IAM in it that are in other AWS accounts

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["aws_account", "name"], name="infrastructure_state_once")]

    def __str__(self) -> str:
        return self.name


class OwnedResource(models.Model):
    """A resource of a state, and the object of IAM that it is or belongs to."""

    state = models.ForeignKey(StateFile, models.CASCADE, related_name="resources")
    kind = models.CharField(max_length=40)  # of the mirror: "iam.role"
    name = models.CharField(max_length=256)  # of the object; "" where its ARN says it
    arn = models.CharField(max_length=2048, blank=True)  # "" of what belongs to it, such as an attachment
    unique_id = models.CharField(max_length=128, blank=True)  # AROA…, where the state has it
    address = models.CharField(max_length=1024)  # module.ci.aws_iam_role.deploy

    class Meta:
        ordering = ["address"]
        indexes = [
            models.Index(fields=["kind", "name"], name="infrastructure_owned_name"),
            models.Index(fields=["kind", "arn"], name="infrastructure_owned_arn"),
        ]

    def __str__(self) -> str:
        return self.address
