"""Applies through nodes that stand by, and while another node takes over."""

import pytest

from provisioner.plan.model import Source
from tests.integration.vault.test_interruptions import begun, finished, made, policies
from tests.servers.vault import STANDBY
from tests.support.runs import changes


@pytest.fixture
def among(desk, vault_nodes):
    """The desk with a Vault of three nodes."""
    desk.server = vault_nodes
    return desk


def test_an_apply_through_a_node_that_stands_by_is_like_any_other(among, monkeypatch):
    standby = next(node for node in among.server.nodes if node.health() == STANDBY)
    monkeypatch.setattr(type(among.server), "address", standby.address)
    program = policies(among, 5)
    among.done(program)
    assert len(made(among)) == 5
    assert changes(among.plan(program, source=Source.CLOUD)) == []
    among.destroy()
    assert made(among) == []


def test_an_apply_goes_on_when_another_node_takes_over(among, until, monkeypatch):
    standby = next(node for node in among.server.nodes if node.health() == STANDBY)
    monkeypatch.setattr(type(among.server), "address", standby.address)
    program = policies(among)
    thread, ended = begun(among, program, until)
    failed = among.server.active()
    failed.stop()
    try:
        thread.join(120)
    finally:
        failed.start()
        among.server.unseal()
    finished(among, program, ended)
