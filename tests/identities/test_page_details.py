"""The pages of a user, a group and a role."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from identities.models import IamRole, IamUser
from sync.models import Facet, MirroredRow, Revision
from tests.services.pages import address, get, text_of
from tests.services.rows import (
    attach,
    join,
    make_document,
    make_group,
    make_policy,
    make_role,
    make_user,
    put_inline,
)

ClientOf = Callable[..., Client]
TRUST = json.dumps(
    {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.example.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {"token.actions.example.com:aud": "sts.amazonaws.com"}},
            },
            {"Effect": "Deny", "Principal": "*", "Action": ["sts:AssumeRole", "sts:TagSession"]},
        ]
    }
)


@pytest.fixture
def dana(aws_account: AwsAccount) -> IamUser:
    platform = make_group(aws_account)
    attach(platform, make_policy(aws_account, "reports-write"))
    put_inline(platform, "group-inline")
    boundary = make_policy(aws_account, "engineers")
    user = make_user(aws_account, boundary_arn=boundary.arn, tags={"team": "platform"})
    join(user, platform)
    attach(user, make_policy(aws_account, "AdministratorAccess", is_aws=True))
    put_inline(user, "own-inline")
    return user


def test_a_user_as_principal_and_identity(dana: IamUser, bob: Operator, client_of: ClientOf) -> None:
    make_role(dana.aws_account, trusted=[{"type": "AWS", "value": dana.arn}])
    text = text_of(get(client_of(bob), "user", aws_id=dana.aws_id))
    assert f"ARN {dana.arn}" in text
    assert f"Unique id {dana.aws_id}" in text
    assert "Gets policies from 1 group ( platform ), 1 attached, 1 inline" in text
    assert "Boundary engineers" in text
    assert "Named in the trust of 1 role" in text
    assert "AdministratorAccess attached" in text


def test_a_users_policies_and_where_they_come_from(dana: IamUser, bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "user", aws_id=dana.aws_id))
    assert "Policies 4" in text
    assert "AdministratorAccess Allows everything AWS attached to it" in text
    assert "reports-write Customer the group platform" in text
    assert "group-inline , of the group platform" in text
    assert '"s3:ListBucket"' in text


def test_a_users_groups_and_tags(dana: IamUser, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    assert "platform reports-write , 1 inline" in text_of(get(client, "user_groups", aws_id=dana.aws_id))
    assert "team platform" in text_of(get(client, "user_tags", aws_id=dana.aws_id))


def test_what_is_gone_still_opens(dana: IamUser, erin: Operator, client_of: ClientOf) -> None:
    IamUser.objects.update(gone_at=timezone.now())
    html = get(client_of(erin), "user", aws_id=dana.aws_id)
    assert "Gone from AWS since just now" in text_of(html)
    assert "Detach…" not in html
    assert "Stage a change" not in html


def test_a_group_and_its_members(dana: IamUser, bob: Operator, client_of: ClientOf) -> None:
    group = dana.memberships.get().group
    assert "Members 1 user" in text_of(get(client_of(bob), "group", aws_id=group.aws_id))
    assert "dana.okafor" in text_of(get(client_of(bob), "group_members", aws_id=group.aws_id))


def test_trust_in_sentences(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    role = make_role(aws_account, trust=make_document(TRUST))
    text = text_of(get(client_of(bob), "role_trust", aws_id=role.aws_id))
    assert "token.actions.example.com may assume this role with a web identity" in text
    assert "Only if token.actions.example.com:aud StringEquals sts.amazonaws.com" in text
    assert "Anyone must not assume this role and pass session tags." in text


def test_findings_on_a_trust_policy_lead_to_their_lines(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    role = make_role(aws_account, trust=make_document(TRUST.replace('"Federated": ', '"AWS": ')))
    html = get(client_of(bob), "role_trust", aws_id=role.aws_id)
    assert "sts:AssumeRoleWithWebIdentity isn't for" in text_of(html)
    line = html.partition('href="#L')[2].partition('"')[0]
    assert f'mark-danger" id="L{line}"' in html


def test_what_aws_trusts_in_its_own_roles_is_not_judged(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    trust = make_document(TRUST.replace('"Federated": ', '"AWS": '))
    role = make_role(aws_account, path="/aws-service-role/support.amazonaws.com/", trust=trust)
    assert 'href="#L' not in get(client_of(bob), "role_trust", aws_id=role.aws_id)


def test_findings_on_an_inline_policy_lead_to_its_own_lines(dana: IamUser, bob: Operator, client_of: ClientOf) -> None:
    wrong = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Nothing", "Resource": "*"}}
    policy = put_inline(dana, "wrong", document=make_document(json.dumps(wrong)))
    html = get(client_of(bob), "user", aws_id=dana.aws_id)
    assert "wrong 1 error" in text_of(html)
    anchor = f"inline-{policy.pk}-L5"
    assert f'href="#{anchor}"' in html
    assert f'mark-danger" id="{anchor}"' in html


def test_a_reserved_role_offers_no_change(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    role = make_role(aws_account, path="/aws-service-role/support.amazonaws.com/")
    assert "Attach a policy…" not in get(client_of(erin), "role", aws_id=role.aws_id)


def revise(row: MirroredRow, *contents: object) -> None:
    facet = Facet.objects.create(
        aws_account=row.aws_account, kind=row.kind, object_id=row.aws_id, source="details", read_at=timezone.now()
    )
    origins = [Revision.Origin.IMPORT, Revision.Origin.OUTSIDE]
    for number, content in enumerate(contents, start=1):
        Revision.objects.create(
            facet=facet, number=number, content=content, seen_at=timezone.now(), origin=origins[min(number, 2) - 1]
        )


def test_history_says_what_changed(dana: IamUser, bob: Operator, client_of: ClientOf) -> None:
    revise(dana, {"path": "/"}, {"path": "/engineering/"})
    text = text_of(get(client_of(bob), "user_history", aws_id=dana.aws_id))
    assert "Changed outside this console" in text
    assert 'Removed: "path": "/"' in text
    assert 'Added: "path": "/engineering/"' in text
    assert text.index("revision 2") < text.index("revision 1")


def test_history_shows_documents_instead_of_hashes(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    role: IamRole = make_role(aws_account)
    assert role.trust
    revise(role, {"trust": {"text": role.trust.text_hash, "canonical": role.trust.canonical_hash}})
    text = text_of(get(client_of(bob), "role_raw", aws_id=role.aws_id))
    assert '"lambda.amazonaws.com"' in text
    assert role.trust.canonical_hash not in text


@pytest.mark.parametrize("name", ["user", "user_groups", "user_tags", "user_history", "user_raw"])
def test_a_foreign_user_is_not_there(aws_account: AwsAccount, bob: Operator, client_of: ClientOf, name: str) -> None:
    other = AwsAccount.objects.create(account_id="999999999999", name="Other")
    foreign = make_user(other)
    get(client_of(bob), name, status=404, aws_id=foreign.aws_id)
    get(client_of(bob), name, status=404, aws_id=foreign.aws_id, account_id="999999999999")
    get(client_of(bob), name, status=404, aws_id="AIDAUNKNOWN")


def test_tabs_are_links(dana: IamUser, bob: Operator, client_of: ClientOf) -> None:
    html = get(client_of(bob), "user_groups", aws_id=dana.aws_id)
    assert f'<a href="{address("user_groups", aws_id=dana.aws_id)}" aria-current="page">' in html
