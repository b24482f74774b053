"""Simulate: answers of many questions at once, as things are and as a change or a draft would make them."""
