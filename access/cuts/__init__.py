"""Cuts: edits of policies that end privilege escalation paths. Which there are, what they end, what they lose."""
