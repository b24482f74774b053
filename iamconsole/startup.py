"""How a process that can't start ends: one sentence, no traceback, and an exit status of its own.

Whoever starts processes again (systemd, Kubernetes) tells a wrong setting by the status from a crash, and needn't try
once more.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import NoReturn

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

EXIT_STATUS = 78  # EX_CONFIG of sysexits.h, "something was found in an unconfigured or misconfigured state"


def refuse(sentences: Iterable[str]) -> NoReturn:
    """Raises SystemExit."""
    sys.stderr.write("\n".join(sentences) + "\n")
    raise SystemExit(EXIT_STATUS)


def read_settings() -> None:
    """Before anything else of the process asks for one. Raises SystemExit where one can't be read."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamconsole.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018  the first that is asked for reads them all
    except ImproperlyConfigured as error:
        refuse([str(error)])
