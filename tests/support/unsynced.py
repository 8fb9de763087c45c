"""A disk that nobody waits for: what a process wrote outlives it, and no test pulls the plug.

Importing this makes it so, also in processes that tests start by a fork. What is synced, and when, is tested by
those who count the calls (`tests/engine/test_store_crashes.py`, `tests/support/disk.py`); commands that tests
run as processes of their own wait for the disk as they do for people.
"""

import os


def _looked_at(descriptor):
    """Complains as the real one about what is no open file."""
    os.fstat(descriptor)


os.fsync = _looked_at
if hasattr(os, "fdatasync"):  # macOS has none
    os.fdatasync = _looked_at
