"""Labels of AWS accounts: the console's own, never tags of AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.utils import timezone

from accounts.models.aws_accounts import AwsAccount
from accounts.names import on_one_line

if TYPE_CHECKING:
    from accounts.models.operators import Operator

LONGEST_LABEL = 60


class AccountLabelQuerySet(models.QuerySet["AccountLabel"]):
    def there(self) -> Self:
        """Those that aren't deleted."""
        return self.filter(deleted_at=None)

    def of(self, aws_account: AwsAccount) -> Self:
        return self.there().filter(labelled__aws_account=aws_account)

    def visible_to(self, operator: Operator, *perms: str) -> Self:
        """Those of the AWS accounts on which the operator has one of the permissions."""
        seen = LabelledAwsAccount.objects.filter(aws_account__in=AwsAccount.objects.visible_to(operator, *perms))
        return self.there().filter(pk__in=seen.values("label"))


class AccountLabel(models.Model):
    """A name that AWS accounts have, several as one. What is set for a label holds in each of them."""

    name = models.CharField(max_length=LONGEST_LABEL, validators=[on_one_line])
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[AccountLabelQuerySet] = AccountLabelQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def aws_accounts(self) -> list[AwsAccount]:
        return list(AwsAccount.objects.filter(labelled__label=self).order_by("name", "pk"))


class LabelledAwsAccount(models.Model):
    """That an AWS account has a label."""

    label = models.ForeignKey(AccountLabel, models.CASCADE, related_name="labelled")
    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="labelled")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["label", "aws_account"]
        constraints = [models.UniqueConstraint(fields=["label", "aws_account"], name="labelled_once")]

    def __str__(self) -> str:
        return f"{self.aws_account}: {self.label}"
