"""What is kept of roles in other AWS accounts: each reader is told of those that they may see, and no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from contain.models import Containment, ContainmentReport
from emulator.process import Emulator
from identities.models import IamRole
from tests.conftest import make_aws_account, make_operator
from tests.contain.test_contain_person import pieces_on
from tests.contain.test_contain_user import contained
from tests.directory.arranged import arranged_and_pulled
from tests.services.leaked_key import ACCOUNT_ROOT, Night
from tests.services.organization_rows import complete
from tests.services.pages import address, get, text_of
from tests.services.rows import make_document, make_role
from tests.services.statements import trusting

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
SHOP = "222222222222"
SECRETS = ("vault-secret", "Secret Shop", SHOP)


@pytest.fixture
def vault(night: Night) -> IamRole:
    """A role of another AWS account that ci-builder may take on."""
    shop = make_aws_account(SHOP, "Secret Shop")
    for aws_account in (night.aws_account, shop):
        complete(aws_account, "org.membership")
    trust = make_document(trusting({"AWS": ACCOUNT_ROOT}, ["sts:AssumeRole"]))
    return make_role(shop, "vault-secret", trust=trust, trusted=[{"type": "AWS", "value": ACCOUNT_ROOT}])


@pytest.fixture
def kept(vault: IamRole, night: Night, erin: Operator, client_of: ClientOf) -> Containment:
    """Begun by erin, who may see the other AWS account, too."""
    Grant.objects.create(operator=erin, aws_account=vault.aws_account, role=Role.EDITOR)
    client = client_of(erin)
    assert "Role vault-secret in Secret Shop" in text_of(get(client, "user_contain", aws_id=night.user.aws_id))
    made = contained(client, night, "deny")
    client.post(address("containment_seal", pk=str(made.pk)))
    return made


def pages_of(client: Client, kept: Containment) -> list[str]:
    report = ContainmentReport.objects.get()
    return [
        get(client, "containment", pk=str(kept.pk)),
        client.get(address("containment_progress", pk=str(kept.pk)), headers={"HX-Request": "true"}).content.decode(),
        get(client, "containment_report", pk=str(report.pk)),
    ]


def test_who_sees_it_is_told(kept: Containment, vault: IamRole, erin: Operator, client_of: ClientOf) -> None:
    first, _, report = pages_of(client_of(erin), kept)
    assert "The role vault-secret in Secret Shop" in text_of(first) and "vault-secret in Secret Shop" in text_of(report)
    assert address("role_contain", account_id=SHOP, aws_id=vault.aws_id) in first


def test_who_does_not_see_it_is_told_of_nobody(kept: Containment, anton: Operator, client_of: ClientOf) -> None:
    """anton approves in this AWS account alone."""
    for page in pages_of(client_of(anton), kept):
        assert not any(each in page for each in SECRETS)
        assert text_of(page).count("Roles in an AWS account that you can’t see") == 1
    assert "This report was altered" not in page


def test_who_begins_it_blind_hides_nothing_from_others(
    vault: IamRole, night: Night, erin: Operator, alice: Operator, client_of: ClientOf
) -> None:
    made = contained(client_of(erin), night, "deny")
    assert "vault-secret" not in get(client_of(erin), "containment", pk=str(made.pk))
    Grant.objects.create(operator=alice, aws_account=vault.aws_account, role=Role.VIEWER)
    page = get(client_of(alice), "containment", pk=str(made.pk))
    assert "The role vault-secret in Secret Shop" in text_of(page)
    assert address("role_contain", account_id=SHOP, aws_id=vault.aws_id) not in page  # alice may only read there


def test_the_admin_has_none_of_it(kept: Containment, alice: Operator, client_of: ClientOf) -> None:
    """alice owns this AWS account alone."""
    report = ContainmentReport.objects.get()
    for model, pk in (("containment", kept.pk), ("containmentreport", report.pk)):
        page = client_of(alice).get(f"/admin/contain/{model}/{pk}/change/")
        assert page.status_code == 200 and not any(each in page.content.decode() for each in SECRETS)


def test_that_a_name_was_told_is_in_the_trail(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    center = arranged_and_pulled(emulator, aws_account)
    pieces = pieces_on(get(client_of(erin), "directory_person_contain", aws_id=center.priya))
    client_of(erin).post(
        address("directory_person_contain_begin", aws_id=center.priya), {"pieces": pieces, "typed": "Priya Nair"}
    )
    made = Containment.objects.get()
    for name in ("containment", "containment_release"):
        reader = make_operator(f"reader-{name}", Role.EDITOR, aws_account)
        for _ in range(2):  # the second time within a while is the same look
            assert "Priya Nair" in get(client_of(reader), name, pk=str(made.pk))
        entry = AuditEntry.objects.get(verb="directory.person_read", actor=reader)
        assert entry.object_id == center.priya
    searcher = make_operator("searcher", Role.EDITOR, aws_account)
    assert "Priya Nair" in client_of(searcher).get("/contain/", {"q": "priya"}).content.decode()
    assert AuditEntry.objects.get(verb="directory.people_listed", actor=searcher).data == {"by": ["search"]}
