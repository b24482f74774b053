"""The audit trail: who did what to what and why, chained so that tampering shows (docs/threat-model.md).

`record` writes an entry in the transaction of the state that it tells of; `seal` chains what was written since;
`verify` finds what was rewritten, moved, taken out or cut off.
"""

from accounts.audit.chain import go_on, record_gap, seal, take_up
from accounts.audit.check import AuditProblem, verify
from accounts.audit.fence import problem as set_back
from accounts.audit.ring import WrongKey
from accounts.audit.trail import (
    ONE_LOOK,
    address,
    address_of,
    apart,
    caused_from,
    differences,
    entry,
    looks_lately,
    record,
    record_all,
)
from accounts.audit.verbs import UnknownVerb, register, sentence, verbs

__all__ = [
    "ONE_LOOK",
    "AuditProblem",
    "UnknownVerb",
    "WrongKey",
    "address",
    "address_of",
    "apart",
    "caused_from",
    "differences",
    "entry",
    "go_on",
    "looks_lately",
    "record",
    "record_all",
    "record_gap",
    "register",
    "seal",
    "sentence",
    "set_back",
    "take_up",
    "verbs",
    "verify",
]
