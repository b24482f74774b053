"""What a test of `transactional_db` wrote is gone after it: tests/services/database.py."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from tests.services.database import empty_tables


@pytest.mark.stack
def test_nothing_is_left_but_what_the_code_makes(transactional_db: None, alice: Operator) -> None:
    AuditEntry.objects.create(verb="signed_in", actor=alice, actor_name=alice.email)
    cache.set("beat-tick", "now")
    assert rows() >= {AwsAccount, Operator, Grant, AuditEntry}
    permissions = set(Permission.objects.values_list("content_type", "codename"))
    empty_tables()
    assert rows() == {ContentType, Permission}
    assert settings.REDIS_URL or cache.get("beat-tick") is None
    assert set(Permission.objects.values_list("content_type", "codename")) == permissions


def rows() -> set[object]:
    """The models that have some."""
    return {model for model in apps.get_models() if model._meta.managed and model._default_manager.exists()}
