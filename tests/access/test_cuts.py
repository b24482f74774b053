"""Cuts: edits that end privilege escalation paths, found out by a search over what each would leave."""

from __future__ import annotations

import json
from typing import Any

import pytest

from access.cuts.account_paths import AccountPaths, account_paths
from access.cuts.candidates import CutCandidate, CutHow
from access.cuts.documents import with_denial, without_action, without_principal
from access.cuts.losses import RankedCut, ranked
from access.cuts.steps import NoSuchCutError, steps_of
from accounts.models import AwsAccount
from identities.models import IamUser, ServiceLastAccessed
from sync.models import Facet, OwnershipRule
from tests.access.mirrored import administrator, arn, managed, role, user
from tests.services.rows import CREATED, attach, join, make_document, make_group, make_role, make_user
from tests.services.statements import LAMBDA, Statement, allow, document_text, trusting

pytestmark = pytest.mark.django_db
DEPLOY = allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction", "s3:GetObject"])


def tried(aws_account: AwsAccount) -> AccountPaths:
    found = account_paths(aws_account)
    found.trials.go_on(aws_account, 60)
    return found


def cuts(aws_account: AwsAccount) -> list[RankedCut]:
    found = tried(aws_account)
    return ranked(aws_account, found.index, found.trials.found, range(len(found.paths)))


def words(aws_account: AwsAccount) -> list[str]:
    return [each.words for each in cuts(aws_account)]


@pytest.fixture
def deployers(alone: AwsAccount) -> AwsAccount:
    """Dana and Kim deploy functions by one policy, and may pass an administrator's role."""
    administrator(role(alone, "ops", trusts=LAMBDA))
    policy = managed(alone, "deploy", [DEPLOY])
    for name in ("dana", "kim"):
        attach(make_user(alone, name), policy)
    return alone


# ---- Which there are -------------------------------------------------------------------------------------------
def test_the_least_that_ends_all_comes_first(deployers: AwsAccount) -> None:
    found = cuts(deployers)
    total = len(account_paths(deployers).paths)
    assert found[0].words == "Deny iam:PassRole on ops in deploy"
    assert found[0].ended == total
    assert found[0].tried.freed == (arn("user/dana"), arn("user/kim"))
    assert {each.words for each in found if each.ended == total} >= {
        "Take iam:PassRole from deploy",
        "Detach deploy from dana and kim",
    }
    assert {each.ended for each in found if each.words in ("Detach deploy from dana", "Detach deploy from kim")} == {
        total // 2
    }


def test_a_wildcard_is_denied_and_a_policy_of_aws_only_detached(alone: AwsAccount) -> None:
    user(alone, "dana", allow("iam:AttachUser*"))
    assert "Deny iam:AttachUserPolicy in the inline policy own of dana" in words(alone)
    of_aws = managed(
        alone, "IAMFullAccess", [allow("iam:PutUserPolicy")], arn="arn:aws:iam::aws:policy/IAMFullAccess", is_aws=True
    )
    attach(make_user(alone, "kim"), of_aws)
    assert [each for each in words(alone) if "IAMFullAccess" in each] == ["Detach IAMFullAccess from kim"]


def test_a_group_loses_it_for_all_its_members(alone: AwsAccount) -> None:
    group = make_group(alone, "staff")
    attach(group, managed(alone, "power", [allow("iam:PutUserPolicy")]))
    join(make_user(alone, "dana"), group)
    assert "Detach power from staff" in words(alone)


def test_who_is_named_in_a_trust_policy_is_taken_out_of_it(alone: AwsAccount) -> None:
    people = [make_user(alone, name).arn for name in ("dana", "kim")]
    trusted = [{"type": "AWS", "value": each} for each in people]
    administrator(make_role(alone, "ops", trust=make_document(trusting({"AWS": people})), trusted=trusted))
    assert words(alone) == ["Take dana out of the trust policy of ops", "Take kim out of the trust policy of ops"]


def test_the_last_one_who_is_trusted_stays(alone: AwsAccount) -> None:
    """IAM takes no trust policy without a statement."""
    administrator(role(alone, "ops", trusts=make_user(alone, "dana").arn))
    assert len(account_paths(alone).paths) == 1
    assert words(alone) == []


def test_what_is_looked_after_elsewhere_is_not_proposed(alone: AwsAccount) -> None:
    OwnershipRule.objects.create(aws_account=alone, position=1, matches="name", pattern="*", ownership="read_only")
    attach(make_user(alone, "dana"), managed(alone, "power", [allow("iam:PutUserPolicy")]))
    assert tried(alone).trials.found == []


