"""`python -m iamconsole_client`: the command, where it isn't installed."""

from __future__ import annotations

import sys

from iamconsole_client.command.main import main

sys.exit(main())
