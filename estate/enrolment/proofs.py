"""That the console made the external id of an enrolment, for that organization, and not whoever writes the database.

The external id is signed under SECRET_KEY. It stands in roles at AWS, so it outlives that key: beside it, the enrolment
holds it sealed under SEAL_KEYS, which `manage.py reseal` keeps under the newest one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from accounts.fallbacks import FallbackNeed
from estate.models import AccountEnrolment
from iamconsole.sealed_values import SealedValues
from iamconsole.sealing import CannotUnseal, SealingPurpose, key_names, seal, sealed_under, unseal
from sync.connect import is_shared_external_id, needs_older_key


def proof_for(external_id: str, organization_id: str) -> str:
    return seal(external_id, SealingPurpose.SHARED_EXTERNAL_ID, organization_id)


def is_ours(enrolment: AccountEnrolment) -> bool:
    return is_shared_external_id(enrolment.external_id, enrolment.organization_id) or _is_proven(enrolment)


def _is_proven(enrolment: AccountEnrolment) -> bool:
    with suppress(CannotUnseal):
        said = unseal(enrolment.proof, SealingPurpose.SHARED_EXTERNAL_ID, enrolment.organization_id)
        return said == enrolment.external_id
    return False


def names_of_keys() -> Iterator[str]:
    yield from map(sealed_under, AccountEnrolment.objects.values_list("proof", flat=True))


def reseal() -> Iterator[int]:
    """Under the newest of SEAL_KEYS; also those that were made before there were proofs."""
    newest = key_names()[0]
    for enrolment in AccountEnrolment.objects.all():
        if sealed_under(enrolment.proof) != newest and is_ours(enrolment):
            proof = proof_for(enrolment.external_id, enrolment.organization_id)
            yield AccountEnrolment.objects.filter(pk=enrolment.pk, proof=enrolment.proof).update(proof=proof)


def unproven() -> int:
    """How many would be lost without SECRET_KEY_FALLBACKS."""
    rows = AccountEnrolment.objects.all()
    return sum(not _is_proven(each) and needs_older_key(each.external_id) for each in rows)


SEALED_PROOFS = SealedValues("external ids of enrolments", names_of_keys, reseal)
NEED = FallbackNeed("external ids of enrolments, until manage.py reseal was run", unproven)
