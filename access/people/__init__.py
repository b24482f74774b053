"""Answers that end at people: who of Identity Center takes on the roles that may do something."""
