"""The key ring of an environment: its keys, and what needs each. Pure: from what is recorded or planned."""
