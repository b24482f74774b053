"""Makes Acme in the running emulator at AWS_EMULATOR_URL; prints as JSON what connects a console to its AWS accounts.

    AWS_EMULATOR_URL=http://127.0.0.1:5000/TOKEN python -m emulator.sample_estate

A list of the options of `manage.py connect_account`, with the labels of each AWS account; the main one first. The
address has the emulator's token in it, so it is in no command line: every user of the machine reads those.
"""

from __future__ import annotations

import json
import os
import sys

from emulator.sample_estate import acme


def main() -> None:
    acme.seed(os.environ["AWS_EMULATOR_URL"])
    sys.stdout.write(f"{json.dumps(acme.connections())}\n")


if __name__ == "__main__":
    main()
