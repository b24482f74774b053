"""The table of addresses, tests/project/addresses.csv: who gets what where. `make addresses` writes it.

    in    sent to the sign-in page
    404   there is no such thing, for this operator (strangers)
    403   there is, but not for this operator (readers)
    405   not by this method
    ok    the page, its redirect, or its own refusal of what was sent (such as an empty form)

`asks` and `fresh` are what urls.py declares; the rest is what the console really answered. POST sends an empty form,
HTMX is a GET that htmx sends. A method that an address doesn't take has no row.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.urls import URLResolver, get_resolver

from accounts.roles import Role
from iamconsole.web.addresses import Access, access_of

TABLE = Path(__file__).parent / "addresses.csv"
IS_WRITTEN = os.environ.get("ADDRESSES") == "write"  # `make addresses`

# charlie has no grant; rita may only ask for access; the others have one on the AWS account, and olga is owner of all.
CAST: Mapping[str, Role | None] = {
    "charlie": None,
    "bob": Role.VIEWER,
    "rita": Role.REQUESTER,
    "hal": Role.HELPDESK,
    "erin": Role.EDITOR,
    "anton": Role.APPROVER,
    "alice": Role.OWNER,
    "olga": Role.OWNER,
}
COLUMNS = ("anonymous", *CAST)

# What is asked of an address beside the bare one; {user} is that object's id. Lists are asked for their file besides.
QUERIES: Mapping[str, tuple[str, ...]] = {
    "search": ("q=dana",),
    "who_can": ("action=s3:GetObject&resource=*",),
    "simulate": ("principal=*&action=s3:ListBuckets",),
    "document_start": ("place=account&action=create-policy",),
    "document_template": ("place=account&action=create-policy",),
    "cognito_pool_export": ("format=json", "format=json&memberships=on"),
    "cognito_pool_people": ("format=csv",),
    "api_who_can": ("action=s3:GetObject&resource=*",),
    "api_people": ("q=dana",),
    "review_revoke": ("grant={reviewed}",),
    "review_keep": ("grant={reviewed}",),
    "review_pass_on": ("grant={reviewed}",),
}
# Of which a part is asked for by htmx, and that aren't lists.
FRAGMENTS = {
    "audit_check",
    "change_access",
    "change_task",
    "change_organization",
    "search",
    "cognito_pool_people",
    "system_now",
}
# Of lists whose rows can be picked: what one of them is.
PICKED = {"users": "user", "groups": "group", "roles": "role", "policies": "policy", "cognito_people": "cognito_user"}


@dataclass(frozen=True)
class Row:
    name: str  # of the URL
    method: str
    query: str
    asks: str
    fresh: str  # "fresh" where a form sent there waits for a fresh sign-in
    answers: tuple[str, ...]

    @property
    def let_in(self) -> set[str]:
        return {who for who, word in zip(COLUMNS, self.answers, strict=True) if word == "ok"}

    @property
    def is_worth_a_row(self) -> bool:
        return "405" not in self.answers or bool(self.let_in)


def walk(
    resolver: URLResolver, namespace: str = "", above: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...], Access | None, bool]]:
    """Every URL pattern: its name, what its address needs, what it asks, and whether it is a page of ours."""
    for pattern in resolver.url_patterns:
        needs = (*above, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern, f"{pattern.namespace}:" if pattern.namespace else namespace, needs)
        else:
            is_ours = not namespace and not pattern.callback.__module__.startswith("allauth.")
            yield f"{namespace}{pattern.name}", needs, access_of(pattern.callback), is_ours


PATTERNS = list(walk(get_resolver()))
ADDRESSES = {name: needs for name, needs, _, _ in PATTERNS}
OURS = {name: access for name, _, access, is_ours in PATTERNS if is_ours}


def queries_of(name: str) -> tuple[str, ...]:
    """The queries of what is asked by GET."""
    of = PICKED.get(name.removeprefix("all_").removesuffix("_action").removesuffix("_stage").removesuffix("_export"))
    if of and ("_stage" in name or name.endswith("_export")):
        return (f"pick={{{of}}}",)
    return ("", *QUERIES.get(name, ()))


def read() -> list[Row]:
    with TABLE.open(newline="") as file:
        _, *lines = csv.reader(file)
    return [Row(line[0], line[1], line[2], line[3], line[4], tuple(line[5:])) for line in lines]


def write(rows: Iterable[Row]) -> None:
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "method", "query", "asks", "fresh", *COLUMNS])
        writer.writerows([row.name, row.method, row.query, row.asks, row.fresh, *row.answers] for row in rows)


ROWS = read() if TABLE.exists() else []
