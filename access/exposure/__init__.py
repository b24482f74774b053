"""Exposure of resources: whom policies, access control lists and grants let in from outside, and on whose behalf."""
