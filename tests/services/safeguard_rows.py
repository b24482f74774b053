"""Labels of AWS accounts and saved tests, as rows."""

from __future__ import annotations

from access.saved_tests.content import DENIED, KIND, Meant, TestContent
from accounts.models import AccountLabel, AwsAccount, LabelledAwsAccount, Operator
from sync.models import Safeguard, SafeguardVersion


def make_label(name: str, *accounts: AwsAccount) -> AccountLabel:
    label = AccountLabel.objects.create(name=name)
    for each in accounts:
        LabelledAwsAccount.objects.create(label=label, aws_account=each)
    return label


def make_test(author: Operator, name: str, scope: AwsAccount | AccountLabel) -> Safeguard:
    of = {"aws_account": scope} if isinstance(scope, AwsAccount) else {"label": scope}
    test = Safeguard.objects.create(kind=KIND, **of)
    content = TestContent((Meant("user/dana"),), ("iam:CreateUser",), (Meant("*"),), DENIED).as_json()
    SafeguardVersion.objects.create(
        safeguard=test,
        number=1,
        state=SafeguardVersion.State.IN_FORCE,
        name=name,
        content=content,
        author=author,
    )
    return test
