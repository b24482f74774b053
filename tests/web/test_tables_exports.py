"""Exports: exactly what the list shows, streamed, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.http import StreamingHttpResponse

from accounts.models import AwsAccount
from iamconsole.web.exports import export_response
from identities.models import IamUser
from tests.services.rows import make_user
from tests.web.conftest import TABLE


def export(wanted: str) -> tuple[StreamingHttpResponse, str]:
    response = export_response(wanted, TABLE.name, TABLE.columns, IamUser.objects.order_by("pk"))
    return response, b"".join(response).decode()


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_csv_has_a_line_for_each_row(aws_account: AwsAccount) -> None:
    make_user(aws_account, "anna", tags={"team": "shop", "kind": "person"})
    response, text = export("csv")
    assert table(text) == [
        ["name", "created", "tags", "arn"],
        ["anna", "2025-03-01T09:30:00Z", "team=shop, kind=person", "arn:aws:iam::123456789012:user/anna"],
    ]
    assert response["Content-Disposition"].startswith('attachment; filename="people-')


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1"])
def test_csv_holds_no_formula(aws_account: AwsAccount, name: str) -> None:
    make_user(aws_account, name)
    assert table(export("csv")[1])[1][0] == f"'{name}"


def test_csv_quotes_all_cells(aws_account: AwsAccount) -> None:
    """Where lines are parted at semicolons, as in many countries, a formula in the middle would begin a cell."""
    make_user(aws_account, "anna;=1+1;\t@SUM(A1)")
    text = export("csv")[1]
    assert '"anna;=1+1;\t@SUM(A1)"' in text
    assert all(line.startswith('"') and line.endswith('"') for line in text.splitlines())


def test_csv_keeps_quotes_commas_and_lines(aws_account: AwsAccount) -> None:
    make_user(aws_account, 'a "b", c\nd')
    assert table(export("csv")[1])[1][0] == 'a "b", c\nd'


def test_json_is_an_array_of_what_is_shown(aws_account: AwsAccount) -> None:
    make_user(aws_account, "anna", tags={"team": "shöp"})
    make_user(aws_account, "=bert", created_at=None)
    assert json.loads(export("json")[1]) == [
        {
            "name": "anna",
            "created": "2025-03-01T09:30:00Z",
            "tags": {"team": "shöp"},
            "arn": "arn:aws:iam::123456789012:user/anna",
        },
        {"name": "=bert", "created": None, "tags": {}, "arn": "arn:aws:iam::123456789012:user/=bert"},
    ]


def test_json_of_nothing_is_an_empty_array(db: None) -> None:
    assert json.loads(export("json")[1]) == []
