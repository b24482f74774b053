"""A table of users: read, looked at row by row, staged as one change."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from accounts.models import AwsAccount, Operator
from identities.bulk.csv_text import MOST_BYTES, CsvLine, TableError, lines_of, rejected
from identities.bulk.rows import NEW, THERE, BulkRow, rows_of
from objects.forms import NotText, decoded
from sync.models import Change
from tests.identities.test_actions import ClientOf
from tests.services.pages import address, get, text_of
from tests.services.rows import attach, join, make_group, make_policy, make_user

COLUMNS = ("name", "path", "groups")


def cells(text: str) -> list[Any]:
    return [line.cells for line in lines_of(text, COLUMNS, ("tag:",))]


@pytest.mark.parametrize(
    "text",
    [
        "name,path\nada,/x/\n",
        "Name;Path\r\nada;/x/\r\n",
        "path\tname\n/x/\tada\n",
        "sep=;\nname;path\nada;/x/\n",
        '\ufeff"name","path"\n\n"ada"," /x/ "\n , \n',
        "\n\nname,path\nada,/x/,,",
    ],
)
def test_takes_what_spreadsheets_save(text: str) -> None:
    assert cells(text) == [{"name": "ada", "path": "/x/"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_reads_encodings(encoding: str) -> None:
    assert cells(decoded("name,tag:Stadt\nada,Köln\n".encode(encoding))) == [{"name": "ada", "tag:Stadt": "Köln"}]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "nothing in it"),
        ("name\n", "no row below"),
        ("name,colour\nada,red\n", "“colour” is no column"),
        ("name,name\nada,ada\n", "there twice"),
        ("path\n/x/\n", "must be “name”"),
        ('name\n"ada\n', "Line 2 can’t be read"),
        ("name\na\0da\n", "characters that are zero"),
        ("name\n" + "ada\n" * 1_001, "at most 1,000"),
        ("name\n" + "x" * MOST_BYTES, "larger than 1 MB"),
        ("name,tag:\nada,x\n", "“tag:” is no column"),
    ],
)
def test_says_why_a_table_cant_be_read(text: str, sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        lines_of(text, COLUMNS, ("tag:",))


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(NotText, match="Save it as “CSV UTF-8”"):
        decoded("name\nKöln\n".encode("latin-1"), "CSV UTF-8")


def test_knows_the_line_of_the_file() -> None:
    lines = lines_of('name,path\n\n"ada","/\nx/"\nben,/,more\n', COLUMNS)
    assert [line.number for line in lines] == [3, 5]
    assert "3 cells, and the header 2" in lines[1].problem


def test_what_cant_be_done_is_a_table_to_correct_and_give_again() -> None:
    lines = lines_of("name,path\nada,/\n=ben,/x y/\ncleo,/,extra\n", COLUMNS)
    written = "".join(rejected(lines, {3: "A path has no blanks.", 4: "It has 3 cells."}))
    assert written.splitlines() == [
        '"problem","name","path"',
        '"A path has no blanks.","\'=ben","/x y/"',
        '"It has 3 cells.","cleo","/","extra"',
    ]
    again = lines_of(written, COLUMNS)
    assert [line.cells for line in again] == [{"name": "=ben", "path": "/x y/"}, {"name": "cleo", "path": "/"}]
    assert [line.more for line in again] == [(), ("extra",)]


def test_a_formula_is_a_text() -> None:
    assert [found["name"] for found in cells("name\n=1+1\n'@ada\n'ben\n")] == ["=1+1", "@ada", "'ben"]


def rows(aws_account: AwsAccount, what: str, **cells: str) -> BulkRow:
    return rows_of(aws_account, what, [CsvLine(2, {"name": "ada", **cells})])[0]


@pytest.mark.django_db
def test_makes_a_user_with_all_that_it_has(aws_account: AwsAccount) -> None:
    make_group(aws_account), make_policy(aws_account)
    said = {
        "path": "apps",
        "groups": "platform",
        "policies": "REPORTS-write",
        "tags": "team=blue; cost=7",
        "tag:x": "y",
    }
    assert rows(aws_account, NEW, **said).does == (
        "Make the user ada",
        "Add ada to the group platform",
        "Attach reports-write to the user ada",
        "Tag the user ada team=blue",
        "Tag the user ada cost=7",
        "Tag the user ada x=y",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "said", "sentence"),
    [
        (NEW, {"name": "Dana.okafor"}, "There is a user dana.okafor already"),
        (NEW, {"name": "=cmd()"}, "1 to 64 letters"),
        (NEW, {"groups": "nowhere"}, "no group “nowhere”"),
        (NEW, {"policies": "nope"}, "no policy “nope”"),
        (NEW, {"tags": "blue"}, "no tag: write key=value"),
        (NEW, {"path": "a b"}, "no blanks"),
        (NEW, {"groups": ";".join(f"g{n}" for n in range(11))}, "AWS allows 10 (GroupsPerUserQuota)"),
        (THERE, {"name": "nobody", "tags": "a=b"}, "no user “nobody”"),
        (THERE, {"name": "dana.okafor"}, "nothing to do"),
        (THERE, {"name": "dana.okafor", "groups": "g0"}, "already in the group"),
        (THERE, {"name": "dana.okafor", "policies": "reports-write"}, "attached to the user dana.okafor already"),
        (THERE, {"name": "dana.okafor", "deactivate_keys": "yes"}, "no active key"),
        (THERE, {"name": ""}, "no name"),
    ],
)
def test_says_what_is_wrong_with_a_row(aws_account: AwsAccount, what: str, said: dict[str, str], sentence: str) -> None:
    dana = make_user(aws_account)
    groups = [make_group(aws_account, f"g{number}") for number in range(11)]
    join(dana, groups[0])
    attach(dana, make_policy(aws_account))
    row = rows(aws_account, what, **said)
    assert sentence in row.problem
    assert not row.steps


@pytest.mark.django_db
def test_a_user_is_in_the_table_once(aws_account: AwsAccount) -> None:
    found = rows_of(aws_account, NEW, [CsvLine(2, {"name": "ada"}), CsvLine(3, {"name": "ADA"})])
    assert [row.problem for row in found] == ["", "ADA is in line 2 already."]


# ---- The page ------------------------------------------------------------------------------------------------------
def post(client: Any, **said: Any) -> HttpResponse:
    response = client.post(address("users_csv"), {"what": NEW, "text": "", **said})
    assert isinstance(response, HttpResponse)
    return response


@pytest.mark.django_db
def test_looks_first_and_then_stages(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    make_group(aws_account)
    text = "name,groups\nada,platform\nben,\n"
    page = text_of(post(client_of(erin), text=text).content.decode())
    assert "2 rows can be done." in page
    assert "Make the user ada, Add ada to the group platform" in page
    assert not Change.objects.exists()
    response = post(client_of(erin), text=text, stage="1")
    change = Change.objects.get()
    assert response["Location"] == address("change", pk=str(change.pk))
    assert change.title == "Create 2 users from CSV"
    assert [step.kind for step in change.steps.all()] == ["iam.user.create", "iam.group.add_user", "iam.user.create"]


@pytest.mark.django_db
def test_rows_with_errors_can_be_left_out(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    text = "name\nada\nwith space\n"
    response = post(client_of(erin), text=text, stage="1", reason="Ticket 7")
    assert response.status_code == 422
    page = response.content.decode()
    assert "1 row can’t be done: correct the table, or leave them out." in text_of(page)
    assert "with space\n</textarea>" in page
    assert "Ticket 7" in page
    assert post(client_of(erin), text=text, stage="1", skip="on").status_code == 302
    assert Change.objects.get().steps.count() == 1


@pytest.mark.django_db
def test_the_text_of_a_file_stands_in_the_form(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    file = SimpleUploadedFile("users.csv", "name;path\r\nada;/köln/\r\n".encode("utf-16"))
    page = post(client_of(erin), file=file).content.decode()
    assert "name;path\r\nada;/köln/\r\n</textarea>" in page


@pytest.mark.django_db
def test_a_file_that_is_too_long_is_dropped(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    response = post(client_of(erin), file=SimpleUploadedFile("users.csv", b"x" * (MOST_BYTES + 1)))
    assert response.status_code == 422
    assert "larger than 1 MB" in text_of(response.content.decode())


@pytest.mark.django_db
def test_the_list_of_users_leads_there(
    aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    assert address("users_csv") in get(client_of(erin), "users")
    assert address("users_csv") not in get(client_of(bob), "users")


def test_a_table_of_too_many_steps_is_refused_at_once(aws_account: AwsAccount) -> None:
    tags = [f"tag:k{number}" for number in range(40)]
    header, values = ",".join(["name", *tags]), ",".join(["v"] * 40)
    lines = lines_of("\n".join([header, *(f"u{number},{values}" for number in range(1000))]), COLUMNS, ("tag:",))
    with pytest.raises(TableError, match=r"41,000 steps.*at most 10,000"):
        rows_of(aws_account, NEW, lines)
