"""What code says that it owns: states, stacks of CloudFormation, and the objects in them. Never a secret value."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import AwsAccount
from resources.models import Resource


class StateFile(models.Model):
    """A state of Terraform or OpenTofu, as `show -json` printed it. The file itself isn't kept; a newer one of its name
    takes its place."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)  # as operators call it
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    elsewhere = models.PositiveIntegerField(default=0)  # resources in it that are in other AWS accounts

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["aws_account", "name"], name="infrastructure_state_once")]

    def __str__(self) -> str:
        return self.name


class OwnedResource(models.Model):
    """A resource of a state, or of a stack, and the object that it is or belongs to."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+", db_index=False)
    state = models.ForeignKey(StateFile, models.CASCADE, null=True, blank=True, related_name="resources")
    stack = models.ForeignKey(Resource, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=40)  # of the mirror: "iam.role"
    name = models.CharField(max_length=256)  # of the object; of what belongs to one, the name of that
    arn = models.CharField(max_length=2048, blank=True)  # "" where it isn't known: then the name tells the object
    unique_id = models.CharField(max_length=128, blank=True)  # AROA…, where the state has it
    address = models.CharField(max_length=1024)  # module.ci.aws_iam_role.deploy; of a stack the logical id
    is_own = models.BooleanField(default=True)  # the object itself; False: what belongs to it, such as an attachment

    class Meta:
        ordering = ["address"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__isnull=True) ^ Q(stack__isnull=True), name="infrastructure_owned_by_one"
            )
        ]
        indexes = [
            models.Index(fields=["aws_account", "kind", "name"], name="infrastructure_owned_name"),
            models.Index(fields=["aws_account", "kind", "arn"], name="infrastructure_owned_arn"),
        ]

    def __str__(self) -> str:
        return self.address
