"""The rules, one file for what they are about."""
