"""The stream for a SIEM: each entry, once it is sealed, as one line of the log (docs/audit.md).

Without the texts that can be erased: nobody could erase them there.
"""

from __future__ import annotations

import logging

from accounts.audit.listing import AUDIT
from accounts.audit.verbs import sentence
from accounts.models import AuditEntry
from iamconsole.web.exports import as_object

log = logging.getLogger("iamconsole.audit.entries")


def tell(entry: AuditEntry) -> None:
    if log.isEnabledFor(logging.INFO):
        entry.texts = dict.fromkeys(entry.digests, "[in the console]")
        log.info("%s %s", entry.actor_name, sentence(entry), extra={"audit": as_object(AUDIT.columns, entry)})
