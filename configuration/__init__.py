"""Grants, labels, guard rails, tests, ownership rules and routes as one YAML file: export, differences, import.

`shapes` read a file safely, with its lines; a section (`sections/`) knows what there is of one kind and how it is made,
changed and removed, by the services and forms that pages use; `differences` compares three states: what the file began
from, what there is now, and what the file says.
"""
