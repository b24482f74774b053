"""After somebody was erased, no table has anything of them but the subject: every text of every model is searched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from accounts import audit
from accounts.models import AuditEntry, AuditText, AwsAccount, Operator
from cognito.models import CognitoUser, SavedSearch, UserPool
from cognito.people.erasure import erase
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import on_person
from identities.operations import put_inline
from sync import changes
from sync.changes.notices import NOTICES
from sync.models import Change
from sync.operations import StepSpec
from tests.cognito.rows import make_person, make_pool, make_pool_group
from tests.services.changing import propose
from tests.services.rows import make_role
from tests.services.statements import reports_policy
from tests.services.told import tell

pytestmark = pytest.mark.django_db
ADDRESS, PHONE, NAME, NUMBER = "jane.q@home.example", "+491701234567", "Jane Quist", "C100101"


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    made = make_pool(aws_account)
    make_pool_group(made)
    return made


@pytest.fixture
def jane(pool: UserPool) -> CognitoUser:
    described = {
        "email": ADDRESS,
        "phone_number": PHONE,
        "name": NAME,
        "custom:number": NUMBER,
        "custom:plan": "family",
    }
    return make_person(pool, "janeq77", attributes=described)


def texts() -> Iterator[tuple[str, Any]]:
    """Of every model of the console: where it stands, and the text."""
    for model in apps.get_models():
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField | models.BinaryField)
        ]
        for row in model._default_manager.values("pk", *names) if names else ():
            for name in names:
                said = row[name]
                yield f"{model._meta.label}.{name} {row['pk']}", json.dumps(said, default=repr, ensure_ascii=False)


def found(*values: str) -> list[str]:
    wanted = [value.casefold() for value in values]
    return sorted({where.split()[0] for where, text in texts() if any(value in text.casefold() for value in wanted)})


def disable(person: CognitoUser) -> list[StepSpec]:
    return [on_person(person, "cognito.user.disable", "No message is sent.")]


def test_nothing_of_them_is_left(
    aws_account: AwsAccount, pool: UserPool, jane: CognitoUser, erin: Operator, anton: Operator, alice: Operator
) -> None:
    said = {"title": "Help Jane", "reason": f"She wrote from {ADDRESS}, {NAME}"}
    own = propose(aws_account, erin, disable(jane), **said)
    changes.comment(change=own, actor=anton, comment="jane Q again?")
    sets = on_person(
        jane, "cognito.user.attributes.set", **as_params(jane.aws_id, {"email": "q@new.example"}, ["email"])
    )
    propose(aws_account, erin, [sets], title=f"New address for {NAME}")
    elsewhere = {"title": f"Role for {NUMBER}", "reason": "Call +49 170 123-4567"}
    role = [put_inline(make_role(aws_account, "rescue"), "more", reports_policy("s3:GetObject"))]
    iam = propose(aws_account, erin, role, **elsewhere)
    changes.reject(change=iam, actor=anton, comment=f"Ask {ADDRESS.upper()}.")
    for name, query in (("hers", "q=jane.q"), ("Janeq77", "status=CONFIRMED"), ("plans", "q=family")):
        SavedSearch.objects.create(operator=erin, pool=pool, name=name, query=query)
    make_person(pool, "ravi", attributes={"custom:plan": "family"})
    audit.seal()
    assert len(found(ADDRESS, NAME, NUMBER)) > 4

    erase(CognitoUser.objects.filter(pk=jane.pk))
    values = (ADDRESS, "jane.q", PHONE, "170 123-4567", NAME, NUMBER, "janeq77", "Help Jane", "jane Q", "q@new.example")
    assert found(*values) == []
    assert [search.name for search in SavedSearch.objects.all()] == ["plans"]
    audit.seal()
    assert audit.verify() == []
    assert "[erased]" in audit.sentence(AuditEntry.objects.get(verb="change.rejected"))


def test_what_is_about_others_stays(aws_account: AwsAccount, pool: UserPool, jane: CognitoUser, erin: Operator) -> None:
    """Of a change of many, the texts stay that don't name who is erased."""
    ravi = make_person(pool, "ravi")
    both = propose(aws_account, erin, [*disable(jane), *disable(ravi)], title="Close the old shop", reason="INC-7")
    erase(CognitoUser.objects.filter(pk=jane.pk))
    both.refresh_from_db()
    assert (both.title, both.reason) == ("Close the old shop", "INC-7")
    erase(CognitoUser.objects.filter(pk=ravi.pk))
    assert Change.objects.values_list("title", "reason").get() == ("[erased]", "[erased]")


def test_a_text_that_was_rewritten_shows_in_the_chain(
    aws_account: AwsAccount, jane: CognitoUser, erin: Operator
) -> None:
    propose(aws_account, erin, disable(jane), title="Close the account", reason="INC-7")
    audit.seal()
    AuditText.objects.filter(text="INC-7").update(text="INC-8")
    [problem] = audit.verify()
    assert (problem.kind, "A text of entry" in problem.sentence) == ("altered", True)


def test_mails_say_ids_and_no_title(
    aws_account: AwsAccount, jane: CognitoUser, erin: Operator, mailoutbox: list[Any]
) -> None:
    change = propose(aws_account, erin, disable(jane), title=f"Close {NAME}", reason=ADDRESS)
    tell(change.pk, next(verb for verb in NOTICES if verb == "change.reviewed"))
    Change.objects.update(state=Change.State.REJECTED)
    tell(change.pk, "change.rejected")
    [mail] = mailoutbox
    assert NAME not in mail.body and ADDRESS not in mail.body and f"Disable {jane.aws_id}" in mail.body
