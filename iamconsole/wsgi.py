from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from iamconsole.checks import refuse_to_start
from iamconsole.garbage import collect_rarely
from iamconsole.startup import read_settings
from iamconsole.web.prefix import below

# A list that looks for few rows reads many: mapped, each takes half as long. Not in workers, whose memory stays small:
# what they read of a mapped file would count as theirs.
os.environ.setdefault("SQLITE_MAP_MB", "1024")
# Somebody waits for the answer, and a page has other threads' work to wait for, too.
os.environ.setdefault("DATABASE_LOCK_S", "10")
os.environ.setdefault("DATABASE_STATEMENT_S", "25")
os.environ.setdefault("DATABASE_IDLE_S", "30")

read_settings()
application = below(settings.FORCE_SCRIPT_NAME or "", get_wsgi_application())
refuse_to_start()
collect_rarely()
