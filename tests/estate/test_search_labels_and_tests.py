"""Search finds saved tests and labels of AWS accounts, within what the operator sees."""

from __future__ import annotations

import pytest

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from iamconsole.web.search.answering import opened, search
from iamconsole.web.search.asked import read
from iamconsole.web.search.kinds import Searcher, SearchHit, kinds_by_word
from sync.models import Safeguard
from tests.conftest import make_operator
from tests.estate.conftest import Estate
from tests.services.safeguard_rows import make_label, make_test

pytestmark = pytest.mark.django_db


def hits(operator: Operator, words: str) -> list[tuple[str, SearchHit]]:
    seen = list(AwsAccount.objects.visible_to(operator, "see_iam", "see_people"))
    found = search(Searcher(operator, seen), read(words, kinds_by_word()))
    kinds = ("labels", "tests")
    return [(matches.kind.name, hit) for matches in found if matches.kind.name in kinds for hit in matches.hits]


def names(operator: Operator, words: str) -> list[str]:
    return sorted(hit.name for _, hit in hits(operator, words))


def test_labels_of_what_is_seen(estate: Estate, olga: Operator) -> None:
    here, elsewhere = estate.seen, estate.accounts[0]
    make_label("Payroll north", here, elsewhere)
    make_label("Payroll secret", elsewhere)
    assert names(olga, "payroll") == ["Payroll north", "Payroll secret"]
    [(_, hit)] = hits(estate.charlie, "label payroll")
    assert hit.name == "Payroll north"
    assert here.name in hit.detail and hit.detail == f"A label of {here.name}"
    assert hit.url.startswith("/all/?label=")
    owner = make_operator("owner", Role.OWNER, here)
    [(_, owned)] = hits(owner, "payroll north")
    assert owned.url.startswith("/labels/")


def test_tests_of_what_is_seen(estate: Estate, olga: Operator) -> None:
    here, elsewhere = estate.seen, estate.accounts[0]
    label = make_label("both", elsewhere, here)
    make_test(olga, "dana never makes users", here)
    make_test(olga, "dana never makes users elsewhere", elsewhere)
    make_test(olga, "nobody labelled makes users", label)
    make_test(olga, "nobody secret makes users", make_label("theirs", elsewhere))
    Safeguard.objects.filter(pk=make_test(olga, "dana makes users no more", here).pk).update(deleted_at=here.created_at)
    assert len(names(olga, "makes users")) == 4
    assert names(estate.charlie, "test makes users") == ["dana never makes users", "nobody labelled makes users"]
    assert {hit.url.split("/")[2] for _, hit in hits(estate.charlie, "makes users")} == {here.account_id}


def test_who_sees_people_alone_finds_neither(estate: Estate, olga: Operator) -> None:
    make_test(olga, "dana never makes users", estate.seen)
    make_label("dana’s", estate.seen)
    assert names(make_operator("hal", Role.HELPDESK, estate.seen), "dana") == []


def test_what_was_opened_is_told_to_who_may_still_see_it(estate: Estate, olga: Operator) -> None:
    here, there = (make_test(olga, "opened", each) for each in (estate.seen, estate.accounts[0]))
    label, secret = make_label("ours", estate.seen), make_label("theirs", estate.accounts[0])
    refs = [f"tests:{here.pk}", f"tests:{there.pk}", f"labels:{label.pk}", f"labels:{secret.pk}", "labels:x", "tests:x"]
    seen = Searcher(estate.charlie, [estate.seen])
    assert [hit.ref for _, hit in opened(seen, refs)] == [refs[0], refs[2]]
