"""Whatever is sent, the builder answers with a page, and stages nothing that it doesn't show."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Operator
from accounts.roles import Role
from guides.roles.trust_form import OUTSIDE_CHOICES, SERVICE_CHOICES
from tests.conftest import make_aws_account, make_operator
from tests.services.pages import BY_HTMX, address

pytestmark = pytest.mark.django_db
USERS = [each.value for each in (*SERVICE_CHOICES, *OUTSIDE_CHOICES)]
ODD = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            "\x00",
            "arn:aws:s3:::b/*",
            "arn:aws:s3:::",
            "arn:",
            "${aws:username}",
            '"}',
            "a" * 5_000,
            "https://a.b/c",
            "123456789012",
            "eu-west-1",
        ]
    ),
)
FIELDS = [
    "principal",
    "named",
    "region",
    "url",
    "subject",
    "audience",
    "cluster",
    "namespace",
    "service_account",
    "saml",
    "account",
    "external_id",
    "other",
    "starts",
    "starter_role",
    "own_logs",
    "add",
    "name",
    "path",
    "boundary",
    "tags",
    "policy_as",
    "description",
    "title",
    "reason",
    "touch-1-arn",
    "touch-1-use",
    "touch-1-below",
    "touch-2-arn",
    "shown",
    "take_out",
]


class HostileAnswers(TestCase):
    operator: Operator

    @classmethod
    def setUpTestData(cls) -> None:
        cls.operator = make_operator("erin", Role.EDITOR, make_aws_account())

    def asked(self) -> Client:
        client = Client()
        client.force_login(self.operator, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    @settings(max_examples=40)
    @given(
        st.sampled_from([*USERS, "nobody"]),
        st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=8),
        st.sampled_from(["update", "do_add", "stage", ""]),
        st.booleans(),
    )
    def test_is_answered(self, user: str, answers: dict[str, str], button: str, by_script: bool) -> None:
        sent = {"region": "eu-west-1", "name": "x", **answers, "user": user, **({button: "1"} if button else {})}
        response = self.asked().post(address("build_role"), sent, headers=BY_HTMX if by_script else {})
        assert response.status_code in (200, 302, 400, 422)

    @settings(max_examples=15)
    @given(st.dictionaries(st.sampled_from(["start", "resource"]), ODD | st.sampled_from(["github", "lambda-table"])))
    def test_an_address_is_answered(self, asked: dict[str, str]) -> None:
        assert self.asked().get(address("build_role"), asked).status_code in (200, 400)  # NUL is refused by the frame
