"""Search (Ctrl-K) over all AWS accounts: who may see one of four finds nothing of the others, of whatever kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from cognito.models import AppClient, CognitoGroup
from directory.models import DirectoryUser, PermissionSet
from iamconsole.web.search.kinds import MirroredKind, kinds
from identities.models import AccessKey, InlinePolicy
from policies.models import OrgPolicy
from sync.models import Change
from tests.cognito.rows import make_person, make_pool
from tests.conftest import make_operator
from tests.estate.conftest import Estate
from tests.services.rows import make_document, make_user
from tests.services.safeguard_rows import make_label, make_test
from tests.services.statements import allow, document_text
from tests.sync.planned import proposed

NEEDLE = "s3:getob"  # that an action begins with, too
# What is the console's own: the same for everybody, or of nobody's AWS account.
OWN = {"actions", "pages", "settings", "tasks", "help", "rules", "ids", "around", "operators", "aws-accounts"}


def fill(aws_account: AwsAccount, actor: Operator) -> None:
    """Something of each kind that search knows."""
    now, name = timezone.now(), f"{NEEDLE}-{aws_account.pk}"
    common = {"aws_account": aws_account, "aws_id": name, "name": name, "name_key": name, "first_seen": now}
    pool, document = make_pool(aws_account, "pool"), make_document(document_text(allow("*")))
    owner = make_user(aws_account, "owner")
    needed: dict[Any, dict[str, Any]] = {
        AccessKey: {"user": owner},
        AppClient: {"pool": pool},
        CognitoGroup: {"pool": pool},
        InlinePolicy: {"user": owner, "document": document},
        OrgPolicy: {"document": document},
        PermissionSet: {"instance_arn": "arn:aws:sso:::instance/ssoins-1"},
    }
    for kind in kinds():
        if isinstance(kind, MirroredKind):
            arn = f"arn:aws:any::{aws_account.account_id}:{kind.model.__name__}/{name}"
            kind.model._default_manager.create(**common, arn=arn, **needed.get(kind.model, {}))
    make_person(pool, name)
    DirectoryUser.objects.create(**common, display_name=name, words=name, read_at=now)
    make_test(actor, name, aws_account)
    make_label(name, aws_account)
    proposed(aws_account, actor, title=name, name=f"edited-{aws_account.pk}")


def filled(estate: Estate, olga: Operator) -> Estate:
    for each in estate.accounts:
        fill(each, olga)
    return estate


def said(client: Client, address: str, words: str, **more: str) -> str:
    """The page, without the words themselves and without what differs from request to request."""
    page = client.get(address, {"q": words, **more}).content.decode()
    page = re.sub(r'(nonce|csrfmiddlewaretoken|content|hx-headers)=("[^"]*"|\'[^\']*\')', "", page)
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page).replace(words, "…")


def _without(page: str, number: str) -> str:
    return page.replace(f"“{number}”", "“N”").replace(f"change+{number}%22", "change+N%22")


def test_charlie_finds_of_each_kind_what_is_in_one_aws_account(
    estate: Estate, olga: Operator, client_of: Callable[[Operator], Client]
) -> None:
    filled(estate, olga)
    editor = make_operator("ed", Role.EDITOR, estate.seen)
    registered = {kind.name for kind in kinds()} - OWN
    for operator, accounts, unseen in (
        (olga, estate.accounts, set()),
        (editor, [estate.seen], set()),
        (estate.charlie, [estate.seen], {"people", "directory-people"}),
    ):
        page = client_of(operator).get("/search/", {"q": NEEDLE})
        found = {group["matches"].kind.name: group["matches"] for group in page.context["groups"]}
        assert found.keys() - OWN == registered - unseen
        numbers = {each.account_id for each in accounts}
        for name, matches in found.items():
            if name not in OWN:
                assert matches.total == len(accounts), name
                leads_to = {hit.url.split("/")[2] for hit in matches.hits}
                assert leads_to <= numbers or name == "labels"  # which are of several AWS accounts


@pytest.mark.parametrize("address", ["/search/", "/search/box/"])
def test_what_is_elsewhere_is_told_like_what_is_nowhere(
    estate: Estate, olga: Operator, client_of: Callable[[Operator], Client], address: str
) -> None:
    filled(estate, olga)
    client = client_of(estate.charlie)
    unheard_of = said(client, address, "zq-nowhere")
    for other in (each for each in estate.accounts if each != estate.seen):
        number = str(Change.objects.get(aws_account=other).pk)
        for words in (f"{NEEDLE}-{other.pk}", other.account_id, other.name):
            if words in estate.seen.name:
                continue  # "Acme" is in the name of the one that they see
            assert said(client, address, words) == unheard_of, words
        nobodys = said(client, address, "change 987654321")
        theirs = said(client, address, f"change {number}")
        assert _without(theirs, number) == _without(nobodys, "987654321")
        session = "arn:aws:sts::{}:assumed-role/role-1/jane"
        assert said(client, address, session.format(other.account_id)) == said(
            client, address, session.format("1" * 12)
        )


def test_the_account_of_the_address_tells_nothing_either(
    estate: Estate, olga: Operator, client_of: Callable[[Operator], Client]
) -> None:
    client = client_of(estate.charlie)
    other = next(each for each in estate.accounts if each != estate.seen)
    theirs, nobodys = (said(client, "/search/", "owner", account=number) for number in (other.account_id, "9" * 12))
    assert theirs == nobodys


def test_what_was_opened_is_told_to_who_may_still_see_it(
    estate: Estate, olga: Operator, client_of: Callable[[Operator], Client]
) -> None:
    filled(estate, olga)
    here, there = (make_user(each, "opened") for each in (estate.seen, estate.accounts[0]))
    change = Change.objects.get(aws_account=estate.accounts[0])
    refs = f"users:{there.pk},users:{here.pk},changes:{change.pk},people:1,users:x,nothing:1,users:{10**30},pages:home"
    answers = [client_of(each).get("/search/box/", {"opened": refs}) for each in (olga, estate.charlie)]
    all_of_it, own = ([hit.ref for _, hit in answer.context["opened"]] for answer in answers)
    assert all_of_it == [f"users:{there.pk}", f"users:{here.pk}", f"changes:{change.pk}"]
    assert own == [f"users:{here.pk}"]
