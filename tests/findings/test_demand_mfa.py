"""MFA is demanded of several users at once only where it is known which keys would be denied with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from findings import refresh, staging
from findings.models import Finding
from identities.actions.mfa_demand import DemandMfaForm
from identities.mfa_policies import with_unread_credentials
from identities.models import IamUser
from identities.posture.credentials import CredentialSource
from sync.models import Facet
from sync.operations import Refusal
from tests.services.credentials import SOURCES, credentials_read, pull
from tests.services.pages import text_of
from tests.services.rows import make_user

pytestmark = pytest.mark.django_db


def signs_in(aws_account: AwsAccount, name: str, *, is_read: bool = True) -> IamUser:
    user: IamUser = make_user(aws_account, name, has_password=True, mfa_count=0)
    if is_read:
        credentials_read(user)
        user.refresh_from_db()
    return user


def form_of(operator: Operator, *users: IamUser) -> DemandMfaForm:
    form = DemandMfaForm(users[0].aws_account, list(users), operator, data={"reason": "Mend"})
    assert form.is_valid(), form.errors
    return form


def attached_to(form: DemandMfaForm) -> list[str]:
    return [str(step.params["arn"]) for step in form.steps() if step.kind == "iam.user.attach"]


def test_of_several_whoever_is_unknown_is_left_out(aws_account: AwsAccount, erin: Operator) -> None:
    ada, ben = signs_in(aws_account, "ada"), signs_in(aws_account, "ben", is_read=False)
    form = form_of(erin, ada, ben)
    assert attached_to(form) == attached_to(form_of(erin, ada))
    assert "Unknown: the mirror hasn’t read whether ben has access keys, SSH keys" in form.about
    assert "They are left out" in form.about


def test_one_alone_is_told_before(aws_account: AwsAccount, erin: Operator) -> None:
    form = form_of(erin, signs_in(aws_account, "ben", is_read=False))
    assert len(attached_to(form)) == 1
    assert "Unknown" in form.about and "left out" not in form.about


def test_where_all_are_unknown_nothing_is_staged(aws_account: AwsAccount, erin: Operator) -> None:
    users = [signs_in(aws_account, name, is_read=False) for name in ("ada", "ben")]
    with pytest.raises(Refusal, match="Of all of them it is unknown"):
        form_of(erin, *users).steps()


@pytest.mark.parametrize("source", ["ssh_keys", "service_credentials"])
@pytest.mark.parametrize("coverage", [Facet.Coverage.DENIED, Facet.Coverage.UNSUPPORTED, None])
def test_what_was_not_read_isnt_none(aws_account: AwsAccount, source: str, coverage: str | None) -> None:
    user = signs_in(aws_account, "ben")
    assert with_unread_credentials([user]) == set()
    facet = Facet.objects.filter(object_id=user.aws_id, source=source)
    if coverage:
        facet.update(coverage=coverage)
    else:
        facet.delete()
    assert with_unread_credentials([user]) == {user.pk}


def test_fixes_of_several_findings_leave_them_out(
    aws_account: AwsAccount, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    signs_in(aws_account, "ada")
    signs_in(aws_account, "ben", is_read=False)
    assert refresh.refresh(aws_account, sources=[CredentialSource()])
    found = Finding.objects.filter(rule="credentials.no_mfa").select_related("aws_account")
    [plan] = staging.plans_of(list(found), erin)
    assert [step.kind for step in plan.steps] == ["iam.policy.create", "iam.user.attach"]
    [left_out] = plan.left_out
    assert left_out.why_not.startswith("Unknown: the mirror hasn’t read")
    assert "Unknown: the mirror hasn’t read" in text_of(client_of(erin).get(left_out.url).content.decode())


def test_a_pull_of_all_credentials_reads_them(aws_account: AwsAccount, emulator: Emulator) -> None:
    emulator.client("iam").create_user(UserName="ben")
    pull(aws_account, *(each for each in SOURCES if each != "iam.ssh_keys"))
    user = IamUser.objects.get(name="ben")
    assert with_unread_credentials([user]) == {user.pk}
    pull(aws_account, "iam.ssh_keys")
    assert with_unread_credentials([user]) == set()
