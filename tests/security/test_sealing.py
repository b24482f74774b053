"""What is sealed opens for what it was sealed for, and for nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts import second_factors
from accounts.models import Operator
from iamconsole.sealing import CannotUnseal, KeyMissing, SealingPurpose, seal, sealed_under, unseal
from tests.accounts.conftest import sign_in, totp_code, use_totp

OLD, NEW = "an old key of the ring, long enough for production", "a new key of the ring, long enough for production"
TEXT = "wJalrXUtnFEMI/K7MDENG"

labels = st.lists(st.one_of(st.text(max_size=8), st.integers(), st.none()), max_size=4).map(tuple)


@given(st.text(), st.sampled_from(list(SealingPurpose)), labels, st.sampled_from(list(SealingPurpose)), labels)
def test_it_opens_for_the_same_only(
    text: str, purpose: SealingPurpose, bound: tuple[object, ...], other: SealingPurpose, others: tuple[object, ...]
) -> None:
    blob = seal(text, purpose, *bound)
    assert unseal(blob, purpose, *bound) == text
    if (purpose, bound) != (other, others):
        with pytest.raises(CannotUnseal):
            unseal(blob, other, *others)


@given(st.text(min_size=1), st.data())
def test_a_damaged_blob_isnt_opened(text: str, data: st.DataObject) -> None:
    blob = seal(text, SealingPurpose.PERSONAL)
    at = data.draw(st.integers(0, len(blob) - 2))  # the last digit has bits of no meaning
    damaged = blob[:at] + data.draw(st.sampled_from("AbZ09_-.")) + blob[at + 1 :]
    if damaged != blob:
        with pytest.raises(CannotUnseal):
            unseal(damaged, SealingPurpose.PERSONAL)


def test_keys_can_be_replaced_without_losing_what_was_sealed(settings: Any) -> None:
    settings.SEAL_KEYS = [OLD]
    blob = seal(TEXT, SealingPurpose.PERSONAL)
    assert TEXT not in blob
    settings.SEAL_KEYS = [NEW, OLD]
    assert unseal(blob, SealingPurpose.PERSONAL) == TEXT
    newer = seal(TEXT, SealingPurpose.PERSONAL)
    settings.SEAL_KEYS = [NEW]
    assert unseal(newer, SealingPurpose.PERSONAL) == TEXT
    with pytest.raises(KeyMissing, match=f"SEAL_KEYS; its name is {sealed_under(blob)}"):
        unseal(blob, SealingPurpose.PERSONAL)


# ---- second factors --------------------------------------------------------------------------------------------
pytestmark = pytest.mark.django_db


def test_a_copied_second_factor_is_nobody_elses(alice: Operator, bob: Operator, client: Client) -> None:
    """Who writes the database can't sign in as somebody by their own authenticator app."""
    use_totp(alice)
    use_totp(bob)
    of_alice, of_bob = (operator.authenticator_set.get() for operator in (alice, bob))  # type: ignore[attr-defined]
    type(of_alice).objects.filter(pk=of_alice.pk).update(data=of_bob.data)
    sign_in(client, alice.email)
    answer = client.post("/auth/2fa/authenticate/", {"code": totp_code()})
    assert "can’t be checked" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_missing_key_is_said_and_no_crash(alice: Operator, client: Client, settings: Any) -> None:
    use_totp(alice)
    sign_in(client, alice.email)
    name = sealed_under(alice.authenticator_set.get().data["secret"])  # type: ignore[attr-defined]
    kept, settings.SEAL_KEYS = settings.SEAL_KEYS, [NEW]
    answer = client.post("/auth/2fa/authenticate/", {"code": totp_code()})
    assert answer.status_code == 200
    assert f"SEAL_KEYS; its name is {name}" in answer.content.decode()
    settings.SEAL_KEYS = [NEW, *kept]
    assert client.post("/auth/2fa/authenticate/", {"code": totp_code()}).status_code == 302


def test_nor_is_there_a_crash_where_there_is_no_form(alice: Operator, client_of: Any, settings: Any) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    use_totp(alice)
    RecoveryCodes.activate(alice)
    client = client_of(alice)
    assert client.get("/auth/2fa/recovery-codes/").status_code == 200
    settings.SEAL_KEYS = [NEW]
    answer = client.get("/auth/2fa/recovery-codes/")
    assert answer.status_code == 503
    assert "give that key back" in answer.content.decode()


def test_second_factors_are_sealed_again(alice: Operator, client: Client, settings: Any) -> None:
    use_totp(alice)
    settings.SEAL_KEYS = [NEW, *settings.SEAL_KEYS]
    assert (sum(second_factors.reseal()), sum(second_factors.reseal())) == (1, 0)
    settings.SEAL_KEYS = [NEW]
    sign_in(client, alice.email)
    assert client.post("/auth/2fa/authenticate/", {"code": totp_code()}).status_code == 302


def test_what_was_used_while_it_is_sealed_again_stays_used(alice: Operator, settings: Any) -> None:
    use_totp(alice)
    settings.SEAL_KEYS = [NEW, *settings.SEAL_KEYS]
    row = Authenticator.objects.get()
    Authenticator.objects.update(data={**row.data, "used_mask": 1})
    assert second_factors._resealed(row) == 0
    assert Authenticator.objects.get().data["used_mask"] == 1
