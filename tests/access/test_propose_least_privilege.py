"""Narrower policies, proposed by what the mirror holds of services last accessed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from access import least_privilege
from access.least_privilege import Proposal, ProposalOutcome, proposals
from accounts.models import AwsAccount
from identities.models import Principal, ServiceLastAccessed
from policies.engine import catalogue
from policies.engine.tighten import TightenReason
from sync.models import Facet
from tests.access.mirrored import ID, arn, managed
from tests.services.organization_rows import complete
from tests.services.rows import attach, join, make_document, make_group, make_policy, make_role, make_user, put_inline
from tests.services.statements import allow, document_text

pytestmark = pytest.mark.django_db

NOW = timezone.now()
OLD = NOW - timedelta(days=401)
BOTH = [allow(["s3:*", "sqs:*"])]


def report(
    owner: Principal,
    *,
    used: str = "",
    unused: str = "",
    tried: str = "",
    tracked: str = "",
    read_at: datetime = NOW,
    **facet: Any,
) -> None:
    """`used` and `unused`: prefixes of services, with blanks between; `tried` and `tracked`: actions of the used."""
    actions = [[name, read_at.isoformat(), ""] for name in tried.split()] + [
        [name, None, ""] for name in tracked.split()
    ]
    for services, at in ((used, read_at), (unused, None)):
        for service in services.split():
            ServiceLastAccessed.objects.create(
                aws_account=owner.aws_account,
                kind=owner.kind,
                object_id=owner.aws_id,
                service=service,
                service_name=service,
                at=at,
                tracked_actions=actions if at else [],
            )
    Facet.objects.create(
        aws_account=owner.aws_account,
        kind=owner.kind,
        object_id=owner.aws_id,
        source="last_accessed",
        read_at=read_at,
        **facet,
    )


def inline(owner: Principal, *statements: dict[str, Any], **fields: Any) -> None:
    put_inline(owner, "own", document=make_document(document_text(*statements)), **fields)


def proposed(owner: Principal) -> Proposal:
    (found,) = proposals(owner.aws_account, owner.arn)
    return found


def actions(found: Proposal) -> Any:
    assert found.tightening
    assert found.tightening.document
    return found.tightening.document["Statement"][0]["Action"]


def test_what_a_user_did_not_use_is_dropped(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana", created_at=OLD)
    inline(dana, *BOTH)
    report(dana, used="s3", unused="sqs")
    found = proposed(dana)
    assert (found.outcome, found.judges, found.until) == (ProposalOutcome.TIGHTEN, (dana.arn,), NOW)
    assert actions(found) == ["s3:*"]


def test_what_the_report_does_not_have_stays(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana", created_at=OLD)
    inline(dana, *BOTH)
    report(dana, used="s3")
    assert proposed(dana).outcome is ProposalOutcome.KEEP


def test_nothing_of_it_is_used(aws_account: AwsAccount) -> None:
    role = make_role(aws_account, "exporter", created_at=OLD)
    inline(role, *BOTH)
    report(role, unused="s3 sqs")
    assert proposed(role).outcome is ProposalOutcome.REMOVE


def test_who_is_younger_than_what_aws_tracks_tells_nothing(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana", created_at=NOW - timedelta(days=399))
    inline(dana, *BOTH)
    report(dana, unused="s3 sqs")
    found = proposed(dana)
    assert found.outcome is ProposalOutcome.NONE
    assert f"dana was made on {NOW - timedelta(days=399):%-d %b %Y}." in found.why_not


def test_without_a_date_of_birth_it_tells_nothing(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana", created_at=None)
    inline(dana, *BOTH)
    report(dana, unused="s3 sqs")
    assert "When arn:aws:iam::123456789012:user/dana was made isn't known" in proposed(dana).why_not


@pytest.mark.parametrize("pulled", [False, True])
def test_what_is_not_read_says_why(aws_account: AwsAccount, pulled: bool) -> None:
    dana = make_user(aws_account, "dana", created_at=OLD)
    inline(dana, *BOTH)
    if pulled:
        complete(aws_account, "iam.last_accessed")
    why = "It came after the last pull of this, which runs once a day." if pulled else "It was not pulled yet."
    assert proposed(dana).why_not == f"Which services {dana.arn} last accessed isn't known. {why}"


def test_a_refused_report_is_not_read(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana", created_at=OLD)
    inline(dana, *BOTH)
    report(dana, unused="s3 sqs", coverage=Facet.Coverage.DENIED, coverage_why="AWS said no.")
    assert proposed(dana).why_not.endswith("last accessed isn't known. AWS said no.")


def test_a_shared_policy_is_judged_by_all_who_have_it(aws_account: AwsAccount) -> None:
    shared = managed(aws_account, "shared", [allow(["s3:*", "sqs:*", "sns:*"])])
    dana, erin = (make_user(aws_account, name, created_at=OLD) for name in ("dana", "erin"))
    devs, role = make_group(aws_account, "devs"), make_role(aws_account, "app", created_at=OLD)
    join(erin, devs)
    for owner in (dana, devs, role):
        attach(owner, shared)
    report(dana, unused="s3 sqs sns")
    report(erin, used="s3", unused="sqs sns")
    report(role, used="sqs", unused="s3 sns")
    found = proposed(dana)
    assert set(found.judges) == {dana.arn, erin.arn, role.arn}
    assert actions(found) == ["s3:*", "sqs:*"]


def test_one_of_them_who_tells_nothing_is_enough(aws_account: AwsAccount) -> None:
    shared = managed(aws_account, "shared", BOTH)
    dana, erin = (make_user(aws_account, name, created_at=OLD) for name in ("dana", "erin"))
    for owner in (dana, erin):
        attach(owner, shared)
    report(dana, unused="s3 sqs")
    assert proposed(dana).why_not.startswith(f"Which services {erin.arn} last accessed isn't known.")


def test_a_service_that_one_report_does_not_have_stays(aws_account: AwsAccount) -> None:
    shared = managed(aws_account, "shared", BOTH)
    for name, unused in (("dana", "s3 sqs"), ("erin", "s3")):
        owner = make_user(aws_account, name, created_at=OLD)
        attach(owner, shared)
        report(owner, unused=unused)
    assert actions(proposed(owner)) == ["sqs:*"]


def test_a_group_is_judged_by_its_members(aws_account: AwsAccount) -> None:
    devs, dana = make_group(aws_account, "devs"), make_user(aws_account, "dana", created_at=OLD)
    inline(devs, *BOTH)
    assert "No user or role has it" in proposed(devs).why_not
    join(dana, devs)
    report(dana, used="sqs", unused="s3")
    assert actions(proposed(devs)) == ["sqs:*"]


def test_policies_that_attempts_say_nothing_of(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana", created_at=OLD)
    boundary = managed(aws_account, "limit", BOTH)
    make_role(aws_account, "app", boundary_arn=boundary.arn)
    attach(dana, managed(aws_account, "Everything", [allow("*")], is_aws=True))
    attach(dana, boundary)
    attach(dana, make_policy(aws_account, "unread", versions=0))
    report(dana, unused="s3 sqs")
    why = [found.why_not for found in proposals(aws_account, dana.arn)]
    assert [said.split(",")[0] for said in why] == [
        "AWS manages it",
        "It is somebody's permissions boundary",
        "The mirror doesn't have the document of this policy.",
    ]


# ---- By action -----------------------------------------------------------------------------------------------------
def test_what_aws_tracks_by_action_is_dropped_by_action(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana", created_at=OLD)
    inline(dana, allow(["s3:CreateBucket", "s3:DeleteBucket", "s3:GetObject", "iam:PassRole", "sqs:SendMessage"]))
    report(dana, used="s3 iam", unused="sqs", tried="CreateBucket", tracked="DeleteBucket CreateUser")
    found = proposed(dana)
    assert actions(found) == ["s3:CreateBucket", "s3:GetObject", "iam:PassRole"]
    assert found.tightening
    assert [(part.names, part.because) for part in found.tightening.dropped] == [
        (("s3:DeleteBucket",), TightenReason.ACTION_UNUSED),
        (("sqs:SendMessage",), TightenReason.SERVICE_UNUSED),
    ]
    assert any("AWS doesn’t say since when it tracks an action" in remark for remark in found.tightening.remarks)


def test_an_action_goes_only_if_none_who_has_it_tried_and_all_reports_tell(aws_account: AwsAccount) -> None:
    shared = managed(aws_account, "shared", [allow(["s3:CreateBucket", "s3:DeleteBucket", "s3:PutBucketAcl"])])
    dana, erin = (make_user(aws_account, name, created_at=OLD) for name in ("dana", "erin"))
    role = make_role(aws_account, "app", created_at=OLD)
    for owner in (dana, erin, role):
        attach(owner, shared)
    report(dana, used="s3", tried="CreateBucket", tracked="DeleteBucket PutBucketAcl")
    report(erin, used="s3", tried="DeleteBucket", tracked="CreateBucket PutBucketAcl")
    report(role, unused="s3")
    assert actions(proposed(dana)) == ["s3:CreateBucket", "s3:DeleteBucket"]
    for tracked_actions, at in (([], NOW), ([["GetBucketAcl", NOW.isoformat(), ""]], NOW)):
        ServiceLastAccessed.objects.filter(object_id=role.aws_id).update(tracked_actions=tracked_actions, at=at)
        assert proposed(dana).outcome is ProposalOutcome.KEEP  # the role may have used what isn't tracked for it
    ServiceLastAccessed.objects.filter(object_id=role.aws_id).delete()
    assert proposed(dana).outcome is ProposalOutcome.KEEP


def test_what_is_too_long_by_action_is_narrowed_by_service(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana", created_at=OLD)
    inline(dana, allow(["ec2:*", "sqs:*"]))
    tracked = [name.partition(":")[2] for name in catalogue.actions_matching("ec2:*")]
    report(dana, used="ec2", unused="sqs", tried=" ".join(tracked[::2]), tracked=" ".join(tracked[1::2]))
    found = proposed(dana)
    assert actions(found) == ["ec2:*"]
    assert found.tightening
    assert "and IAM takes 2,048: so only services" in found.tightening.remarks[0]


def test_of_too_many_only_services_are_looked_at(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(least_privilege, "MOST_BY_ACTION", 1)
    shared = managed(aws_account, "shared", [allow(["s3:CreateBucket", "sqs:SendMessage"])])
    for name in ("dana", "erin"):
        owner = make_user(aws_account, name, created_at=OLD)
        attach(owner, shared)
        report(owner, used="s3", unused="sqs", tried="GetBucketAcl", tracked="CreateBucket")
    found = proposed(owner)
    assert actions(found) == ["s3:CreateBucket"]
    assert found.tightening
    assert "More than 1 have it" in " ".join(found.tightening.remarks)


@pytest.mark.parametrize(("since", "described"), [(OLD - timedelta(days=1), False), (NOW - timedelta(days=3), True)])
def test_a_policy_that_is_new_says_so(aws_account: AwsAccount, since: datetime, described: bool) -> None:
    dana = make_user(aws_account, "dana", created_at=OLD)
    inline(dana, *BOTH, first_seen=since)
    report(dana, used="s3", unused="sqs")
    found = proposed(dana)
    assert found.tightening
    assert any(remark.startswith("It is new") for remark in found.tightening.remarks) is described


# ---- The command -------------------------------------------------------------------------------------------------
def asked(principal: str, **options: Any) -> str:
    out = StringIO()
    call_command("least_privilege", principal=principal, account=ID, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def dana(aws_account: AwsAccount) -> Principal:
    found = make_user(aws_account, "dana", created_at=OLD)
    inline(found, allow(["s3:*", "iam:*", "kms:Decrypt"], Sid="Work"))
    report(found, used="s3", unused="iam")
    return found


def test_the_command_prints_what_it_drops_and_keeps(dana: Principal) -> None:
    described = asked(dana.arn)
    assert "inline policy own can be narrower:" in described
    assert "drops of statement Work iam:*: No attempt to use the service was tracked." in described
    assert "keeps of statement Work iam:* (iam:PassRole): AWS tracks no use of the action." in described
    assert "keeps of statement Work kms:Decrypt: AWS tracks no use of the service." in described
    assert "An attempt counts whether or not it was allowed" in described
    assert '"iam:PassRole"' in described


def test_the_command_prints_json(dana: Principal) -> None:
    described = json.loads(asked(dana.arn, json=True))
    (policy,) = described["policies"]
    assert policy["remarks"]
    assert {**policy, "remarks": []} == {
        "policy": "own",
        "inline": True,
        "outcome": "tighten",
        "why_not": "",
        "judged_by": [dana.arn],
        "attempts_until": NOW.isoformat(),
        "document": json.loads(document_text(allow(["s3:*", "iam:*", "kms:Decrypt"], Sid="Work"))),
        "proposal": json.loads(document_text(allow(["s3:*", "iam:PassRole", "kms:Decrypt"], Sid="Work"))),
        "dropped": [
            {
                "statement": "Work",
                "pattern": "iam:*",
                "names": ["iam:*"],
                "because": "No attempt to use the service was tracked.",
            }
        ],
        "kept_untracked": [
            {
                "statement": "Work",
                "pattern": "iam:*",
                "names": ["iam:PassRole"],
                "because": "AWS tracks no use of the action.",
            },
            {
                "statement": "Work",
                "pattern": "kms:Decrypt",
                "names": ["kms:Decrypt"],
                "because": "AWS tracks no use of the service.",
            },
        ],
        "remarks": [],
    }


def test_the_command_says_why_there_is_no_proposal(aws_account: AwsAccount) -> None:
    erin = make_user(aws_account, "erin", created_at=OLD)
    assert asked(erin.arn) == f"{erin.arn} has no policies of its own.\n"
    inline(erin, *BOTH)
    assert asked(erin.arn).startswith("inline policy own no proposal. Which services ")


def test_the_command_knows_no_such_principal(aws_account: AwsAccount) -> None:
    with pytest.raises(CommandError, match="has no user, group or role"):
        asked(arn("user/nobody"))
