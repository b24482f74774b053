"""Makes Acme in the running emulator at AWS_EMULATOR_URL; prints as JSON the options of `manage.py connect_account`.

    AWS_EMULATOR_URL=http://127.0.0.1:5000/TOKEN python -m emulator.sample_estate

The address has the emulator's token in it, so it is in no command line: every user of the machine reads those.
"""

from __future__ import annotations

import json
import os
import sys

from emulator.sample_estate import acme


def main() -> None:
    acme.seed(os.environ["AWS_EMULATOR_URL"])
    options = {
        "account": acme.ACCOUNT_ID,
        "name": "Acme",
        "region": "eu-west-1",
        "read_role": acme.READ_ROLE_ARN,
        "write_role": acme.WRITE_ROLE_ARN,
        "external_id": acme.EXTERNAL_ID,
    }
    sys.stdout.write(f"{json.dumps(options)}\n")


if __name__ == "__main__":
    main()
