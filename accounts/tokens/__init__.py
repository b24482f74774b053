"""Tokens by which programs ask the API: made, used, refused and ended. docs/api.md tells what they may."""
