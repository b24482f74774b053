"""The credentials of IAM users and of the root user: how the mirror reads them, and their pages."""

from identities.credentials import mirrors, report
from sync import mirror

__all__ = ["register"]


def register() -> None:
    mirror.register(
        *mirrors.KINDS, mirrors.LAST_USED, report.ReportOfUser(), report.RootUserMirror(), mirrors.VIRTUAL_MFA
    )
    for source in (*mirrors.SOURCES, mirrors.LAST_USED_SOURCE, report.CredentialReport(), mirrors.VIRTUAL_MFA_SOURCE):
        mirror.register_source(source)
