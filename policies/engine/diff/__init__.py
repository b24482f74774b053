"""Semantic differences: the access that one document gives and another doesn't. docs/engine.md, "How documents are
compared", has the idea.
"""
