"""Makes Acme in the running emulator at AWS_EMULATOR_URL; prints as JSON what a console begins with.

    AWS_EMULATOR_URL=http://127.0.0.1:5000/TOKEN python -m emulator.sample_estate

`accounts`: the options of `manage.py connect_account` for each AWS account, the main one first. `queue`: to which
events of the main one come, for `manage.py enter_queue`. `state`: a state of Terraform about the main one, for
`manage.py read_state`, and `state_name` what it is called. The address has the emulator's token in it, so it is in no
command line: every user of the machine reads those.
"""

from __future__ import annotations

import json
import os
import sys

from emulator.process import Emulator
from emulator.sample_estate import acme
from emulator.sample_estate.data.terraform import NAME
from emulator.sample_estate.events import QUEUE_ARN
from emulator.sample_estate.terraform import state_of


def main() -> None:
    url = os.environ["AWS_EMULATOR_URL"]
    acme.seed(url)
    said = {"accounts": acme.connections(), "queue": QUEUE_ARN, "state_name": NAME, "state": state_of(Emulator(url))}
    sys.stdout.write(f"{json.dumps(said)}\n")


if __name__ == "__main__":
    main()
