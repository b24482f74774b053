"""The credentials of IAM users and of the root user: how the mirror reads them, and their pages."""

from identities.credentials import last_used, mirrors, report, virtual
from sync import mirror

__all__ = ["register"]


def register() -> None:
    mirror.register(
        *mirrors.KINDS, last_used.LAST_USED, report.ReportOfUser(), report.RootUserMirror(), virtual.VIRTUAL_MFA
    )
    for source in (*mirrors.SOURCES, last_used.SOURCE, report.CredentialReport(), virtual.SOURCE):
        mirror.register_source(source)
