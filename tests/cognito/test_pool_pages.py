"""Tabs of a pool's page, and the forms that stage changes of its settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from cognito import posture
from cognito.finding_source import PostureSource
from cognito.models import AppClient, UserPool
from cognito.pools.findings import findings_of
from emulator.process import REGION
from findings import refresh
from sync import sealed
from sync.models import Change, Fact, SealedSecret
from tests.cognito.arranged_pool import API, SES_IN_FORM, Arranged
from tests.cognito.pool_forms import action_url, shown, stage
from tests.services.changing import carry_out
from tests.services.pages import address, get, text_of
from tests.services.world import World

ClientOf = Callable[..., Client]
SENDER = "arn:aws:iam::123456789012:role/sms"
pytestmark = pytest.mark.django_db


def params() -> list[tuple[str, Any]]:
    change = Change.objects.get()
    return [(step.kind, step.params.get("changes", step.params)) for step in change.steps.order_by("position")]


def test_the_tabs_say_how_it_is_set(arranged: Arranged, bob: Operator, client_of: ClientOf) -> None:
    pool = arranged.pool.aws_id
    said = text_of(get(client_of(bob), "cognito_pool_settings", aws_id=pool))
    for words in ("Anybody", "8 characters at least", "A stolen password is enough", "shop-customers", "50 messages"):
        assert words in said
    said = text_of(get(client_of(bob), "cognito_pool_clients", aws_id=pool))
    assert "refresh 30 days" in said
    assert "Change…" not in said
    said = text_of(get(client_of(bob), "cognito_pool_providers", aws_id=pool))
    assert "Google" in said
    assert API in said


@pytest.mark.parametrize(
    ("action", "said", "changes"),
    [
        ("signup", {"who": "admin"}, {"AdminCreateUserConfig.AllowAdminCreateUserOnly": True}),
        ("protection", {"protected": None}, {"DeletionProtection": "INACTIVE"}),
        ("plan", {"tier": "LITE"}, {"UserPoolTier": "LITE"}),
        (
            "recovery",
            {"first": "admin_only"},
            {"AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}},
        ),
        (
            "triggers",
            {"functions": "PreSignUp = arn:aws:lambda:eu-central-1:123456789012:function:check"},
            {"LambdaConfig.PreSignUp": "arn:aws:lambda:eu-central-1:123456789012:function:check"},
        ),
        (
            "messages",
            {"invite_message": "Hello {username}, {####}", **SES_IN_FORM},
            {
                "AdminCreateUserConfig.InviteMessageTemplate.EmailMessage": "Hello {username}, {####}",
                "EmailConfiguration.EmailSendingAccount": "DEVELOPER",
                "EmailConfiguration.SourceArn": SES_IN_FORM["source_arn"],
            },
        ),
        (
            "signup",
            {"kept": ["email"]},
            {"UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate": ["email"]},
        ),
        (
            "texts",
            {"role": SENDER, "region": "eu-central-1", "verification": "Code {####}", "second_factor": "{####} it is"},
            {
                "SmsConfiguration": {"SnsCallerArn": SENDER, "SnsRegion": "eu-central-1"},
                "VerificationMessageTemplate.SmsMessage": "Code {####}",
                "SmsAuthenticationMessage": "{####} it is",
            },
        ),
        (
            "devices",
            {"remembers": "asked", "replaces": "on"},
            {"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True}},
        ),
        (
            "mfa",
            {"mode": "OPTIONAL", "app": "on"},
            {"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": True}},
        ),
        (
            "signin",
            {"factors": ["PASSWORD", "WEB_AUTHN"]},
            {"Policies.SignInPolicy.AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]},
        ),
    ],
)
def test_a_form_means_what_is_changed_in_it_and_nothing_else(
    arranged: Arranged, erin: Operator, client_of: ClientOf, action: str, said: dict[str, Any], changes: dict[str, Any]
) -> None:
    client, url = client_of(erin), action_url(arranged, action)
    assert "Nothing is different" in stage(client, url).content.decode()
    assert stage(client, url, **said).status_code == 302
    [(_, meant)] = params()
    assert meant == changes
    done = carry_out(Change.objects.get(), erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]


def test_the_password_policy_is_one_setting(arranged: Arranged, erin: Operator, client_of: ClientOf) -> None:
    stage(client_of(erin), action_url(arranged, "password"), minimum="14")
    [(kind, meant)] = params()
    assert kind == "cognito.pool.update"
    assert meant["Policies.PasswordPolicy"]["MinimumLength"] == 14
    assert meant["Policies.PasswordPolicy"]["RequireSymbols"] is True


@pytest.mark.parametrize(
    ("action", "said", "sentence"),
    [
        ("messages", {"message": "No code"}, "{####} has to be in it"),
        ("messages", {"sender": "DEVELOPER"}, "AWS asks for the identity"),
        ("triggers", {"functions": "PreSignUp"}, "Line 1: write a name"),
        ("triggers", {"functions": "Nothing = arn:aws:lambda:x"}, "There is no trigger Nothing"),
        ("plan", {"protection": "ENFORCED"}, "takes the plan Plus"),
        ("mfa", {"mode": "ON"}, "Choose by what"),
        ("mfa", {"mode": "OPTIONAL", "email": "on"}, "MFA by e-mail needs it"),
        (
            "mfa",
            {"mode": "OPTIONAL", "email": "on", "email_subject": "Your", "email_message": "nothing"},
            "{####} has to",
        ),
        ("signup", {"kept": ["phone_number"]}, "Choose it above, too"),
        ("texts", {"verification": "nothing"}, "{####} has to be in it"),
        ("texts", {"invitation": "{####}"}, "{username} has to be in it"),
        ("texts", {"region": "eu-central-1"}, "Name the role"),
        ("devices", {"replaces": "on"}, "takes devices that are remembered"),
        ("signin", {"factors": ["WEB_AUTHN"]}, "AWS always allows a password"),
        ("settings-json", {"settings_json": "{\n  oops"}, "Line 2, column 3"),
        ("settings-json", {"settings_json": '{"Nothing": 1}'}, "takes no Nothing"),
        ("group-new", {"name": "two words"}, "no spaces"),
        ("group", {}, "no such group"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    arranged: Arranged, erin: Operator, client_of: ClientOf, action: str, said: dict[str, Any], sentence: str
) -> None:
    response = stage(client_of(erin), action_url(arranged, action), **said)
    assert response.status_code == 422
    assert not Change.objects.exists()
    html = response.content.decode()
    assert sentence in text_of(html)
    for value in said.values():
        if isinstance(value, str) and value.isalpha():
            assert value in html


def test_what_an_app_may_write_is_a_list_of_its_own(arranged: Arranged, erin: Operator, client_of: ClientOf) -> None:
    client, url = client_of(erin), action_url(arranged, "client-attributes", arranged.client.aws_id)
    assert "Nothing is different" in stage(client, url).content.decode()
    proposed = shown(client, f"{url}&writes=own&without=custom:plan")["write"]
    assert "email" in proposed
    assert "custom:plan" not in proposed
    assert "an empty list is AWS’s default again" in stage(client, url, writes="own", write=[]).content.decode()
    assert stage(client, url, writes="own", write=["email"]).status_code == 302
    [(kind, meant)] = params()
    assert (kind, meant) == ("cognito.client.update", {"WriteAttributes": ["email"]})
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED
    AppClient.objects.filter(pk=arranged.client.pk).update(settings={"SupportedIdentityProviders": ["Google"]})
    assert "email: providers of this app set it" in text_of(
        stage(client, url, writes="own", write=["name"]).content.decode()
    )


def test_oauth_of_a_client(arranged: Arranged, erin: Operator, client_of: ClientOf) -> None:
    client, url = client_of(erin), action_url(arranged, "client-oauth", arranged.client.aws_id)
    text = text_of(stage(client, url, flows=["code"], callbacks="http://shop.example.org/").content.decode())
    assert "AWS takes http:// for localhost only" in text
    assert "AWS asks for at least one scope" in text
    said = {"flows": ["code"], "scopes": "openid\nemail", "callbacks": "https://shop.example.org/in", "providers": []}
    assert stage(client, url, **said).status_code == 302
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED
    now = AppClient.objects.live().get().settings
    assert (now["AllowedOAuthFlows"], now["AllowedOAuthScopes"]) == (["code"], ["email", "openid"])
    assert now["CallbackURLs"] == ["https://shop.example.org/in"]


def test_lives_of_tokens(arranged: Arranged, erin: Operator, client_of: ClientOf) -> None:
    client, url = client_of(erin), action_url(arranged, "client-tokens", arranged.client.aws_id)
    page = stage(client, url, access="2", access_unit="minutes").content.decode()
    assert "5 minutes to a day" in text_of(page)
    assert page.count('aria-label="Unit of access tokens"') == page.count('name="access_unit"') == 1
    stage(client, url, access="30", access_unit="minutes")
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED
    now = AppClient.objects.live().get().settings
    assert (now["AccessTokenValidity"], now["TokenValidityUnits"]["AccessToken"]) == (30, "minutes")
    assert (now["RefreshTokenValidity"], now["TokenValidityUnits"]["RefreshToken"]) == (30, "days")


def test_the_time_that_a_sign_in_may_take(arranged: Arranged, erin: Operator, client_of: ClientOf) -> None:
    client, url = client_of(erin), action_url(arranged, "client-signin", arranged.client.aws_id)
    said = {"flows": ["ALLOW_USER_SRP_AUTH"]}
    assert "less than or equal to 15" in text_of(stage(client, url, minutes="16", **said).content.decode())
    assert stage(client, url, minutes="10", **said).status_code == 302
    [(kind, meant)] = params()
    assert (kind, meant["AuthSessionValidity"]) == ("cognito.client.update", 10)
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED
    assert arranged.client_described()["AuthSessionValidity"] == 10
    page = text_of(get(client, "cognito_pool_clients", aws_id=arranged.pool.aws_id))
    assert "A sign-in may take 10 minutes" in page


def test_a_secret_is_rotated_in_stages(arranged: Arranged, erin: Operator, client_of: ClientOf) -> None:
    stage(client_of(erin), action_url(arranged, "client-secret", arranged.client.aws_id), days="0")
    change = Change.objects.get()
    kinds = [step.kind.removeprefix("cognito.client.secret.") for step in change.steps.order_by("position")]
    assert kinds == ["add", "await_soak", "delete"]
    done = carry_out(change, erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    asked = {**arranged.in_pool, "ClientId": arranged.client.aws_id}
    [left] = arranged.idp.list_user_pool_client_secrets(**asked)["ClientSecrets"]
    assert left["ClientSecretId"] == done.steps.get(position=1).result["id"]
    value = arranged.client_described()["ClientSecret"]
    assert [shown.secret.open() for shown in sealed.show(done, erin)] == [value]


def test_a_providers_secret_is_sealed_and_sent(arranged: Arranged, erin: Operator, client_of: ClientOf) -> None:
    url = action_url(arranged, "provider", "Google")
    stage(client_of(erin), url, secret="new-google-secret")
    change = Change.objects.get()
    assert "new-google-secret" not in str(list(change.steps.values()))
    assert SealedSecret.objects.filter(change=change).count() == 1
    assert carry_out(change, erin).state == Change.State.APPLIED
    held = arranged.idp.describe_identity_provider(**arranged.in_pool, ProviderName="Google")["IdentityProvider"]
    assert held["ProviderDetails"]["client_secret"] == "new-google-secret"
    assert held["ProviderDetails"]["client_id"] == "shop"


def test_a_provider_that_a_client_offers_is_taken_from_it_first(
    arranged: Arranged, world: World, erin: Operator, client_of: ClientOf
) -> None:
    asked = {**arranged.in_pool, "ClientId": arranged.client.aws_id}
    arranged.idp.update_user_pool_client(**asked, SupportedIdentityProviders=["COGNITO", "Google"])
    AppClient.objects.update(settings={**arranged.client.settings, "SupportedIdentityProviders": ["COGNITO", "Google"]})
    stage(client_of(erin), action_url(arranged, "provider-delete", "Google"))
    assert [kind for kind, _ in params()] == ["cognito.client.update", "cognito.idp.delete"]


def test_deleting_a_pool_clears_the_way_first(arranged: Arranged, erin: Operator, client_of: ClientOf) -> None:
    stage(client_of(erin), action_url(arranged, "delete"))
    kinds = [kind for kind, _ in params()]
    assert kinds == ["cognito.pool.update", "cognito.domain.delete", "cognito.pool.delete"]
    done = carry_out(Change.objects.get(), erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    assert arranged.described() is None
    assert not AppClient.objects.live().exists()


def test_a_new_pool_begins_safe(
    arranged: Arranged, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    url = address("account_action", action="create-pool")
    assert "isn’t a Region" in client_of(erin).post(url, {"name": "partners", "region": "moon"}).content.decode()
    client_of(erin).post(url, {"name": "partners", "region": REGION, "signs_in_with": ["email"]})
    done = carry_out(Change.objects.get(), erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    made = arranged.idp.describe_user_pool(UserPoolId=done.steps.get().result["id"])["UserPool"]
    assert (made["DeletionProtection"], made["UsernameAttributes"]) == ("ACTIVE", ["email"])


# ---- Findings ------------------------------------------------------------------------------------------------
def test_findings_lead_to_the_form_that_fixes_them(
    arranged: Arranged, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    codes = {each.code for each in findings_of(arranged.pool)}
    assert codes == {"OPEN_SIGN_UP", "NO_MFA", "TELLS_WHO_EXISTS"}
    html = get(client_of(erin), "cognito_pool", aws_id=arranged.pool.aws_id)
    found = re.search(r'href="([^"]+/do/mfa/[^"]*)"', html)
    assert found is not None
    client = client_of(erin)
    stage(client, found[1].replace("&amp;", "&"))
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED
    arranged.pool.refresh_from_db()
    assert "NO_MFA" not in {each.code for each in findings_of(arranged.pool)}
    assert "/do/signup/" not in get(client_of(bob), "cognito_pool", aws_id=arranged.pool.aws_id)


def test_the_list_and_the_overview_tell_what_was_found(
    arranged: Arranged, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    assert "Not looked at yet" in text_of(get(client_of(bob), "user_pools"))
    assert posture.look_again() == 2  # the identity pool, too
    assert posture.look_again() == 0  # nothing is due
    assert "High 3 findings" in text_of(get(client_of(bob), "user_pools"))
    assert "customers" in text_of(get(client_of(bob), "user_pools", query="?worst=high"))
    assert "customers" not in text_of(get(client_of(bob), "user_pools", query="?worst=none"))
    refresh.refresh(arranged.pool.aws_account, sources=[PostureSource()])
    overview = text_of(get(client_of(bob), "overview"))
    assert "1 pool: anybody may sign up, and gets into AWS customers." in overview
    assert "1 pool: no second factor customers." in overview
    assert "tells who has an account" not in overview  # of low severity


def test_what_changes_in_a_pool_is_looked_at_again_soon(
    arranged: Arranged, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    posture.look_again()
    refresh.refresh(arranged.pool.aws_account, sources=[PostureSource()])
    assert "Anybody may sign up" in text_of(get(client_of(bob), "overview"))
    stage(client_of(erin), action_url(arranged, "signup"), who="admin")
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED
    assert posture.look_again() == 2  # both kinds: one hangs on the other
    refresh.refresh(arranged.pool.aws_account, sources=[PostureSource()])
    assert "Anybody may sign up" not in text_of(get(client_of(bob), "overview"))
    UserPool.objects.update(gone_at="2026-01-01T00:00:00Z")
    posture.look_again()
    assert not Fact.objects.filter(kind=UserPool.kind).exists()


@pytest.mark.parametrize(
    ("set_so", "code"),
    [
        ({"AllowedOAuthFlows": ["implicit"]}, "IMPLICIT_FLOW"),
        ({"AllowedOAuthFlows": ["implicit"]}, "PUBLIC_SECRET"),
        ({"CallbackURLs": ["myapp://in"]}, "PUBLIC_SECRET"),
        ({"CallbackURLs": ["http://shop.example.org/"]}, "OPEN_CALLBACK"),
        ({"CallbackURLs": ["https://*.example.org/"]}, "OPEN_CALLBACK"),
        ({"RefreshTokenValidity": 365}, "LONG_REFRESH"),
        ({"RefreshTokenValidity": 2400, "TokenValidityUnits": {"RefreshToken": "hours"}}, "LONG_REFRESH"),
    ],
)
def test_what_is_wrong_of_a_client(arranged: Arranged, set_so: dict[str, Any], code: str) -> None:
    fine = {"PreventUserExistenceErrors": "ENABLED", "CallbackURLs": ["http://localhost:3000/", "https://a.example/"]}
    arranged.client.settings = {**arranged.client.settings, **fine}
    assert [each.code for each in findings_of(arranged.pool, [arranged.client])] == ["OPEN_SIGN_UP", "NO_MFA"]
    arranged.client.settings |= set_so
    assert code in {each.code for each in findings_of(arranged.pool, [arranged.client])}


def test_what_is_wrong_of_a_pool(arranged: Arranged) -> None:
    pool = arranged.pool
    pool.settings["DeletionProtection"] = "INACTIVE"
    pool.settings["Policies"]["PasswordPolicy"] |= {"MinimumLength": 6}
    codes = {each.code: each.severity for each in findings_of(pool, [])}
    assert codes == {"OPEN_SIGN_UP": "high", "WEAK_PASSWORDS": "high", "NO_MFA": "high", "NOT_PROTECTED": "medium"}


def test_the_form_for_an_open_callback_proposes_safe_ones(
    arranged: Arranged, erin: Operator, client_of: ClientOf
) -> None:
    open_ones = ["https://a.example/", "http://shop.example.org/b", "https://*.example.org/"]
    AppClient.objects.filter(pk=arranged.client.pk).update(
        settings={**arranged.client.settings, "CallbackURLs": open_ones}
    )
    [finding] = [each for each in findings_of(arranged.pool) if each.code == "OPEN_CALLBACK"]
    url = address("cognito_pool_action", aws_id=arranged.pool.aws_id, action=finding.action)
    proposed = shown(client_of(erin), f"{url}{finding.query}")["callbacks"]
    assert proposed.splitlines() == ["https://a.example/", "https://shop.example.org/b"]


def test_an_app_client_is_found_by_its_id_and_leads_to_its_place(
    arranged: Arranged, bob: Operator, client_of: ClientOf
) -> None:
    client_id = arranged.client.aws_id
    where = address("cognito_client", aws_id=client_id)
    assert where in client_of(bob).get(f"/search/?q={client_id[:8]}").content.decode()
    assert client_of(bob).get(where).headers["Location"].endswith(f"/clients/#h-{client_id}")
