"""AWS accounts without a connection: their mirror comes from a file that the AWS CLI printed."""

from __future__ import annotations

SOURCE = "iam.snapshot"  # its runs
INSTEAD_OF = "iam.details"  # what it shows, this source pulls from AWS accounts that are connected
