"""The kinds of things that can be unused, each with its evidence, its caveats, and how it is switched off."""
