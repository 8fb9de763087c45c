"""A desk for each test that has to do with Vault."""

import pytest


@pytest.fixture
def desk(tmp_path, quick_passphrase, vault, prefix):
    """An embedded engine in an empty folder, and names of its own in a real Vault."""
    from tests.integration.vault.vault_desk import VaultDesk  # the SDK takes a moment to import

    return VaultDesk(tmp_path, server=vault, prefix=prefix)
