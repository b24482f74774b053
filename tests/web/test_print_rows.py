"""The rows of a list's table: what each cell says, safely, and what is around them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from django.urls import reverse

from iamconsole.web.elements import muted, named, object_url
from iamconsole.web.rows import table_rows
from iamconsole.web.tables import Column

SCOPE = SimpleNamespace(account_id="111122223333")
NAME = Column("name", "Name", lambda row: row.name, cell=named("user"))


def row(**values: Any) -> SimpleNamespace:
    whole: dict[str, Any] = {"name": "jane", "aws_id": "AIDAJANE", "arn": "", "path": "/", "tags": {}, "gone_at": None}
    return SimpleNamespace(**{**whole, **values})


def printed(column: Column, item: Any, *, pick: bool = False) -> str:
    [html] = table_rows([NAME, column], [item], SCOPE, pick=pick)
    return str(html)


def test_a_cell_says_the_value_under_its_head() -> None:
    html = printed(Column("keys", "Keys", lambda row: 1234, css="num", optional=True), row())
    assert '<td data-label="Keys" class="num optional">1,234</td>' in html


def test_a_cell_may_say_it_better() -> None:
    html = printed(Column("keys", "Keys", lambda row: 0, cell=lambda row, scope: muted("No key")), row())
    assert '<td data-label="Keys"><span class="muted">No key</span></td>' in html


def test_what_aws_says_is_escaped() -> None:
    evil = "<b>"
    path = Column("path", "Path", lambda row: row.path)
    html = printed(path, row(name=evil, path=evil, arn=evil, aws_id=evil, tags={"Name": evil}), pick=True)
    assert evil not in html
    assert printed(Column("x", "X", lambda row: "", cell=lambda row, scope: evil), row()).count(evil) == 0


def test_the_name_is_a_link_with_a_second_line() -> None:
    html = printed(Column("path", "Path", lambda row: row.path), row(tags={"Name": "Jane R."}, path="/shop/"))
    url = reverse("user", kwargs={"account_id": SCOPE.account_id, "aws_id": "AIDAJANE"})
    assert f'<th scope="row"><a class="name" href="{url}">jane</a><span class="small">Jane R.</span></th>' in html


def test_only_what_has_an_arn_can_be_copied() -> None:
    path = Column("path", "Path", lambda row: row.path)
    assert "data-copy" not in printed(path, row())
    assert 'aria-label="Copy the ARN of jane"' in printed(path, row(arn="arn:aws:iam::111122223333:user/jane"))


@pytest.mark.parametrize("aws_id", ["AIDAJANE", "p-1a2b", "a b?c#d&e=f", "ü%:@~"])
def test_the_address_of_an_object_is_the_one_of_its_page(aws_id: str) -> None:
    kwargs = {"account_id": SCOPE.account_id, "aws_id": aws_id}
    url = object_url("user", SCOPE.account_id, aws_id)
    assert not set(" ?#") & set(url)
    assert unquote(url) == unquote(reverse("user", kwargs=kwargs))
