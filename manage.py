#!/usr/bin/env python
from __future__ import annotations

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from iamconsole.startup import read_settings, refuse

if __name__ == "__main__":
    read_settings()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        refuse([str(error)])
