"""From a request to its end: seen as a plan, shortened, applied by the worker, ended by itself, or given back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from access_requests.models import AccessOffer, AccessRequest, RequesterIdentity
from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamUser
from sync import ticks
from sync.models import Change
from tests.conftest import wait_until
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.pulling import pulled
from tests.services.statements import reports_policy
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]


def looks_good(page: Page) -> None:
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
        assert not scrolls_sideways(page, width)
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})


def tick() -> None:
    """What the clock would do a minute later."""
    for _, part in ticks.parts():
        part()


def is_member(iam: Any, name: str) -> bool:
    groups = iam.list_groups_for_user(UserName=name)["Groups"]
    return any(each["GroupName"] == "auditors" for each in groups)


def shows_at_last(page: Page, path: str, words: str) -> Page:
    """One browser has the pages of all of them: whoever signs in looks again at theirs."""

    def shows() -> bool:
        page.goto(path)
        return page.locator("main").get_by_text(words, exact=True).count() > 0

    wait_until(shows)
    return page


@pytest.fixture
def member(iam: Any, aws_account: AwsAccount) -> IamUser:
    """Somebody who isn't in the group that is offered."""
    iam.create_group(GroupName="auditors")
    iam.put_group_policy(GroupName="auditors", PolicyName="reads", PolicyDocument=reports_policy("s3:GetObject"))
    iam.create_user(UserName="rita.long")
    pulled(aws_account, source="iam.details")
    return IamUser.objects.get(name="rita.long")


def test_from_an_offer_to_the_end_of_it(
    emulator: Emulator,
    iam: Any,
    aws_account: AwsAccount,
    member: IamUser,
    worker: Callable[..., Worker],
    alice: Operator,
    anton: Operator,
    rita: Operator,
    page_of: PageOf,
) -> None:
    worker("changes,pulls")
    owner = page_of(alice)
    owner.goto(address("access_requests"))
    looks_good(owner)
    owner.get_by_role("link", name="Requesters", exact=True).click()
    owner.get_by_label("Operator").select_option("Rita")
    owner.get_by_label("IAM user").fill("rita.long")
    looks_good(owner)
    owner.get_by_role("button", name="Link", exact=True).click()
    expect(owner.get_by_text("IAM user rita.long")).to_be_visible()
    looks_good(owner)
    assert RequesterIdentity.objects.get().object_id == member.aws_id
    owner.goto(address("access_offers"))
    owner.get_by_role("link", name="Offer access").click()
    owner.get_by_label("Title").fill("Read everything, for an audit")
    owner.get_by_label("What it gives").fill("Reads all of the AWS account, and changes nothing.")
    owner.get_by_label("A group to be added to").fill("auditors")
    owner.get_by_label("For how long at most").fill("168")
    looks_good(owner)
    owner.get_by_role("button", name="Offer it").click()
    expect(owner.get_by_text("Group auditors")).to_be_visible()
    looks_good(owner)

    asking = page_of(rita)
    asking.goto("/")
    expect(asking.get_by_role("heading", name="Request access", level=1)).to_be_visible()
    looks_good(asking)
    asking.get_by_label("What you need").fill("audit")
    asking.keyboard.press("Enter")
    asking.get_by_role("link", name="Choose").click()
    asking.get_by_label("7 days").check()
    asking.get_by_label("Reason").fill("The yearly audit, AUD-7")
    looks_good(asking)
    asking.get_by_role("button", name="Send the request").click()
    expect(asking.get_by_text("Nothing has changed yet")).to_be_visible()
    looks_good(asking)
    own = asking.url

    deciding = page_of(anton)
    deciding.goto(address("access_requests"))
    expect(deciding.get_by_role("link", name="1 for you among Requests")).to_be_visible()
    looks_good(deciding)
    deciding.get_by_role("link", name="Rita: Read everything, for an audit").click()
    expect(deciding.get_by_text("Add rita.long to the group auditors").first).to_be_visible()
    expect(deciding.get_by_role("region", name="What access changes").get_by_text("rita.long").first).to_be_visible()
    looks_good(deciding)
    decision = deciding.url
    deciding.get_by_label("Shorter").check()
    sooner = timezone.localtime(timezone.now() + timedelta(hours=3))
    deciding.get_by_role("textbox", name="Until").fill(sooner.strftime("%Y-%m-%dT%H:%M"))
    deciding.get_by_label("Note").fill("Three hours are enough.")
    deciding.get_by_role("button", name="Grant").click()
    wait_until(lambda: is_member(iam, "rita.long"))
    looks_good(shows_at_last(deciding, decision, "Granted"))
    shows_at_last(page_of(rita), own, "Granted")
    expect(asking.get_by_text("Three hours are enough.")).to_be_visible()
    looks_good(asking)

    Change.objects.filter(ends__access_request=AccessRequest.objects.get()).update(not_before=timezone.now())
    tick()
    wait_until(lambda: not is_member(iam, "rita.long"))
    shows_at_last(asking, own, "Ended")


def test_denied_answered_and_given_back(
    iam: Any,
    aws_account: AwsAccount,
    member: IamUser,
    worker: Callable[..., Worker],
    alice: Operator,
    anton: Operator,
    rita: Operator,
    page_of: PageOf,
) -> None:
    worker("changes,pulls")
    RequesterIdentity.objects.create(
        aws_account=aws_account, operator=rita, kind="user", object_id=member.aws_id, linked_by=alice
    )
    AccessOffer.objects.create(
        aws_account=aws_account,
        title="Read the archive",
        gives="Reads the buckets of the archive.",
        kind=AccessOffer.Kind.POLICY,
        object_id="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        object_name="AmazonS3ReadOnlyAccess",
        longest_hours=24,
        made_by=alice,
    )
    asking = page_of(rita)
    asking.goto("/request-access/")
    asking.get_by_role("link", name="I was denied, or something else").click()
    asking.get_by_label("The message").fill(
        "User: arn:aws:iam::123456789012:user/rita.long is not authorized to perform: s3:GetObject on resource: "
        '"arn:aws:s3:::archive/2026/summary.csv" because no identity-based policy allows the s3:GetObject action'
    )
    asking.get_by_label("Reason").fill("The report of November")
    looks_good(asking)
    asking.get_by_role("button", name="Send the request").click()
    expect(asking.get_by_role("heading", name="Allow s3:GetObject")).to_be_visible()
    looks_good(asking)
    own = asking.url

    deciding = page_of(anton)
    deciding.goto(address("access_request", pk=str(AccessRequest.objects.get().pk)))
    looks_good(deciding)
    deciding.get_by_label("Offer", exact=True).select_option("Read the archive")
    deciding.get_by_role("button", name="Make the plan").click()
    expect(deciding.get_by_text("It is a plan now.")).to_be_visible()
    deciding.get_by_role("button", name="Grant").click()

    def attached() -> bool:
        return bool(iam.list_attached_user_policies(UserName="rita.long")["AttachedPolicies"])

    wait_until(attached)
    asking = shows_at_last(page_of(rita), own, "Granted")
    asking.get_by_role("button", name="Give it back now").click()
    tick()
    wait_until(lambda: not attached())
    shows_at_last(asking, own, "Ended")
