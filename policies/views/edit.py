"""Editing a policy's document as JSON, and putting another of its versions in force."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.models import AwsAccount
from accounts.roles import PROPOSE
from iamconsole.web.diff import document_diff
from objects.forms import StageForm
from objects.object_pages import fetch_row
from objects.views.stage import REFUSED, stage, stage_page
from policies.engine.document import size
from policies.forms import PolicyEditForm, findings_in
from policies.models import ManagedPolicy
from policies.operations.update import plan_set_default, plan_update
from policies.quotas import MANAGED_POLICY, VERSIONS_OF_POLICY, quotas_of
from policies.views.managed_policies import POLICY


def policy_edit(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    policy: ManagedPolicy = fetch_row(request, POLICY, account_id, aws_id, PROPOSE)
    in_force = policy.default
    form = PolicyEditForm(request.POST or None, initial=PolicyEditForm.initial_for(policy, in_force))
    moved = form.is_bound and form.data.get("base") != policy.default_version
    if form.is_valid() and not moved:
        change = stage(request, policy.aws_account, form, lambda: plan_update(policy, form.cleaned_data["document"]))
        if change:
            return redirect("change", account_id=account_id, pk=change.pk)
    context = {
        "row": policy,
        "form": form,
        "in_force": in_force,
        **_document_context(form, policy.aws_account),
        **_room(policy),
    }
    if moved:
        context |= _moved(policy, form)
    return render(request, "policies/edit.html", context, status=REFUSED if form.errors or moved else 200)


def _document_context(form: PolicyEditForm, aws_account: AwsAccount) -> dict[str, Any]:
    text = form["document"].value() or ""
    most = quotas_of(aws_account)[MANAGED_POLICY].value
    return {"size": size(text), "most_characters": most, "findings": findings_in(text, aws_account)}


def _moved(policy: ManagedPolicy, form: PolicyEditForm) -> dict[str, Any]:
    """Another version came in force while the page was open. The form now builds on that one, if sent again."""
    base = policy.versions.filter(version_id=form.data.get("base", "")).select_related("document").first()
    live = policy.default
    form.data = {**form.data.dict(), "base": policy.default_version}  # type: ignore[attr-defined]  # a QueryDict
    lines = document_diff(base.document.text, live.document.text) if base and live else []
    return {"moved_from": base, "moved_lines": lines}


def _room(policy: ManagedPolicy) -> dict[str, Any]:
    """Which version the plan deletes to make room, when all are used."""
    kept = [version for version in policy.versions.order_by("number") if version.gone_at is None]
    most = quotas_of(policy.aws_account)[VERSIONS_OF_POLICY].value
    if len(kept) < most:
        return {}
    oldest = next(version.version_id for version in kept if version.version_id != policy.default_version)
    return {"remark": f"All {most} versions are used, so the plan deletes {oldest} to make room."}


def policy_make_default(request: HttpRequest, account_id: str, aws_id: str, version_id: str) -> HttpResponse:
    policy: ManagedPolicy = fetch_row(request, POLICY, account_id, aws_id, PROPOSE)
    version = get_object_or_404(policy.versions.select_related("document"), version_id=version_id)
    title = f"Make version {version_id} of {policy.name} the default"[:200]
    in_force = policy.default
    context = {
        "heading": f"Make {version_id} the default",
        "about": f"The policy {policy.name} then says what its version {version_id} says, for all who have it.",
        "lines": document_diff(in_force.document.text, version.document.text) if in_force else [],
        "lines_label": f"From {policy.default_version} to {version_id}",
        "back_url": reverse("policy_versions", kwargs={"account_id": account_id, "aws_id": aws_id}),
    }
    form = StageForm(request.POST or None, initial={"title": title})
    return stage_page(
        request,
        policy.aws_account,
        form,
        lambda: plan_set_default(policy, version_id),
        "objects/stage/form.html",
        context,
    )
