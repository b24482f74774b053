"""Kinds of grants that are reviewed, by the app that knows them."""
