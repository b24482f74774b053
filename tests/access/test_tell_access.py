"""What one principal may, by service and access level, and that the evaluator says the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

from access.effective_access import AccessExtent, EffectiveAccess, access_of
from access.holders import Holder
from access.limits import LimitedGrant
from access.surroundings import Surroundings
from policies.engine import catalogue
from policies.engine.callers import caller_of
from policies.engine.evaluate import ControlPolicyLevel, Decision, LayerName, LayerPolicy, Layers, Request, evaluate
from tests.access.mirrored import ID, arn
from tests.services.statements import allow, deny, layer_policy

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
REPORTS, OTHERS = "arn:aws:s3:::reports/*", "arn:aws:s3:::other/*"
EVERYTHING = allow("*")


def dana(*statements: dict[str, Any], boundary: LayerPolicy | None = None, **more: Any) -> Holder:
    return Holder(caller_of(arn("user/dana")), 1, "AIDA1", (layer_policy(*statements),), boundary, **more)


def described(holder: Holder, *, scp: LayerPolicy | None = None, rcp: LayerPolicy | None = None) -> EffectiveAccess:
    levels = (
        (ControlPolicyLevel("root", (layer_policy(EVERYTHING),)), ControlPolicyLevel("unit", (scp,))) if scp else ()
    )
    around = Surroundings(ID, levels, (ControlPolicyLevel("root", (rcp,)),) if rcp else ())
    return access_of(holder, around, frozenset())


def extents(access: EffectiveAccess, prefix: str = "s3") -> dict[str, str]:
    found = next((each for each in access.services if each.prefix == prefix), None)
    return {level.level.value: level.extent.value for level in found.levels} if found else {}


def grants(access: EffectiveAccess, action: str) -> list[LimitedGrant]:
    return [line.grant for each in access.services for line in each.lines if action in line.actions]


def grant(access: EffectiveAccess, action: str = "s3:GetObject") -> LimitedGrant:
    (found,) = grants(access, action)
    return found


ALL_OF_S3 = {"List": "full", "Read": "full", "Write": "full", "Permissions management": "full", "Tagging": "full"}


def test_all_of_a_service() -> None:
    access = described(dana(allow("s3:*")))
    assert [each.prefix for each in access.services] == ["s3"]
    assert extents(access) == ALL_OF_S3
    assert access.services[0].is_full


def test_some_actions_of_a_level_are_limited() -> None:
    assert extents(described(dana(allow("s3:GetObject")))) == {"Read": "limited"}
    (level,) = described(dana(allow("s3:GetObject"))).services[0].levels
    assert level.may == 1 < level.actions


def test_some_resources_are_limited_to_actions_that_take_them() -> None:
    access = described(dana(allow("s3:*", REPORTS)))
    assert grants(access, "s3:ListBucket") == grants(access, "s3:ListAllMyBuckets") == []
    assert grant(access).resource == REPORTS
    assert set(extents(access).values()) == {"limited"}


def test_a_condition_limits() -> None:
    access = described(dana(allow("s3:*", Condition=MFA)))
    assert set(extents(access).values()) == {"limited"}
    assert grant(access).depends_on == ("aws:multifactorauthpresent",)


def test_a_condition_that_is_known_to_hold_does_not() -> None:
    own = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    assert extents(described(dana(allow("s3:*", Condition=own), tags={"team": "red"}))) == ALL_OF_S3
    assert extents(described(dana(allow("s3:*", Condition=own), tags={"team": "blue"}))) == {}


# ---- What limits it ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("layer", ["boundary", "scp"])
def test_a_layer_above_takes_or_leaves_a_part(layer: str) -> None:
    def limited_to(limit: LayerPolicy) -> EffectiveAccess:
        return (
            described(dana(allow("s3:*"), boundary=limit))
            if layer == "boundary"
            else described(dana(allow("s3:*")), scp=limit)
        )

    name = LayerName.BOUNDARY if layer == "boundary" else LayerName.SCP
    assert extents(limited_to(layer_policy(allow("*")))) == ALL_OF_S3
    assert set(extents(limited_to(layer_policy(allow("ec2:*")))).values()) == {"none"}
    assert grant(limited_to(layer_policy(allow("ec2:*")))).taken_by is name
    part = grant(limited_to(layer_policy(allow("s3:*", REPORTS, Sid="Reports"), name="limit")))
    assert (part.limited_to, [(each.layer, each.policy, each.which) for each in part.because][1:]) == (
        (REPORTS,),
        [(name, "limit", "Reports")],
    )
    assert grant(limited_to(layer_policy(allow("*", Condition=MFA)))).depends_on == ("aws:multifactorauthpresent",)


def test_two_statements_of_a_boundary_together() -> None:
    limit = layer_policy(allow("s3:*", [REPORTS, OTHERS]), allow("s3:*", "arn:aws:s3:::third/*"))
    access = described(dana(allow("s3:GetObject", [REPORTS, "arn:aws:s3:::third/*"]), boundary=limit))
    assert all(not each.limited_to and not each.taken_by for each in grants(access, "s3:GetObject"))


def test_denials_take_all_or_a_part() -> None:
    assert grant(described(dana(allow("s3:*"), deny("s3:GetObject")))).taken_by is LayerName.IDENTITY
    assert grant(described(dana(allow("s3:*"), deny("s3:Get*", REPORTS)))).excluded == (REPORTS,)
    assert grant(described(dana(allow("s3:*"), deny("s3:*", Condition=MFA)))).denial_keys == (
        "aws:multifactorauthpresent",
    )
    assert grant(described(dana(allow("s3:Get*", REPORTS), deny("s3:*", OTHERS)))).excluded == ()
    halves = deny("s3:*", ["arn:aws:s3:::reports/*", "arn:aws:s3:::report?/*"])
    assert grant(described(dana(allow("s3:Get*", "arn:aws:s3:::report?/*"), halves))).taken_by is LayerName.IDENTITY


def test_several_statements_cover_a_pattern_together() -> None:
    some, empty = "arn:aws:s3:::reports/?*", "arn:aws:s3:::reports/"
    limit = layer_policy(allow("s3:*", some), allow("s3:*", empty))
    assert grant(described(dana(allow("s3:GetObject", REPORTS), boundary=limit))).limited_to == ()
    denied = described(dana(allow("s3:GetObject", REPORTS), deny("s3:*", some), deny("s3:*", empty)))
    assert grant(denied).taken_by is LayerName.IDENTITY


def test_a_denial_of_the_organization() -> None:
    assert (
        grant(described(dana(allow("s3:*")), scp=layer_policy(EVERYTHING, deny("s3:Get*")))).taken_by is LayerName.SCP
    )


def test_a_resource_control_policy_binds_the_resources_of_its_aws_account() -> None:
    rcp = layer_policy(deny("*", Principal="*"))
    access = described(dana(allow(["s3:*", "ec2:*"])), rcp=rcp)
    assert grant(access, "s3:ListAllMyBuckets").taken_by is LayerName.RCP  # what takes no resource is asked here
    of_any = grant(access)
    assert (of_any.taken_by, of_any.denial_keys) == (None, ("aws:resourceaccount",))  # other AWS accounts have buckets
    assert set(extents(access, "ec2").values()) == {"full"}  # RCPs don't bind it
    for account, expected in ((ID, LayerName.RCP), ("999999999999", None)):
        queues = described(dana(allow("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{account}:jobs")), rcp=rcp)
        found = grant(queues, "sqs:SendMessage")
        assert (found.taken_by, found.denial_keys) == (expected, ())


def test_what_can_not_be_told_is_unknown() -> None:
    mine = "arn:aws:s3:::${aws:SourceVpc}/*"
    access = described(dana(allow("s3:GetObject", REPORTS), deny("s3:GetObject", mine)))
    assert extents(access) == {"Read": "unknown"}
    assert grant(access).is_unsure


def test_a_variable_that_is_known_is_told() -> None:
    access = described(
        dana(allow("s3:GetObject", "arn:aws:s3:::${aws:username}/*"), deny("s3:*", "arn:aws:s3:::dana/*"))
    )
    assert extents(access) == {"Read": "none"}


def test_layers_that_are_not_read_make_it_unknown() -> None:
    found = access_of(dana(allow("s3:*")), Surroundings(ID), frozenset({LayerName.BOUNDARY}))
    assert set(extents(found).values()) == {"unknown"}


def test_names_the_policies_of_resources_that_are_not_read() -> None:
    access = described(dana(allow(["s3:GetObject", "sts:AssumeRole", "ec2:StartInstances", "s3:ListAllMyBuckets"])))
    also = {action: line.also for each in access.services for line in each.lines for action in line.actions}
    assert also["s3:GetObject"] == "bucket policy"
    assert also["sts:AssumeRole"] == "trust policy of the role"
    assert also["ec2:StartInstances"] == ""


def test_actions_that_nobody_knows_are_listed() -> None:
    access = described(dana(allow(["s3:GetWhatIsNew", "nowhere:*"])))
    assert (access.services, access.unknown) == ((), ("nowhere:*", "s3:GetWhatIsNew"))


def test_the_same_content_is_told_once() -> None:
    holder, around = dana(allow("s3:*")), Surroundings(ID)
    assert access_of(holder, around, frozenset()) is access_of(holder, Surroundings(ID), frozenset())


# ---- As the evaluator says -----------------------------------------------------------------------------------------
RESOURCES = ["*", "arn:aws:s3:::reports/*", "arn:aws:s3:::rep*", "arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::*/x"]
STATEMENTS = st.builds(
    lambda effect, action, resources, name, condition: {
        "Effect": effect,
        "Action": action,
        name: resources,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:ListAllMyBuckets"]),
    st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2),
    st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]),
    st.sampled_from([None, None, MFA]),
)
POLICIES = st.lists(STATEMENTS, min_size=1, max_size=3).map(lambda statements: layer_policy(*statements))
ASKED = ["arn:aws:s3:::reports/x", "arn:aws:s3:::rep/y", "arn:aws:s3:::dana/x", "arn:aws:s3:::other/z"]


@settings(max_examples=150)
@generated(POLICIES, st.one_of(st.none(), POLICIES), st.one_of(st.none(), POLICIES))
def test_as_the_evaluator_says(own: LayerPolicy, boundary: LayerPolicy | None, scp: LayerPolicy | None) -> None:
    holder = Holder(caller_of(arn("user/dana")), 1, "AIDA1", (own,), boundary)
    access = described(holder, scp=scp)
    levels = (
        (ControlPolicyLevel("root", (layer_policy(EVERYTHING),)), ControlPolicyLevel("unit", (scp,))) if scp else ()
    )
    layers = Layers((own,), (boundary,) if boundary else None, scps=levels)
    for action in ("s3:GetObject", "s3:ListAllMyBuckets"):
        left = [each for each in grants(access, action) if not each.taken_by]
        resources = ["*"] if catalogue.takes_no_resource(action.lower()) else ASKED
        for resource in resources:
            request = Request(holder.caller, action, resource, ID, {}, lambda key: True)
            decision = evaluate(request, layers).decision
            if not left:
                assert decision in (Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY)
            if any(each.is_whole for each in left):
                assert decision is Decision.ALLOWED
            if decision is Decision.ALLOWED:
                assert left


def test_every_service_is_listed_for_an_administrator() -> None:
    access = described(dana(EVERYTHING))
    assert {each.extent for service in access.services for each in service.levels} == {AccessExtent.FULL}
    assert all(service.is_full for service in access.services)
