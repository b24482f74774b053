"""Secrets of authenticator apps and recovery codes at rest: sealed for their operator, and opened for nobody else.

django-allauth seals and opens through its adapter, which is told the text only. Whose it is stands in the row: what is
fresh is sealed for the row's operator once there is a row, and what a row holds knows whose row that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.signals import post_init

from iamconsole.sealed_values import SealedValues
from iamconsole.sealing import BLOB, CannotUnseal, KeyMissing, SealingPurpose, key_names, seal, sealed_under, unseal

_FRESH = "not an operator's yet"
_TOGETHER = 200


class FactorSealed(ValidationError):
    """A second factor that can't be checked. In a form it is the field's error; elsewhere a page says it."""

    def __init__(self, why: CannotUnseal) -> None:
        detail = str(why) if isinstance(why, KeyMissing) else "What the console keeps of it isn't this operator's."
        super().__init__(
            f"This second factor can’t be checked. {detail} Or an owner of all AWS accounts takes it away, so that a "
            "new one can be set up; a passkey works as before."
        )


class _SealedText(str):
    """A sealed text as an authenticator holds it."""

    __slots__ = ("owner",)

    owner: tuple[object, ...]

    @classmethod
    def by(cls, text: str, owner: tuple[object, ...]) -> _SealedText:
        owned = cls(text)
        owned.owner = owner
        return owned


def connect() -> None:
    post_init.connect(_own, sender=Authenticator)


def encrypt(text: str) -> str:
    return seal(text, SealingPurpose.SECOND_FACTOR, _FRESH)


def decrypt(blob: str) -> str:
    """Raises FactorSealed."""
    try:
        if not isinstance(blob, _SealedText):
            raise CannotUnseal
        return unseal(blob, SealingPurpose.SECOND_FACTOR, *blob.owner)
    except CannotUnseal as error:
        raise FactorSealed(error) from error


def names_of_keys() -> Iterator[str]:
    """The key that each is sealed under, once for each."""
    for data in Authenticator.objects.values_list("data", flat=True).iterator(chunk_size=_TOGETHER):
        yield from (name for text in _texts(data).values() if (name := sealed_under(text)))


def reseal() -> Iterator[int]:
    """Those under an older one of SEAL_KEYS that is still there, under the newest: so many at once."""
    pks = list(Authenticator.objects.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(pks), _TOGETHER):
        with transaction.atomic():
            rows = Authenticator.objects.select_for_update().filter(pk__in=pks[first : first + _TOGETHER])
            done = sum(_resealed(row) for row in rows)
        if done:
            yield done


def _resealed(row: Authenticator) -> int:
    older, before = key_names()[1:], dict(row.data)
    stale = {name: text for name, text in _texts(before).items() if sealed_under(text) in older}
    try:
        again = {name: seal(decrypt(text), SealingPurpose.SECOND_FACTOR, *_owner(row)) for name, text in stale.items()}
    except FactorSealed:
        return 0
    # Only as long as all of it is what was read: recovery codes that are used meanwhile stay used.
    unchanged = Authenticator.objects.filter(pk=row.pk, last_used_at=row.last_used_at, data=before)
    return int(unchanged.update(data=before | again)) if stale else 0


def _own(sender: type[Authenticator], instance: Authenticator, **kwargs: Any) -> None:
    """Seals what is fresh for the row's operator, and marks what it holds as that operator's."""
    data = instance.__dict__.get("data")
    if not isinstance(data, dict) or "user_id" not in instance.__dict__:
        return
    owner = _owner(instance)
    for name, text in _texts(data).items():
        try:
            fresh = unseal(text, SealingPurpose.SECOND_FACTOR, _FRESH)
        except CannotUnseal:
            data[name] = _SealedText.by(text, owner)
        else:
            data[name] = _SealedText.by(seal(fresh, SealingPurpose.SECOND_FACTOR, *owner), owner)


def _owner(row: Authenticator) -> tuple[object, ...]:
    return row.user_id, str(row.type)


def _texts(data: Any) -> dict[str, str]:
    found = data.items() if isinstance(data, dict) else ()
    return {name: text for name, text in found if isinstance(text, str) and BLOB.fullmatch(text)}


SEALED_FACTORS = SealedValues("second factors", names_of_keys, reseal)
