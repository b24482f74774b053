"""Deleting identities of a pool, by their ids."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms

from cognito.identity_pools.actions.access import IdentityPoolForm
from cognito.identity_pools.operations import delete_identities
from cognito.identity_pools.operations.identities import LOOKED_THROUGH, MOST, in_pool
from sync.aws.client import reader
from sync.aws.errors import AwsError
from sync.operations import StepSpec


class DeleteIdentitiesForm(IdentityPoolForm):
    heading = "Delete identities of {names}"
    about = (
        "An identity is what the pool gives to a guest, or to somebody who signs in. Who comes again gets another one. "
        "AWS deletes by the id alone, of whatever pool: so the console looks first whether they are of this one."
    )
    ids = forms.CharField(
        max_length=MOST * 80,
        label="Ids",
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono"}),
        help_text=f"One a line, at most {MOST}: such as eu-west-1:4f1cb0a6-…",
    )

    def clean_ids(self) -> list[str]:
        ids = list(dict.fromkeys(self.cleaned_data["ids"].split()))
        if len(ids) > MOST:
            raise forms.ValidationError(f"These are {len(ids)} ids; AWS takes {MOST} at once.")
        client = reader(self.pool.aws_account, region=self.pool.region, urgent=True)
        try:
            found, is_all = in_pool(client, self.pool.aws_id, ids)
        except AwsError as error:
            raise forms.ValidationError(error.sentence()) from error
        if missing := [each for each in ids if each not in found]:
            if is_all:
                raise forms.ValidationError(f"The pool has no identity {missing[0][:80]}. Remove it from the list.")
            raise forms.ValidationError(
                f"{missing[0][:80]} isn’t among the first {LOOKED_THROUGH:,} identities of the pool, and no more are "
                "looked through: make sure that it is of this pool, and delete it in the AWS console."
            )
        return ids

    def steps(self) -> Sequence[StepSpec]:
        ids: list[str] = self.cleaned_data["ids"]
        return [delete_identities(self.pool, ids)]
