"""The logo of a pool's classic pages: AWS takes away what a call leaves out, so it is read and sent along."""

from __future__ import annotations

import re
import struct
import zlib
from typing import Any
from urllib.request import urlopen

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from cognito.models import Logo
from cognito.pools import logos
from cognito.pools.operations.ui_customization import (
    UI,
    SetUiCustomization,
    UiCustomization,
    UiCustomizationParams,
    set_ui_customization,
)
from sync import changes
from sync.aws import errors, visiting
from sync.aws.visiting import published_logo
from sync.models import Change
from sync.operations import PreviousAttempt
from tests.cognito.arranged_pool import BLUE, Arranged, css_of
from tests.services.changing import carry_out, propose
from tests.services.pages import address, get, text_of
from tests.services.world import World

pytestmark = pytest.mark.django_db

RED = ".banner-customizable { background-color: #c00; }"


def png(shade: int) -> bytes:
    """An image of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes((0, shade)))) + chunk(b"IEND", b"")


DARK, LIGHT = png(0), png(255)
JPEG = b"\xff\xd8\xff\xe0 a photo \xff\xd9"
CUT_OFF = DARK[:-6]  # this console says so; AWS, as the tests have it, takes it


def logo_of(arranged: Arranged) -> bytes:
    url = arranged.idp.get_ui_customization(**arranged.in_pool)["UICustomization"].get("ImageUrl")
    if not url:
        return b""
    with urlopen(url, timeout=5) as answer:
        return bytes(answer.read())


def there(arranged: Arranged, css: str = "", logo: bytes = b"") -> None:
    """Somebody set it elsewhere."""
    arranged.idp.set_ui_customization(**arranged.in_pool, **({"CSS": css} if css else {}), ImageFile=logo)


def post(client: Client, arranged: Arranged, status: int = 302, **said: Any) -> str:
    page = get(client, "cognito_pool_ui_customization", aws_id=arranged.pool.aws_id)
    seen = re.search(r'name="seen" value="(\w*)"', page)
    assert seen is not None
    if "logo" in said:
        said["logo"] = SimpleUploadedFile("logo.png", said["logo"])
    response = client.post(
        address("cognito_pool_ui_customization", aws_id=arranged.pool.aws_id), {"seen": seen[1], **said}
    )
    assert response.status_code == status, text_of(response.content.decode())
    return text_of(response.content.decode())


def applied(erin: Operator) -> Change:
    change = carry_out(Change.objects.latest("pk"), erin)
    assert change.state == Change.State.APPLIED, change.error
    return change


def reverse(change: Change, erin: Operator) -> Change:
    return carry_out(changes.propose_reverse(change=change, actor=erin, reason="Not ours"), erin)


def test_a_first_logo_and_back(arranged: Arranged, erins: Client, erin: Operator) -> None:
    there(arranged, BLUE)
    post(erins, arranged, css=BLUE, logo=DARK)
    change = applied(erin)
    assert change.title == "Set the logo of the sign-in pages of customers"
    assert (css_of(arranged), logo_of(arranged)) == (BLUE, DARK)
    assert reverse(change, erin).state == Change.State.APPLIED
    assert (css_of(arranged), logo_of(arranged)) == (BLUE, b"")


def test_other_css_leaves_the_logo(arranged: Arranged, erins: Client, erin: Operator) -> None:
    there(arranged, BLUE, DARK)
    post(erins, arranged, css=RED)
    change = applied(erin)
    assert change.title == "Set the CSS of the sign-in pages of customers"
    assert (css_of(arranged), logo_of(arranged)) == (RED, DARK)
    assert reverse(change, erin).state == Change.State.APPLIED
    assert (css_of(arranged), logo_of(arranged)) == (BLUE, DARK)


def test_another_logo_leaves_the_css_and_its_reverse_has_the_old_one(
    arranged: Arranged, erins: Client, erin: Operator
) -> None:
    there(arranged, BLUE, DARK)
    post(erins, arranged, css=BLUE, logo=LIGHT)
    change = applied(erin)
    assert (css_of(arranged), logo_of(arranged)) == (BLUE, LIGHT)
    assert reverse(change, erin).state == Change.State.APPLIED
    assert logo_of(arranged) == DARK


def test_a_logo_goes_when_that_is_said(arranged: Arranged, erins: Client, erin: Operator) -> None:
    there(arranged, BLUE, DARK)
    post(erins, arranged, css=BLUE, no_logo="on")
    assert applied(erin).title == "Remove the logo of the sign-in pages of customers"
    assert (css_of(arranged), logo_of(arranged)) == (BLUE, b"")


def test_all_of_it_goes(arranged: Arranged, erins: Client, erin: Operator) -> None:
    there(arranged, BLUE, DARK)
    post(erins, arranged, css="", no_logo="on")
    change = applied(erin)
    assert (css_of(arranged), logo_of(arranged)) == ("", b"")
    assert reverse(change, erin).state == Change.State.APPLIED
    assert (css_of(arranged), logo_of(arranged)) == (BLUE, DARK)


def test_nothing_is_different(arranged: Arranged, erins: Client) -> None:
    there(arranged, BLUE, DARK)
    assert "Nothing is different" in post(erins, arranged, 422, css=BLUE)
    assert "Nothing is different" in post(erins, arranged, 422, css=BLUE, logo=DARK)
    assert not Logo.objects.exists()


def test_another_logo_meanwhile_is_a_conflict(arranged: Arranged, erins: Client, erin: Operator) -> None:
    """Its address may be the same: the time tells."""
    there(arranged, BLUE, DARK)
    post(erins, arranged, css=RED)
    there(arranged, BLUE, LIGHT)
    change = carry_out(Change.objects.get(), erin)
    assert change.state == Change.State.CONFLICTED
    assert "found CSS and a logo, set at 20" in change.error["sentence"]
    assert logo_of(arranged) == LIGHT


def test_a_logo_that_cannot_be_read_is_not_lost_unsaid(arranged: Arranged, erins: Client, erin: Operator) -> None:
    there(arranged, BLUE, CUT_OFF)
    page = text_of(get(erins, "cognito_pool_ui_customization", aws_id=arranged.pool.aws_id))
    assert "It couldn’t be read" in page
    assert "couldn’t be read, so it can’t be sent along" in post(erins, arranged, 422, css=RED)
    assert not Change.objects.exists()

    post(erins, arranged, css=RED, logo=LIGHT)
    plan = text_of(get(erins, "change", pk=Change.objects.get().pk))
    assert "no reverse can bring it back" in plan
    change = applied(erin)
    assert logo_of(arranged) == LIGHT
    assert reverse(change, erin).state == Change.State.APPLIED
    assert (css_of(arranged), logo_of(arranged)) == (BLUE, LIGHT)  # rather ours than none


def test_where_only_an_unread_logo_was_taken_away_nothing_is_reversed(
    arranged: Arranged, erins: Client, erin: Operator
) -> None:
    there(arranged, BLUE, CUT_OFF)
    post(erins, arranged, css=BLUE, no_logo="on")
    with pytest.raises(changes.PlanError, match="nothing to reverse"):
        reverse(applied(erin), erin)


def test_what_aws_would_refuse_is_said(arranged: Arranged, erins: Client) -> None:
    assert "no PNG or JPEG" in post(erins, arranged, 422, css=BLUE, logo=b"GIF89a")
    assert "larger than 100,000 bytes" in post(erins, arranged, 422, css=BLUE, logo=DARK + b"x" * logos.MOST_BYTES)
    assert not Logo.objects.exists()


@pytest.mark.parametrize(
    ("image", "kind"), [(DARK, "png"), (JPEG, "jpeg"), (b"", ""), (CUT_OFF, ""), (JPEG[:-1], ""), (b"<svg/>", "")]
)
def test_a_kind_is_by_what_is_in_it(image: bytes, kind: str) -> None:
    assert logos.kind_of(image) == kind


def test_a_logo_of_the_most_bytes_is_fine() -> None:
    assert logos.refusal(JPEG[:-2] + b"x" * (logos.MOST_BYTES - len(JPEG)) + JPEG[-2:]) == ""
    assert "100,001" in logos.refusal(JPEG[:-2] + b"x" * (logos.MOST_BYTES + 1 - len(JPEG)) + JPEG[-2:])


def test_not_another_logo_and_none(arranged: Arranged, erins: Client) -> None:
    there(arranged, BLUE, DARK)
    assert "not both" in post(erins, arranged, 422, css=BLUE, logo=LIGHT, no_logo="on")


def test_who_approves_sees_both(arranged: Arranged, erins: Client) -> None:
    there(arranged, BLUE, DARK)
    post(erins, arranged, css=BLUE, logo=LIGHT)
    change = Change.objects.get()
    page, plan = get(erins, "change_logo", pk=change.pk), get(erins, "change", pk=change.pk)
    assert all(logos.shown(image).data_url in page for image in (DARK, LIGHT))
    assert f"fileb://logo-{logos.digest_of(LIGHT)[:12]}" in plan
    assert address("change_logo", pk=str(change.pk)) in plan
    assert len(str(change.steps.get().params)) < 1000  # the image itself stands elsewhere


def test_css_alone_has_no_panel_of_logos(arranged: Arranged, erins: Client) -> None:
    post(erins, arranged, css=BLUE)
    change = Change.objects.get()
    assert address("change_logo", pk=str(change.pk)) not in get(erins, "change", pk=change.pk)
    assert "sends none" in get(erins, "change_logo", pk=change.pk)


def test_a_logo_that_is_not_kept_is_not_planned(arranged: Arranged, erin: Operator) -> None:
    other = AwsAccount.objects.create(account_id="210987654321", name="Other", emulated=True)
    elsewhere = logos.keep(other, DARK)
    for digest in ("ab" * 32, elsewhere):
        step = set_ui_customization(arranged.pool.arn, "customers", BLUE, UiCustomization(), logo=digest)
        with pytest.raises(changes.PlanError, match="isn’t kept here any more"):
            propose(arranged.pool.aws_account, erin, [step])
    with pytest.raises(ValueError, match="SHA-256"):
        UiCustomizationParams(arranged.pool.arn, "customers", BLUE, "", logo="../x")


def test_the_look_is_set_once_in_a_change(arranged: Arranged, erin: Operator) -> None:
    steps = [set_ui_customization(arranged.pool.arn, "customers", css, UiCustomization()) for css in (BLUE, RED)]
    with pytest.raises(changes.PlanError, match="one change sets it once"):
        propose(arranged.pool.aws_account, erin, steps)


ARN = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc"
SENT = UiCustomizationParams(ARN, "customers", "", BLUE, logo="ab" * 32, was_logo="cd" * 32, had_logo=True)


def test_what_is_left_out_is_not_sent_empty() -> None:
    """AWS takes away what a call doesn't have."""
    [call] = SetUiCustomization(UI).calls(SENT)
    assert call.parameters.keys() == {"UserPoolId", "ClientId", "ImageFile"}
    [call] = SetUiCustomization(UI).calls(UiCustomizationParams(ARN, "customers", BLUE, "", had_logo=True))
    assert call.parameters.keys() == {"UserPoolId", "ClientId", "CSS"}


