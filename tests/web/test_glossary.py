"""The glossary: docs/glossary.md is its only place; examples are the AWS account's own, or there are none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils.text import slugify

from accounts.models import AwsAccount, Operator
from iamconsole.web.glossary import examples
from iamconsole.web.glossary.terms import sections, terms
from identities.edges import keep_trusted
from identities.models import IamRole
from tests.cognito.rows import make_identity_pool, make_pool
from tests.services.rows import make_group, make_role, make_user
from tests.web.sources import ROOT

MIXED_UP = sections()[0]


def test_every_line_of_the_file_is_a_term() -> None:
    text = (ROOT / "docs/glossary.md").read_text().partition("\n## In the code")[0]
    lines = re.findall(r"^- \*\*([^*]+)\*\*", text, re.MULTILINE)
    told = [term for section in sections() for term in section.terms]
    assert [re.sub(r"-\d$", "", term.slug) for term in told] == [slugify(line) for line in lines]
    assert len(terms()) == len(lines) > 40  # each has a place of its own
    for term in terms().values():
        assert term.plain[0].isupper() or not term.plain[0].isalpha(), term
        assert term.plain[-1] in ".;)" or term.plain[-1].isalnum(), term


def test_each_word_that_is_easily_mixed_up_has_a_way_to_an_example() -> None:
    assert examples.registered() == {term.slug for term in MIXED_UP.terms}


def test_words_that_templates_explain_are_in_the_glossary() -> None:
    named: set[str] = set()
    for path in [*Path(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/**/*.py")]:
        if ".venv" not in path.parts and "tests" not in path.parts and "node_modules" not in path.parts:
            named |= set(re.findall(r'(?:\bterm=|\{% explain )"([a-z-]+)"', path.read_text()))
    assert named <= terms().keys()
    assert named == {term.slug for term in MIXED_UP.terms}  # each has a place on some page


def fill(aws_account: AwsAccount) -> None:
    role = make_role(
        aws_account,
        "runner",
        trusted=[{"type": "Service", "value": "lambda.amazonaws.com"}],
        max_session_s=3600,
        boundary_arn=f"arn:aws:iam::{aws_account.account_id}:policy/most",
    )
    keep_trusted(IamRole.objects.filter(pk=role.pk))
    make_role(aws_account, "AWSReservedSSO_Admin_0123456789abcdef", path="/aws-reserved/sso.amazonaws.com/")
    make_group(aws_account, "platform", member_count=3)
    make_user(aws_account, "dana", has_password=True)
    make_identity_pool(make_pool(aws_account, "customers"), "shop")


def test_examples_are_of_the_aws_account_that_is_looked_at(
    aws_account: AwsAccount, other_account: AwsAccount, olgas: Client, olga: Operator
) -> None:
    fill(other_account)
    here, there = (
        {slug: examples.example_of(slug, each, olga) for slug in examples.registered()}
        for each in (aws_account, other_account)
    )
    assert not any(here.values())  # none is made up
    told = {slug for slug, said in there.items() if said}
    assert told == examples.registered() - {"root-user", "service-control-policy"}
    page = olgas.get("/glossary/", {"account": other_account.account_id}).content.decode()
    assert "who all have its 0 policies" in page
    assert f"/aws/{other_account.account_id}/roles/" in page
    assert f"/aws/{other_account.account_id}/" not in olgas.get("/glossary/").content.decode().split("<main", 1)[1]


def test_who_may_not_see_the_aws_account_gets_no_example(
    aws_account: AwsAccount, other_account: AwsAccount, bobs: Client
) -> None:
    fill(other_account)
    ask = {"account": other_account.account_id}
    assert f"/aws/{other_account.account_id}/" not in bobs.get("/glossary/", ask).content.decode()
    box = bobs.get("/glossary/trust-policy/", ask, headers={"HX-Request": "true"}).content.decode()
    assert "Says who may assume a role" in box
    assert "runner" not in box


def test_one_term_is_a_place_of_the_page_without_javascript(aws_account: AwsAccount, bobs: Client) -> None:
    answer = bobs.get("/glossary/session/", {"account": aws_account.account_id})
    assert answer["Location"] == f"/glossary/?account={aws_account.account_id}#session"
    assert bobs.get("/glossary/nothing/").status_code == 404


def test_a_word_is_explained_once_a_page(aws_account: AwsAccount, bobs: Client) -> None:
    fill(aws_account)
    role = IamRole.objects.get(name="runner")
    page = bobs.get(f"/aws/{aws_account.account_id}/roles/{role.aws_id}/").content.decode()
    marks = re.findall(r'class="explain" href="/glossary/([a-z-]+)/', page)
    assert sorted(marks) == ["identity", "permissions-boundary", "principal", "service-role", "session", "trust-policy"]


@pytest.mark.parametrize("words", ["trust policy", "word session", "boundary"])
def test_search_finds_terms(bobs: Client, words: str) -> None:
    assert 'href="/glossary/#' in bobs.get("/search/", {"q": words}).content.decode()
