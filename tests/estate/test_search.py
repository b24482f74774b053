"""Search (Ctrl-K) over all AWS accounts: who may see one of four finds nothing of the others, of whatever kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from cognito.models import AppClient, CognitoGroup
from directory.models import PermissionSet
from iamconsole.web import search
from identities.models import AccessKey, IamUser
from policies.models import OrgPolicy
from sync.models import Change
from tests.cognito.rows import make_pool
from tests.estate.conftest import Estate
from tests.services.rows import make_document
from tests.services.statements import allow, document_text
from tests.sync.planned import proposed

NEEDLE = "s3:getob"  # that an action begins with, too


def fill(aws_account: AwsAccount, actor: Operator) -> None:
    """Something of each kind that search knows."""
    now, name = timezone.now(), f"{NEEDLE}-{aws_account.pk}"
    common = {"aws_account": aws_account, "aws_id": name, "name": name, "name_key": name, "first_seen": now}
    pool, document = make_pool(aws_account, "pool"), make_document(document_text(allow("*")))
    needed: dict[Any, dict[str, Any]] = {
        AppClient: {"pool": pool},
        CognitoGroup: {"pool": pool},
        OrgPolicy: {"document": document},
        PermissionSet: {"instance_arn": "arn:aws:sso:::instance/ssoins-1"},
    }
    for kind in search.kinds():
        if kind.rows is not None:
            model = kind.rows(actor).model
            arn = f"arn:aws:any::{aws_account.account_id}:{model.__name__}/{name}"
            model.objects.create(**common, arn=arn, **needed.get(model, {}))
    owner = IamUser.objects.get(aws_account=aws_account, aws_id=name)
    AccessKey.objects.create(**common, user=owner)
    proposed(aws_account, actor, title=name, name=f"edited-{aws_account.pk}")


def test_charlie_finds_of_each_kind_what_is_in_one_aws_account(
    estate: Estate, olga: Operator, client_of: Callable[[Operator], Client]
) -> None:
    for each in estate.accounts:
        fill(each, olga)
    registered = {kind.name for kind in search.kinds()}
    for operator, accounts in ((olga, estate.accounts), (estate.charlie, [estate.seen])):
        groups = client_of(operator).get("/search/", {"q": NEEDLE}).context["groups"]
        assert {group.kind.name for group in groups} == registered
        numbers = {each.account_id for each in accounts}
        for group in groups:
            if group.kind.name != "actions":  # of the catalogue: asked in one AWS account
                assert group.found.total == len(accounts), group.kind.name
            assert {url.split("/")[2] for url in (hit.url for hit in group.found.hits)} <= numbers


def test_charlie_is_told_of_the_others_by_no_word(
    estate: Estate, olga: Operator, client_of: Callable[[Operator], Client]
) -> None:
    for each in estate.accounts:
        fill(each, olga)
    client = client_of(estate.charlie)
    for other in (each for each in estate.accounts if each != estate.seen):
        number = Change.objects.get(aws_account=other).pk
        asked = (NEEDLE, f"{NEEDLE}-{other.pk}", other.account_id, other.name, str(number), f"user-{other.pk}")
        for words in asked:
            page = client.get("/search/", {"q": words}).content.decode().replace(f"“{words}”", "")
            assert f"/aws/{other.account_id}/" not in page, words
            assert f"{NEEDLE}-{other.pk}" not in page.replace(f'value="{words}"', ""), words