@pytest.mark.parametrize(
    ("live", "done"),
    [
        ({"css": "", "logo": True, "changed": "2026-01-02"}, True),
        ({"css": "", "logo": True, "changed": "2026-01-01"}, False),  # as it was: ours doesn't show yet
        ({"css": "", "logo": False, "changed": "2026-01-02"}, False),
        ({"css": "other", "logo": True, "changed": "2026-01-02"}, False),
    ],
)
def test_our_write_shows_by_what_is_there_and_when_it_was_set(live: dict[str, Any], done: bool) -> None:
    tried = [PreviousAttempt(timezone.now(), {"css": "", "logo": True, "changed": "2026-01-01"})]
    client: Any = None  # it isn't asked
    assert bool(SetUiCustomization(UI).done(client, SENT, live, tried)) is done


def test_no_look_is_set_until_a_date() -> None:
    """When it was set isn't known when the plan of its end is made."""
    assert not SetUiCustomization(UI).may_end(SENT)


@pytest.mark.parametrize(
    "url",
    [
        "http://d111111abcdef8.cloudfront.net/logo.png",
        "https://cloudfront.net.example.org/logo.png",
        "https://example.org/.cloudfront.net",
        "https://d111111abcdef8.cloudfront.net:8443/logo.png",
        "https://me@d111111abcdef8.cloudfront.net/logo.png",
        "https://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
    ],
)
def test_nobody_elses_address_is_asked(aws_account: AwsAccount, url: str) -> None:
    aws_account.emulated = False
    with pytest.raises(errors.ConsoleRefused, match="CloudFront"):
        published_logo(aws_account, url)


def test_no_more_is_read_than_a_logo_has(arranged: Arranged, monkeypatch: pytest.MonkeyPatch) -> None:
    there(arranged, BLUE, DARK)
    url = arranged.idp.get_ui_customization(**arranged.in_pool)["UICustomization"]["ImageUrl"]
    assert published_logo(arranged.pool.aws_account, url) == DARK
    monkeypatch.setattr(visiting, "LONGEST_LOGO", len(DARK) - 1)
    with pytest.raises(errors.NotFound):
        published_logo(arranged.pool.aws_account, url)


def test_an_emulated_aws_account_asks_its_emulator_only(world: World) -> None:
    with pytest.raises(errors.ConsoleRefused, match="CloudFront"):
        published_logo(world.aws_account, "https://d111111abcdef8.cloudfront.net/logo.png")
    with pytest.raises(errors.NotFound):
        published_logo(world.aws_account, f"{world.emulator.url}/_emulator/logo?pool=eu-west-1_none&client=ALL")
