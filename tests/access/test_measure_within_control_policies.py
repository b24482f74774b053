"""Control policies in the access that a plan changes: held against the evaluator, request by request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from access.plans.check import measured
from access.plans.comparing import STEPS, compare, held
from access.plans.control_policies import AccountLimits, is_bound, not_counted
from access.plans.holdings import Combination
from access.plans.reading import holdings_between
from access.plans.relevant import RelevantStatements
from access.resource_policies import is_bound_by_rcps
from access.situations import delegating_to
from access.surroundings import Surroundings
from accounts.models import AwsAccount
from policies.engine.callers import caller_of
from policies.engine.combine import Decision
from policies.engine.compiled import compiled
from policies.engine.diff.report import held_diff
from policies.engine.evaluate import Layers, Request, evaluate
from policies.engine.layers import ControlPolicyLevel, LayerName, LayerPolicy
from policies.engine.matching import Glob, ResourceGlob, tokens
from policies.holdings import AttachmentChange
from policies.models import OrgAccount, OrgTarget
from policies.organizations.sources import TREE
from tests.access.mirrored import ID, arn, managed, role, user
from tests.services.organization_rows import complete, make_account, make_control_policy, make_membership, make_unit
from tests.services.statements import allow, deny, document_text

OTHER = "210987654321"
FULL = LayerPolicy("FullAWSAccess", compiled(document_text(allow())))
# What is asked: an action, a resource and the AWS account that it is in.
ASKED = (
    ("s3:GetObject", "arn:aws:s3:::ours/1", ID),
    ("s3:GetObject", "arn:aws:s3:::theirs/1", OTHER),
    ("s3:PutObject", "arn:aws:s3:::ours/1", ID),
    ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ID}:jobs", ID),
    ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{OTHER}:jobs", OTHER),
    ("sqs:ListQueues", "*", ID),
    ("iam:CreateUser", arn("user/new"), ID),
    ("kms:RetireGrant", f"arn:aws:kms:eu-west-1:{ID}:key/1", ID),
)
PATTERNS = ("*", "s3:*", "s3:*Object", "s3:GetObject", "sqs:*", "iam:*", "iam:CreateUser", "kms:*")
RESOURCES = ("*", "arn:aws:s3:::ours/*", f"arn:aws:sqs:*:{ID}:*", f"arn:aws:sqs:*:{OTHER}:*", "arn:aws:sqs:*:*:jobs")
OF_DANA = {"ArnNotLike": {"aws:PrincipalArn": arn("user/dana")}}
OF_OTHERS = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-acme"},
    "Bool": {"aws:PrincipalIsAWSService": "false"},
}
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {"ArnLike": {"aws:PrincipalArn": arn("user/d*")}},
    OF_DANA,
    OF_OTHERS,
)
DANA = caller_of(arn("user/dana"))


def _statement(deny_it: bool, patterns: set[str], resources: set[str], condition: dict[str, Any]) -> dict[str, Any]:
    made = (deny if deny_it else allow)(sorted(patterns), sorted(resources))
    return {**made, "Condition": condition} if condition else made


def _lists(values: tuple[str, ...]) -> st.SearchStrategy[set[str]]:
    return st.sets(st.sampled_from(values), min_size=1, max_size=2)


conditions = st.sampled_from(CONDITIONS)
statements = st.builds(_statement, st.booleans(), _lists(PATTERNS), _lists(RESOURCES), st.just({}))
documents = st.lists(statements, max_size=2).map(lambda listed: document_text(*listed))
denying = st.builds(_statement, st.just(True), _lists(PATTERNS), _lists(RESOURCES), conditions)
allowing = st.builds(_statement, st.just(False), _lists(PATTERNS), _lists(RESOURCES), conditions)
scp_texts = st.lists(st.one_of(denying, allowing), min_size=1, max_size=2).map(lambda listed: document_text(*listed))
rcp_texts = denying.map(lambda each: document_text({**each, "Principal": "*"}))


def _levels(texts: st.SearchStrategy[str], *, may_lack_full: bool) -> st.SearchStrategy[tuple[ControlPolicyLevel, ...]]:
    """Root, unit, account."""
    has_full = st.booleans() if may_lack_full else st.just(True)
    level = st.tuples(has_full, st.lists(texts, max_size=1))
    return st.lists(level, max_size=3).map(
        lambda levels: tuple(
            ControlPolicyLevel(
                f"level {number}",
                (*([FULL] if full else []), *(LayerPolicy(text, compiled(text)) for text in listed)),
            )
            for number, (full, listed) in enumerate(levels)
        )
    )


trees = st.builds(
    lambda scps, rcps: Surroundings(ID, scps, rcps, "o-acme", "o-acme/r-1/"),
    _levels(scp_texts, may_lack_full=True),
    _levels(rcp_texts, may_lack_full=False),
)
boundaries = st.one_of(st.none(), documents)


@settings(max_examples=150)
@given(
    st.tuples(st.sets(documents, max_size=2), boundaries), st.tuples(st.sets(documents, max_size=2), boundaries), trees
)
def test_all_that_is_gained_or_lost_within_an_organization_is_said_and_nothing_else(
    before: Any, after: Any, around: Surroundings
) -> None:
    limits = AccountLimits(around).of(DANA.arn)
    pair = [Combination(frozenset(texts), boundary, limits=limits) for texts, boundary in (before, after)]
    reduced = RelevantStatements().pair(*pair)
    found = held_diff(held(reduced[0]), held(reduced[1]), STEPS)
    assert not found["undecided"]
    for asked in ASKED:
        had, has = (_allowed(texts, boundary, around, *asked) for texts, boundary in (before, after))
        for kind, is_so in (("gained", has and not had), ("lost", had and not has)):
            assert any(_says(item, *asked) for item in found[kind]) is is_so, (kind, asked)


@settings(max_examples=150)
@given(st.tuples(st.sets(documents, max_size=2), boundaries), trees, trees)
def test_all_that_other_control_policies_give_or_take_is_said_and_nothing_else(
    own: Any, before: Surroundings, after: Surroundings
) -> None:
    texts, boundary = own
    limits = [AccountLimits(around).of(DANA.arn) for around in (before, after)]
    pair = [Combination(frozenset(texts), boundary, limits=each) for each in limits]
    found = compare(*RelevantStatements().pair(*pair), STEPS)
    assert not found.perhaps
    for asked in ASKED:
        had, has = (_allowed(texts, boundary, around, *asked) for around in (before, after))
        for items, is_so in ((found.gained, has and not had), (found.lost, had and not has)):
            assert any(_says(item, *asked) for item in items) is is_so, asked


def _allowed(texts: Any, boundary: str | None, around: Surroundings, action: str, resource: str, account: str) -> bool:
    """As the evaluator has it: of another AWS account the control policies aren't known here."""
    layers = Layers(
        tuple(LayerPolicy("", compiled(text)) for text in texts),
        None if boundary is None else (LayerPolicy("", compiled(boundary)),),
        resource=delegating_to(account, ID) if account != ID or ":key/" in resource else None,
        scps=around.scps,
        rcps=around.rcps if account == ID and is_bound_by_rcps(action) else (),
    )
    request = Request(DANA, action, resource, account, {"aws:principalorgid": ("o-acme",)})
    return evaluate(request, layers).decision is Decision.ALLOWED


