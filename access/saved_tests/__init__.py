"""Saved tests of access: a question with the answer that it must have, asked by every plan and after every pull."""
