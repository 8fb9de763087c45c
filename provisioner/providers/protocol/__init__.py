"""Pulumi's provider protocol, both ways: our drivers served to its engine, and its plugins used by ours."""