def _says(item: Mapping[str, Any], action: str, resource: str, account: str) -> bool:
    """Whether the request is one of those that the item describes. What an exception doesn't say is as in the item."""
    return _is_in(item, action, resource, account) and not any(
        _is_in(each, action, resource, account) for each in item.get("except", ())
    )


def _is_in(item: Mapping[str, Any], action: str, resource: str, account: str) -> bool:
    if "actions" in item and not any(Glob(tokens(each.lower())).matches(action.lower()) for each in item["actions"]):
        return False
    on = item.get("resources", ["*"])
    if "*" not in on and (resource == "*" or not any(ResourceGlob(tokens(each)).matches(resource) for each in on)):
        return False
    wanted = item.get("conditions", {})
    assert wanted in ({}, {"StringEquals": {"aws:ResourceAccount": ID}}), "all others are decided for this principal"
    if wanted and account != ID:
        return False
    return "also" not in item or _is_in(item["also"], action, resource, account)


def test_what_everything_is_without() -> None:
    """Of who gets everything, what stays denied is said in a sentence; an allow-list of the organization is applied."""
    nothing, everything = Combination(), Combination(frozenset([document_text(allow())]))
    level = ControlPolicyLevel("Root", (FULL, LayerPolicy("no-queues", compiled(document_text(deny("sqs:*"))))))
    tls = LayerPolicy("tls", compiled(document_text({**deny("s3:*"), "Principal": "*"})))
    some = ControlPolicyLevel("Root", (LayerPolicy("some", compiled(document_text(allow("s3:*")))),))
    said = []
    for scps, rcps in (((level,), ()), ((), (tls,)), ((level,), (tls,)), ((some,), ())):
        around = Surroundings(ID, scps, (ControlPolicyLevel("Root", rcps),) if rcps else ())
        limits = AccountLimits(around).of(DANA.arn)
        found = compare(replace(nothing, limits=limits), replace(everything, limits=limits))
        said.append(([item["actions"] for item in found.gained], found.why))
    assert said == [
        ([["*"]], ("What service control policies deny stays denied.",)),
        ([["*"]], ("What resource control policies deny stays denied.",)),
        ([["*"]], ("What control policies deny stays denied.",)),
        ([["s3:*"]], ()),
    ]


