"""Privilege escalation: how principals can become administrators, by techniques as data; finds the shortest paths."""
