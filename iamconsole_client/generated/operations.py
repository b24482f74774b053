"""The API's operations, each a method.

Written by `make client` from the OpenAPI document of the API; a test fails when it is stale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from iamconsole_client.generated.schemas import (
    ApplyIn,
    AwsAccountOut,
    AwsAccountsOut,
    CareIn,
    ChangeOut,
    DiffAnswer,
    DiffIn,
    ImportIn,
    KindsOut,
    LintAnswer,
    LintIn,
    Me,
    ObjectOut,
    ObjectPage,
    PeopleOut,
    ProposeIn,
    RevisionPage,
    RowPage,
    SimulateAnswer,
    SimulateIn,
    WhoCanPage,
    WhyDeniedAnswer,
    WhyDeniedIn,
)
from iamconsole_client.requests import Request, Send, segment


class Operations:
    def __init__(self, send: Send) -> None:
        self._send = send

    def who_am_i(self) -> Me:
        """The token and its owner, and in which AWS accounts which of its scopes is good for anything now."""
        path = "/api/v1/me"
        request = Request("who_am_i", "GET", path, {})
        answer: Me = self._send(request)
        return answer

    def list_aws_accounts(self) -> AwsAccountsOut:
        """All of them: there are as many as the owner of the token has grants for."""
        path = "/api/v1/aws-accounts"
        request = Request("list_aws_accounts", "GET", path, {})
        answer: AwsAccountsOut = self._send(request)
        return answer

    def read_aws_account(self, account_id: str) -> AwsAccountOut:
        """Read Aws Account"""
        path = f"/api/v1/aws-accounts/{segment(account_id)}"
        request = Request("read_aws_account", "GET", path, {})
        answer: AwsAccountOut = self._send(request)
        return answer

    def list_kinds(self, account_id: str) -> KindsOut:
        """The kinds of objects, with the filters that their lists take as parameters."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/objects"
        request = Request("list_kinds", "GET", path, {})
        answer: KindsOut = self._send(request)
        return answer

    def list_objects(
        self,
        account_id: str,
        kind: str,
        *,
        limit: int | None = None,
        after: str | None = None,
        q: str | None = None,
        sort: str | None = None,
        filters: Mapping[str, str] | None = None,
    ) -> ObjectPage:
        """A page of the list. Filters of the kind are parameters, too: `?mfa=none`."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/objects/{segment(kind)}"
        request = Request(
            "list_objects", "GET", path, {**(filters or {}), "limit": limit, "after": after, "q": q, "sort": sort}
        )
        answer: ObjectPage = self._send(request)
        return answer

    def read_object(self, account_id: str, kind: str, object_id: str) -> ObjectOut:
        """One object by AWS's immutable id, with all that is known of it; also one that is gone."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/objects/{segment(kind)}/{segment(object_id)}"
        request = Request("read_object", "GET", path, {})
        answer: ObjectOut = self._send(request)
        return answer

    def list_revisions(
        self, account_id: str, kind: str, object_id: str, *, limit: int | None = None, after: str | None = None
    ) -> RevisionPage:
        """What is known of its past, the newest first."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/objects/{segment(kind)}/{segment(object_id)}/revisions"
        request = Request("list_revisions", "GET", path, {"limit": limit, "after": after})
        answer: RevisionPage = self._send(request)
        return answer

    def list_findings(
        self,
        account_id: str,
        *,
        limit: int | None = None,
        after: str | None = None,
        q: str | None = None,
        sort: str | None = None,
        filters: Mapping[str, str] | None = None,
    ) -> RowPage:
        """Those that are open; with `?state=` muted, accepted, mended, off or any."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/findings"
        request = Request(
            "list_findings", "GET", path, {**(filters or {}), "limit": limit, "after": after, "q": q, "sort": sort}
        )
        answer: RowPage = self._send(request)
        return answer

    def list_changes(
        self,
        account_id: str,
        *,
        limit: int | None = None,
        after: str | None = None,
        q: str | None = None,
        sort: str | None = None,
        filters: Mapping[str, str] | None = None,
    ) -> RowPage:
        """List Changes"""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/changes"
        request = Request(
            "list_changes", "GET", path, {**(filters or {}), "limit": limit, "after": after, "q": q, "sort": sort}
        )
        answer: RowPage = self._send(request)
        return answer

    def propose_change(self, account_id: str, body: ProposeIn) -> ChangeOut:
        """Makes the plan and keeps it as proposed. Nothing is sent to AWS."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/changes"
        request = Request("propose_change", "POST", path, {}, dict(body))
        answer: ChangeOut = self._send(request)
        return answer

    def read_change(self, account_id: str, change_id: int, *, steps: int | None = None) -> ChangeOut:
        """With the plan, whose access it changes, what its dry run found, and what stands against applying it. With the
        permission to look after people alone: a change of one's own."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/changes/{segment(change_id)}"
        request = Request("read_change", "GET", path, {"steps": steps})
        answer: ChangeOut = self._send(request)
        return answer

    def try_change(self, account_id: str, change_id: int) -> ChangeOut:
        """Has workers look what each step would find in AWS. Nothing is written. Read the change for what they found."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/changes/{segment(change_id)}/dry-run"
        request = Request("try_change", "POST", path, {})
        answer: ChangeOut = self._send(request)
        return answer

    def apply_change(self, account_id: str, change_id: int, body: ApplyIn) -> ChangeOut:
        """Hands it to the workers. Only what somebody else than its requester approved."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/changes/{segment(change_id)}/apply"
        request = Request("apply_change", "POST", path, {}, dict(body))
        answer: ChangeOut = self._send(request)
        return answer

    def who_can(
        self,
        account_id: str,
        *,
        action: str,
        resource: str,
        limit: int | None = None,
        after: str | None = None,
        context: Sequence[str] | None = None,
    ) -> WhoCanPage:
        """Whom policies allow an action on a resource, and because of which statements."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/who-can"
        request = Request(
            "who_can",
            "GET",
            path,
            {"limit": limit, "after": after, "action": action, "resource": resource, "context": context},
        )
        answer: WhoCanPage = self._send(request)
        return answer

    def simulate(self, account_id: str, body: SimulateIn) -> SimulateAnswer:
        """Each principal × action × resource, by the engine; with `as_if` as a change or a document would make it."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/simulate"
        request = Request("simulate", "POST", path, {}, dict(body))
        answer: SimulateAnswer = self._send(request)
        return answer

    def why_denied(self, account_id: str, body: WhyDeniedIn) -> WhyDeniedAnswer:
        """Which layer of policies says no to what AWS denied, and the least that would allow it."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/why-denied"
        request = Request("why_denied", "POST", path, {}, dict(body))
        answer: WhyDeniedAnswer = self._send(request)
        return answer

    def lint_document(self, body: LintIn) -> LintAnswer:
        """What is wrong, risky or needless in it: docs/findings.md. A document that can't be read has findings, too."""
        path = "/api/v1/lint"
        request = Request("lint_document", "POST", path, {}, dict(body))
        answer: LintAnswer = self._send(request)
        return answer

    def compare_documents(self, body: DiffIn) -> DiffAnswer:
        """Compare Documents"""
        path = "/api/v1/diff"
        request = Request("compare_documents", "POST", path, {}, dict(body))
        answer: DiffAnswer = self._send(request)
        return answer

    def look_up_people(
        self,
        account_id: str,
        pool_id: str,
        *,
        q: str | None = None,
        limit: int | None = None,
        sort: str | None = None,
        filters: Mapping[str, str] | None = None,
    ) -> PeopleOut:
        """By words (`q`), or by a filter of the page: also an attribute of its people, by its name in AWS, such as
        `?custom:tenant=7`. That somebody looked, and by what, is in the audit trail."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/user-pools/{segment(pool_id)}/people"
        request = Request("look_up_people", "GET", path, {**(filters or {}), "q": q, "limit": limit, "sort": sort})
        answer: PeopleOut = self._send(request)
        return answer

    def look_after_person(self, account_id: str, pool_id: str, person_id: str, action: str, body: CareIn) -> ChangeOut:
        """Proposes to reset a password, confirm a sign-up, enable or disable somebody, by their `sub`. Nothing is sent."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/user-pools/{segment(pool_id)}/people/{segment(person_id)}/{segment(action)}"
        request = Request("look_after_person", "POST", path, {}, dict(body))
        answer: ChangeOut = self._send(request)
        return answer

    def import_people(self, account_id: str, pool_id: str, body: ImportIn) -> ChangeOut:
        """Proposes one change for a table of people. How far it got, the change says. Nothing is sent."""
        path = f"/api/v1/aws-accounts/{segment(account_id)}/user-pools/{segment(pool_id)}/imports"
        request = Request("import_people", "POST", path, {}, dict(body))
        answer: ChangeOut = self._send(request)
        return answer