# ---- From the mirror -------------------------------------------------------------------------------------------
@pytest.fixture
def bound(aws_account: AwsAccount) -> AwsAccount:
    """In an organization that denies SQS."""
    make_membership(aws_account, delegated=True)
    root = make_unit(aws_account, "Root")
    here = make_account(aws_account, "Acme", root, ID)
    make_control_policy(aws_account, "FullAWSAccess", root, here, document=document_text(allow()))
    make_control_policy(aws_account, "no-queues", root, document=document_text(deny("sqs:*")))
    complete(aws_account, TREE)
    return aws_account


def test_what_an_scp_denies_is_not_gained(bound: AwsAccount) -> None:
    both = managed(bound, "both", [allow(["s3:GetObject", "sqs:SendMessage"])])
    dana = user(bound, "dana")
    service = role(
        bound, "AWSServiceRoleForX", trusts={"Service": "x"}, arn=arn("role/aws-service-role/x/AWSServiceRoleForX")
    )
    changes = [AttachmentChange(each.arn, both.arn, now=True) for each in (dana, service)]
    kept = measured(bound, holdings_between(bound, changes, [])).kept
    gained = {
        each["who"][0][0].rpartition("/")[2]: sorted(
            name for item in each["gained"]["items"] for name in item["actions"]
        )
        for each in kept["effects"]
    }
    assert gained == {"dana": ["s3:GetObject"], "AWSServiceRoleForX": ["s3:GetObject", "sqs:SendMessage"]}
    assert is_bound(dana.arn) and not is_bound(service.arn)


def test_what_an_scp_does_not_allow_is_not_gained(bound: AwsAccount) -> None:
    """The unit of the AWS account allows Amazon S3 only, and IAM to administrators; a bucket asks for TLS."""
    here = OrgTarget.objects.filter(aws_account=bound, target_id=ID)
    here.update(gone_at=timezone.now())
    account = OrgAccount.objects.get(aws_account=bound, aws_id=ID)
    except_admins = {"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}}
    lists = document_text(allow(["s3:*", "sqs:*"]), {**allow("iam:*"), **except_admins})
    tls = document_text({**deny("s3:*"), "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}})
    make_control_policy(bound, "some", account, document=lists)
    make_control_policy(bound, "tls", account, document=tls, type="RESOURCE_CONTROL_POLICY")
    much = managed(bound, "much", [allow(["s3:GetObject", "sqs:SendMessage", "iam:CreateUser"])])
    changes = [
        AttachmentChange(each.arn, much.arn, now=True)
        for each in (user(bound, "dana"), role(bound, "admin", trusts={"Service": "x"}))
    ]
    kept = measured(bound, holdings_between(bound, changes, [])).kept
    gained = {
        each["who"][0][0].rpartition("/")[2]: [(item["actions"], item["lines"]) for item in each["gained"]["items"]]
        for each in kept["effects"]
    }
    in_clear = f"unless without TLS and on resources of AWS account {ID}"
    assert gained == {
        "dana": [(["s3:GetObject"], ["on *", in_clear])],
        "admin": [(["iam:CreateUser"], ["on *"]), (["s3:GetObject"], ["on *", in_clear])],
    }


def test_what_isnt_counted_is_said() -> None:
    rcps = (ControlPolicyLevel("Root", (LayerPolicy("tls on Root", compiled(document_text(deny("s3:*")))),)),)
    assert list(
        not_counted(Surroundings(ID, rcps=rcps, organization_id="o-acme", not_read={LayerName.SCP: "No."}))
    ) == [
        "Control policies may still deny it. No.",
        "Resource control policies of other AWS accounts may still deny it on resources there.",
    ]
