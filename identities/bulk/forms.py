"""What an operator gives for a table: pasted or as a file. Whatever was given is printed again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.http import StreamingHttpResponse

from accounts.models import AwsAccount, Operator
from iamconsole.web.exports import file_response
from iamconsole.web.words import counted
from identities.actions.passwords import thought_up
from identities.bulk import csv_text, rows
from identities.bulk.csv_text import CsvLine, TableError
from identities.bulk.rows import BulkRow
from objects.forms import NotText, TextOrFileForm, TextOrFileLabels
from sync.operations import Refusal, StepSpec

_HELP = {
    rows.NEW: ", ".join(rows.COLUMNS[rows.NEW]),
    rows.THERE: ", ".join(rows.COLUMNS[rows.THERE]),
}


class RowsForm(TextOrFileForm):
    """A table that becomes one change, a step or more for each row. Derive from it: `what` says what the rows are."""

    own_fields: ClassVar[tuple[str, ...]] = ("what",)  # those of the derived form, in their order
    prefixes: ClassVar[tuple[str, ...]] = ()  # columns that begin so are known, too

    asked = TextOrFileLabels(
        text="Table as CSV",
        text_help="The first line names the columns. Commas, semicolons or tabs; up to 1,000 rows and 1 MB.",
        file="Or a file",
        file_help="It takes the place of the text above.",
        accept=".csv,.tsv,.txt,text/csv",
        too_long="The file is larger than 1 MB. Make several of it.",
        save_as="CSV UTF-8",
    )
    skip = forms.BooleanField(label="Leave out the rows that can’t be done", required=False)

    if_untitled = "If empty, it says how many rows."

    def __init__(self, aws_account: AwsAccount, operator: Operator, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.aws_account, self.operator = aws_account, operator
        self.rows: list[BulkRow] = []
        self.lines: list[CsvLine] = []
        self.order_fields([*self.own_fields, "text", "file", "skip", "title", "reason"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        try:
            text = self.given()
            if "what" in cleaned:
                self.lines = csv_text.lines_of(text, self.columns(cleaned["what"]), self.prefixes)
                self.rows = self.made(cleaned["what"], self.lines)
        except (TableError, NotText) as error:
            self.add_error("text", str(error))
        return cleaned

    def columns(self, what: str) -> Sequence[str]:
        """Those that are known, one of them "name"."""
        raise NotImplementedError

    def made(self, what: str, lines: list[CsvLine]) -> list[BulkRow]:
        """What each line comes to."""
        raise NotImplementedError

    def steps(self) -> Sequence[StepSpec]:
        if self.bad and not self.cleaned_data["skip"]:
            words = f"{counted(len(self.bad), 'row')} can’t be done: correct the table, or leave them out."
            raise Refusal(words, field="skip")
        return self.steps_of_rows()

    def steps_of_rows(self) -> Sequence[StepSpec]:
        """Those of the rows that can be done."""
        raise NotImplementedError

    def rejected(self, name: str) -> StreamingHttpResponse:
        """The rows that can't be done as a file, to be corrected and uploaded again."""
        problems = {row.line: row.problem for row in self.bad}
        return file_response("csv", name, csv_text.rejected(self.lines, problems))

    @property
    def good(self) -> list[BulkRow]:
        return [row for row in self.rows if not row.problem]

    @property
    def bad(self) -> list[BulkRow]:
        return [row for row in self.rows if row.problem]


class TableForm(RowsForm):
    what = forms.ChoiceField(
        label="The rows are",
        choices=[(rows.NEW, "New users"), (rows.THERE, "Existing users")],
        initial=rows.NEW,
        help_text=f"Columns for new users: {_HELP[rows.NEW]}. For existing users: {_HELP[rows.THERE]}. In any "
        "order; or a column for each tag, such as tag:team. Separate several in a cell by semicolons.",
    )
    prefixes = (rows.TAG_COLUMN,)

    def columns(self, what: str) -> Sequence[str]:
        return rows.COLUMNS[what]

    def made(self, what: str, lines: list[CsvLine]) -> list[BulkRow]:
        return rows.rows_of(self.aws_account, what, lines)

    def steps_of_rows(self) -> Sequence[StepSpec]:
        return rows.steps_of(self.good, lambda: thought_up(self.aws_account, self.operator))

    def titled(self, steps: Sequence[StepSpec]) -> str:
        users, cleaned = counted(len(self.good), "user"), self.cleaned_data
        made = f"Create {users} from CSV" if cleaned["what"] == rows.NEW else f"Change {users} from CSV"
        return str(cleaned["title"] or made)
