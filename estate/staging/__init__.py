"""Stages changes across AWS accounts: of rows picked in a list of all of them, and of the namesakes of one object."""
