"""The people of Identity Center: personal data, by the rules of docs/threat-model.md."""