# ---- What they end ---------------------------------------------------------------------------------------------
def test_a_way_around_keeps_a_path_from_ending(alone: AwsAccount) -> None:
    """Without its short path, dana would still have a longer one, which the short one hides."""
    administrator(role(alone, "ops", trusts=arn("root")))
    user(alone, "dana", allow("iam:PutUserPolicy", arn("user/dana")), allow("sts:AssumeRole", arn("role/between")))
    role(alone, "between", allow("sts:AssumeRole", arn("role/ops")), trusts=arn("root"))
    found = {each.words: each for each in cuts(alone)}
    assert "Take iam:PutUserPolicy from the inline policy own of dana" not in found


def test_what_two_policies_allow_takes_a_denial(alone: AwsAccount) -> None:
    dana = user(alone, "dana", allow("iam:PutUserPolicy"))
    attach(dana, managed(alone, "power", [allow("iam:PutUserPolicy")]))
    found = words(alone)
    assert "Take iam:PutUserPolicy from power" not in found
    assert "Detach power from dana" not in found


def test_nothing_is_tried_twice(deployers: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    cuts(deployers)
    monkeypatch.setattr("access.cuts.trials.escalations", lambda account: pytest.fail("It searched again."))
    assert cuts(deployers)


# ---- What they lose --------------------------------------------------------------------------------------------
def used(aws_account: AwsAccount, holder: Any, service: str, at: Any) -> None:
    place = {"aws_account": aws_account, "kind": holder.kind, "object_id": holder.aws_id}
    if not Facet.objects.filter(**place).exists():
        Facet.objects.create(**place, source="last_accessed", raw_hash="", fingerprint="", read_at=CREATED)
    ServiceLastAccessed.objects.create(**place, service=service, service_name=service, at=at)


def test_it_says_who_loses_what_and_when_they_last_used_it(deployers: AwsAccount) -> None:
    for each in IamUser.objects.all():
        used(deployers, each, "lambda", CREATED)
        used(deployers, each, "iam", CREATED if each.name == "kim" else None)
    best = cuts(deployers)[0]
    assert (best.loss.what, best.loss.whose) == ("iam:PassRole on ops", "dana and kim")
    assert (best.loss.last_use.at, best.loss.last_use.by) == (CREATED, "kim")


def test_what_nobody_used_comes_before_what_nobody_knows(alone: AwsAccount) -> None:
    dana = user(alone, "dana", allow("iam:PutUserPolicy"), allow("iam:PassRole"))
    used(alone, dana, "iam", None)
    found = cuts(alone)[0]
    assert found.loss.last_use.is_known
    assert found.loss.last_use.at is None


# ---- Edits of documents ----------------------------------------------------------------------------------------
def statements(text: str | None) -> list[Statement]:
    return list(json.loads(text)["Statement"]) if text else []


def test_an_action_is_taken_wherever_it_is_named() -> None:
    text = document_text(allow(["IAM:passrole", "s3:Get*"]), allow("iam:PassRole"), allow("iam:*"))
    assert statements(without_action(text, "iam:PassRole")) == [allow(["s3:Get*"]), allow("iam:*")]


def test_what_would_leave_nothing_is_no_edit() -> None:
    assert without_action(document_text(allow("iam:PassRole")), "iam:PassRole") is None
    assert without_action(document_text(allow("iam:*")), "iam:PassRole") is None
    assert without_action("{", "iam:PassRole") is None


def test_a_denial_stands_behind_all_else_and_other_elements_stay() -> None:
    text = document_text(allow("iam:*"), Id="mine")
    made = with_denial(text, "iam:PassRole", [arn("role/ops")])
    assert made
    assert json.loads(made)["Id"] == "mine"
    assert statements(made)[1] == {"Effect": "Deny", "Action": "iam:PassRole", "Resource": arn("role/ops")}


def test_a_single_statement_may_stand_without_a_list() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": allow(["iam:PassRole", "s3:GetObject"])})
    assert statements(without_action(text, "iam:PassRole")) == [allow(["s3:GetObject"])]


def test_a_principal_leaves_a_trust_policy_and_others_stay() -> None:
    text = trusting({"AWS": [arn("user/dana"), arn("user/kim")], "Service": "ec2.amazonaws.com"})
    [left] = statements(without_principal(text, arn("user/dana")))
    assert left["Principal"] == {"AWS": [arn("user/kim")], "Service": "ec2.amazonaws.com"}
    assert without_principal(trusting({"AWS": arn("user/dana")}), arn("user/dana")) is None


def test_a_cut_of_what_has_gone_says_so(deployers: AwsAccount) -> None:
    cut: CutCandidate = next(each.cut for each in cuts(deployers) if each.cut.how is CutHow.DETACH)
    IamUser.objects.update(gone_at=CREATED)
    with pytest.raises(NoSuchCutError, match="no longer there"):
        steps_of(deployers, cut)
