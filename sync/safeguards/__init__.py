"""Safeguards: what plans must meet, changed only by owners, with a second person where approvals are asked for.

An app registers a kind of them (kinds.py), and has a PlanCheck that looks whether a plan meets those in force
(`in_force.py`). Who may change one, and when it takes somebody else, is the same for all kinds: services.py.
"""
