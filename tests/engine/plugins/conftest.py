"""A desk whose packages are plugins."""

import pytest

from tests.support.plugins import PluginDesk


@pytest.fixture
def desk(tmp_path, quick_passphrase):
    """An embedded engine with the plugin `moody` on its PATH; what it starts is ended."""
    made = PluginDesk(tmp_path)
    yield made
    made.packages.close()
