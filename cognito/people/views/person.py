"""One of a pool's people: a page, and a preview beside the list. Looking at her is logged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import may, may_in_pool, signed_in
from accounts.models import AuditEntry, learn_texts
from accounts.roles import CARE, EXPORT_PEOPLE, SEE_IAM
from cognito.models import CognitoUser
from cognito.object_pages import PERSON
from cognito.people import changes, reading_log
from cognito.people.aws_access import person_roles_of
from cognito.people.changes import changes_of
from cognito.people.display_names import second_of, status_mark, title_of, verified
from cognito.people.person_record import cached_people_settings_of
from cognito.people.selectors import E_MAIL, PHONE
from cognito.people.subject_access import Section, stored_data_of
from iamconsole.web.exports import csv_line, file_response
from iamconsole.web.words import machine_time
from objects.object_actions import ObjectAction
from objects.object_pages import actions_on, fetch_row
from sync.naming import Names

SHOWN = 20  # entries of who looked at her


@require_GET
def cognito_user(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    person = _fetch(request, account_id, aws_id)
    context = _about(request, person) | {
        "changes": changes_of(person),
        "names": Names(
            signed_in(request), person.aws_account, {person.aws_id: "" if person.erased_at else title_of(person)}
        ),
        "looks": _looks(person),
        "people_settings": cached_people_settings_of(person.pool),
        "lease_key": f"{person.kind}:{person.pool.arn}/{person.aws_id}",
        "takes_away": may_in_pool(signed_in(request), EXPORT_PEOPLE, person.aws_account, person.pool.aws_id),
        "sees_iam": may(signed_in(request), SEE_IAM, person.aws_account),
    }
    reading_log.read(request, person)
    return render(request, "cognito/person.html", context)


@require_GET
def cognito_user_preview(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    person = _fetch(request, account_id, aws_id)
    reading_log.read(request, person)
    return render(request, "cognito/preview.html", _about(request, person))


@require_GET
@never_cache
def cognito_user_stored_data(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponseBase:
    """All stored data of a person: a page, or a file to give to them."""
    person = _fetch(request, account_id, aws_id)
    if not may_in_pool(signed_in(request), EXPORT_PEOPLE, person.aws_account, person.pool.aws_id):
        raise PermissionDenied("Exporting people needs a permission of its own, which editors and owners have.")
    form = request.GET.get("format", "")
    sections = stored_data_of(person)
    reading_log.exported_person(request, person, form if form in _FORMS else "page")
    if form in _FORMS:
        return file_response(form, f"stored-data-of-{person.aws_id}", _FORMS[form](sections))
    context = {"row": person, "title": title_of(person), "sections": sections}
    return render(request, "cognito/stored_data.html", context)


def _as_json(sections: Sequence[Section]) -> Iterator[str]:
    stored = {section.name: section.as_objects() for section in sections}
    yield json.dumps(stored, ensure_ascii=False, indent=2, default=_machine) + "\n"


def _as_csv(sections: Sequence[Section]) -> Iterator[str]:
    """A line for each value: sections have columns of their own."""
    yield csv_line(("section", "row", "name", "value"))
    for section in sections:
        for number, row in enumerate(section.as_objects(), 1):
            for name, value in row.items():
                yield csv_line((section.name, str(number), name, _machine(value)))


def _machine(value: Any) -> str:
    return machine_time(value) if isinstance(value, datetime) else "" if value is None else str(value)


_FORMS = {"json": _as_json, "csv": _as_csv}


def _fetch(request: HttpRequest, account_id: str, aws_id: str) -> CognitoUser:
    person: CognitoUser = fetch_row(request, PERSON, account_id, aws_id)
    return person


def _about(request: HttpRequest, person: CognitoUser) -> dict[str, Any]:
    held = person.memberships.filter(gone_at__isnull=True, group__gone_at__isnull=True).select_related("group")
    groups = [membership.group for membership in held.order_by("group__name_key")]
    return {
        "row": person,
        "kind": PERSON,
        "title": title_of(person),
        "second": second_of(person),
        "status": status_mark(person),
        "status_description": changes.describe(person),
        "addresses": [
            (label, person.attributes[name], verified(person, name))
            for name, label in _ADDRESSES
            if person.attributes.get(name)
        ],
        "attributes": sorted(
            (name, said)
            for name, said in person.attributes.items()
            if name not in (E_MAIL, PHONE) and not name.endswith("_verified")
        ),
        "groups": groups,
        "person_roles": [] if person.gone_at else person_roles_of(person, groups),
        "offers": _offers(request, person),
    }


_ADDRESSES = ((E_MAIL, "E-mail"), (PHONE, "Phone"))


def _offers(request: HttpRequest, person: CognitoUser) -> list[tuple[ObjectAction, str]]:
    """The actions, each with the message that she will get of it."""
    if not may_in_pool(signed_in(request), CARE, person.aws_account, person.pool.aws_id):
        return []
    return [
        (action, action.message(person) if action.message else "") for action in actions_on(request, PERSON, person)
    ]


def _looks(person: CognitoUser) -> Any:
    """Who looked at her, the newest first."""
    looks = AuditEntry.objects.filter(object_kind=person.kind, object_id=person.aws_id).select_related("actor")[:SHOWN]
    learn_texts(looks)
    return looks
