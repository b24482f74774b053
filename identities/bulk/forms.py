"""What an operator gives for a table of users: pasted or as a file. Whatever was given is printed again."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import AwsAccount
from identities.bulk import csv_text, rows
from identities.bulk.csv_text import TableError
from identities.bulk.rows import Row
from policies.forms import StageForm

_HELP = {
    rows.NEW: ", ".join(rows.COLUMNS[rows.NEW]),
    rows.THERE: ", ".join(rows.COLUMNS[rows.THERE]),
}


class TableForm(StageForm):
    what = forms.ChoiceField(
        label="The rows are",
        choices=[(rows.NEW, "New users"), (rows.THERE, "Users that are there")],
        initial=rows.NEW,
        help_text=f"Columns for new users: {_HELP[rows.NEW]}. For users that are there: {_HELP[rows.THERE]}. In any "
        "order; or a column for each tag, such as tag:team. Several in a cell: with ; between them.",
    )
    text = forms.CharField(
        label="Table as CSV",
        required=False,
        strip=False,
        max_length=csv_text.MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "form-control mono"}),
        help_text="The first line names the columns. Commas, semicolons or tabs; up to 1,000 rows and 1 MB.",
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text="It takes the place of the text above.",
    )
    skip = forms.BooleanField(label="Leave out the rows that can’t be done", required=False)

    def __init__(self, aws_account: AwsAccount, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.aws_account = aws_account
        self.rows: list[Row] = []
        self.fields["title"].required = False
        self.fields["title"].help_text = "For the list of changes; left empty, it says how many users."
        self.order_fields(["what", "text", "file", "skip", "title", "reason"])

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        try:
            if upload := said.get("file"):
                self._print_again(csv_text.decoded(upload.read()))
            text = self.data.get("text", "")
            if "what" in said:
                columns = rows.COLUMNS[said["what"]]
                self.rows = rows.rows_of(
                    self.aws_account, said["what"], csv_text.lines_of(text, columns, (rows.TAG_COLUMN,))
                )
        except TableError as error:
            self.add_error("text", str(error))
        return said

    def _print_again(self, text: str) -> None:
        """The file's text stands in the form from now on."""
        data: Any = self.data
        self.data = {**data.dict(), "text": text.removeprefix("\ufeff")}
        self.errors.pop("text", None)

    def refuse_too_long(self) -> None:
        self.add_error("file", "The file is larger than 1 MB. Make several of it.")

    @property
    def good(self) -> list[Row]:
        return [row for row in self.rows if not row.problem]

    @property
    def bad(self) -> list[Row]:
        return [row for row in self.rows if row.problem]
