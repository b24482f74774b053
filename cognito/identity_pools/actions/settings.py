"""Making and deleting identity pools, their names, whose sign-in they take, and deleting identities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import AwsAccount
from cognito.identity_pools.actions.access import IdentityPoolForm
from cognito.identity_pools.operations import create_pool, delete_identities, delete_pool, with_settings
from cognito.identity_pools.operations.identities import LOOKED_THROUGH, MOST, in_pool
from cognito.identity_pools.operations.pools import DEVELOPER, OIDC, SAML, SOCIAL, USER_POOLS
from cognito.identity_pools.settings import POOL_NAME, POOL_SETTINGS
from cognito.models import AppClient
from cognito.setting_form import EntriesForm, changes_of
from identities.account.selectors import oidc_providers, saml_providers
from objects.fields import offer
from objects.object_actions import ActionForm
from sync.aws.client import reader
from sync.aws.errors import AwsError
from sync.mirror.base import DETAILS
from sync.models import Region
from sync.operations import StepSpec

_CHECK = forms.CheckboxSelectMultiple


def _clients(aws_account: AwsAccount, region: str = "") -> list[tuple[str, str]]:
    """App clients of user pools, by what an identity pool calls them."""
    clients = AppClient.objects.live().filter(aws_account=aws_account).select_related("pool")
    clients = clients.filter(region=region) if region else clients
    return [
        (f"{_login(client)}:{client.aws_id}", f"{client.pool.name}, client {client.name}")
        for client in clients.order_by("pool__name_key", "name_key")
    ]


def _login(client: AppClient) -> str:
    host = "amazonaws.com.cn" if client.region.startswith("cn-") else "amazonaws.com"
    return f"cognito-idp.{client.region}.{host}/{client.pool.aws_id}"


class CreateIdentityPoolForm(ActionForm):
    heading = "New identity pool"
    about = (
        "People who sign in to these apps get AWS credentials through it, once it has roles: set them on its page. "
        "Guests are not let in, and the classic flow is off."
    )
    name = POOL_NAME.field()
    region = forms.ChoiceField(label="Region")
    clients = forms.MultipleChoiceField(label="User pools whose people it takes", required=False, widget=_CHECK)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = Region.objects.filter(aws_account=self.aws_account, enabled=True).order_by("name")
        names = list(regions.values_list("name", flat=True)) or [self.aws_account.default_region]
        offer(self, "region", [(name, name) for name in names])
        offer(self, "clients", _clients(self.aws_account))
        self.initial.setdefault("region", self.aws_account.default_region)

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return [create_pool(self.aws_account, cleaned["region"], cleaned["name"], providers=cleaned["clients"])]


class PoolSettingsForm(EntriesForm, IdentityPoolForm):
    group = POOL_SETTINGS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {**self.initially({DETAILS: self.pool.settings}), **self.initial}

    def steps(self) -> Sequence[StepSpec]:
        return [with_settings(self.pool, **changes_of(self.group.asked, self.cleaned_data, self.pool.settings))]


class ProvidersForm(IdentityPoolForm):
    heading = "Providers of {names}"
    about = (
        "Whose sign-in the pool takes. Nobody gets in any more by a provider that you remove; its role mapping stays."
    )
    clients = forms.MultipleChoiceField(label="User pools", required=False, widget=_CHECK)
    check = forms.BooleanField(
        required=False,
        label="Ask the user pool each time whether somebody is still signed in",
        help_text="Else whoever is disabled or signed out gets credentials until the token expires.",
    )
    oidc = forms.MultipleChoiceField(label="OIDC providers", required=False, widget=_CHECK)
    saml = forms.MultipleChoiceField(label="SAML providers", required=False, widget=_CHECK)
    social = forms.CharField(
        required=False,
        max_length=4_000,
        label="Social providers",
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
        help_text="One a line, provider=app id, such as accounts.google.com=123.apps.googleusercontent.com.",
    )
    developer = forms.RegexField(
        r"\A[\w._-]{1,128}\Z",
        required=False,
        label="Developer provider",
        help_text="The name by which a server of yours says who somebody is. AWS never changes it once it is set.",
        error_messages={"invalid": "It has 1 to 128 letters, digits and ._- only."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settings = self.pool.settings
        held = {f"{each['ProviderName']}:{each.get('ClientId', '')}": each for each in settings.get(USER_POOLS, ())}
        self._offer("clients", _clients(self.aws_account, self.pool.region), held)
        oidc = oidc_providers(self.aws_account).filter(gone_at=None).order_by("name_key")
        saml = saml_providers(self.aws_account).filter(gone_at=None).order_by("name_key")
        self._offer("oidc", [(row.arn, row.name) for row in oidc], settings.get(OIDC, ()))
        self._offer("saml", [(row.arn, row.name) for row in saml], settings.get(SAML, ()))
        self._checked = {key: bool(each.get("ServerSideTokenCheck")) for key, each in held.items()}
        self.initial.setdefault("check", all(self._checked.values()))
        if len({*self._checked.values()}) > 1:
            self.fields["check"].help_text += " Now it is so for some app clients only: unticked, that stays as it is."
        lines = [f"{name}={app}" for name, app in sorted(settings.get(SOCIAL, {}).items())]
        self.initial.setdefault("social", "\n".join(lines))
        self.initial.setdefault("developer", settings.get(DEVELOPER, ""))

    def _offer(self, name: str, offers: list[tuple[str, str]], held: Any) -> None:
        """With those that the pool has and the mirror doesn't, so that they stay where nobody takes them away."""
        known = {value for value, _ in offers}
        offer(self, name, [*offers, *((value, value) for value in held if value not in known)])
        self.initial.setdefault(name, [*held])

    def clean_social(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["social"].splitlines(), 1):
            name, _, app = (part.strip() for part in line.partition("="))
            if line.strip() and not (name and app):
                raise forms.ValidationError(f"Line {number} isn’t of the form provider=app id.")
            if name:
                found[name] = app
        return found

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        is_decided = cleaned["check"] != self.initial["check"]
        clients = [
            {
                "ProviderName": key.rpartition(":")[0],
                "ClientId": key.rpartition(":")[2],
                "ServerSideTokenCheck": cleaned["check"] if is_decided else self._checked.get(key, cleaned["check"]),
            }
            for key in cleaned["clients"]
        ]
        described = {USER_POOLS: clients, OIDC: cleaned["oidc"], SAML: cleaned["saml"], SOCIAL: cleaned["social"]}
        return [with_settings(self.pool, **described, **{DEVELOPER: cleaned["developer"]})]


class DeleteIdentityPoolForm(IdentityPoolForm):
    heading = "Delete {names}"
    about = (
        "Apps that use it get no more credentials, and all identities in it are lost: one made again has another id. "
        "Its roles stay; delete them on their own pages if nothing else uses them."
    )

    def steps(self) -> Sequence[StepSpec]:
        return [delete_pool(self.pool)]


# ---- Deleting identities of a pool, by their ids -------------------------------------------------------------------
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
