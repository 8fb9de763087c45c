"""The Vault that the other tests here believe: it is the real one, and nothing in it is made lenient."""

import time

import hvac
import pytest
import requests
import urllib3

from tests.servers.certificates import Authority
from tests.servers.vault import ACTIVE, SEALED, STANDBY, Refusal

ENGINES = ("database", "kv", "pki", "ssh", "transit")
METHODS = ("approle", "aws", "jwt", "kubernetes", "oidc", "userpass")


def test_it_says_which_version_it_is(vault):
    assert vault.get("sys/health")["version"] == "1.21.0"


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_is_built_in(vault, prefix, engine):
    vault.post(f"sys/mounts/{prefix}/{engine}", {"type": engine})
    assert vault.get("sys/mounts")["data"][f"{prefix}/{engine}/"]["type"] == engine


@pytest.mark.parametrize("method", METHODS)
def test_a_way_to_log_in_is_built_in(vault, prefix, method):
    vault.post(f"sys/auth/{prefix}-{method}", {"type": method})
    assert vault.get("sys/auth")["data"][f"{prefix}-{method}/"]["type"] == method


def test_it_starts_sealed_and_one_key_does_not_open_it(fresh_vault):
    fresh_vault.stop()
    fresh_vault.start()
    node = fresh_vault.nodes[0]
    assert node.health() == SEALED
    node.ask("PUT", "sys/unseal", {"key": fresh_vault.unseal_keys[0]})
    assert node.health() == SEALED
    fresh_vault.unseal()
    assert node.health() == ACTIVE


def test_what_is_sealed_answers_nobody(fresh_vault):
    fresh_vault.seal()
    with pytest.raises(hvac.exceptions.VaultDown, match="Vault is sealed"):
        fresh_vault.client().sys.list_mounted_secrets_engines()
    fresh_vault.unseal()
    assert "sys/" in fresh_vault.client().sys.list_mounted_secrets_engines()["data"]


def test_secrets_outlive_a_restart(fresh_vault):
    fresh_vault.post("sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
    secrets = fresh_vault.client().secrets.kv.v2
    secrets.create_or_update_secret("ranker", {"a": "1"}, mount_point="kv")
    fresh_vault.restart()
    assert fresh_vault.get("kv/data/ranker")["data"]["data"] == {"a": "1"}


def test_whoever_does_not_know_its_authority_does_not_talk_to_it(vault, tmp_path):
    stranger = hvac.Client(vault.address, vault.root_token, verify=str(Authority.made(tmp_path).file))
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        stranger.sys.read_health_status()


def test_nobody_talks_to_it_in_clear(vault):
    clear = vault.address.replace("https:", "http:")
    with urllib3.PoolManager(retries=False) as pool:
        answer = pool.request("GET", f"{clear}/v1/sys/health")
    assert answer.status == 400
    assert b"HTTP request to an HTTPS server" in answer.data


def test_a_token_ends(vault, until):
    token = vault.token("default", ttl="1s")
    assert vault.ask("GET", "auth/token/lookup-self", token=token)[0] == 200
    until(lambda: vault.ask("GET", "auth/token/lookup-self", token=token)[0] == 403)


def test_a_token_that_is_renewed_lives_longer(vault):
    token = vault.token("default", ttl="6s", period="6s")
    for _ in range(3):
        time.sleep(2.5)
        vault.client(token).auth.token.renew_self()
    assert vault.ask("GET", "auth/token/lookup-self", token=token)[0] == 200


def test_a_token_may_do_what_its_policies_say_and_nothing_else(vault, prefix):
    vault.post(f"sys/mounts/{prefix}", {"type": "kv"})
    for name in ("ours", "theirs"):
        vault.post(f"{prefix}/{name}", {"a": "1"})
    vault.put(f"sys/policies/acl/{prefix}", {"policy": f'path "{prefix}/ours" {{ capabilities = ["read"] }}'})
    token = vault.token(prefix)
    asked = [vault.ask("GET", f"{prefix}/{name}", token=token)[0] for name in ("ours", "theirs")]
    assert asked == [200, 403]


def test_the_second_of_two_writers_is_told(vault, prefix):
    vault.post(f"sys/mounts/{prefix}", {"type": "kv", "options": {"version": "2"}})
    path = f"{prefix}/data/ranker"
    vault.post(path, {"options": {"cas": 0}, "data": {"by": "the first"}})
    with pytest.raises(Refusal, match="check-and-set parameter did not match the current version") as refused:
        vault.post(path, {"options": {"cas": 0}, "data": {"by": "the second"}})
    assert refused.value.code == 400


def test_who_asks_too_often_is_told_to_wait(vault, prefix):
    vault.post(f"sys/mounts/{prefix}", {"type": "kv"})
    vault.post(f"sys/quotas/rate-limit/{prefix}", {"path": prefix, "rate": 2, "interval": "60s"})
    assert {vault.ask("GET", f"{prefix}/nothing")[0] for _ in range(4)} == {404, 429}


def test_what_is_asked_stands_in_the_audit_log_without_its_secrets(vault, prefix):
    vault.post(f"sys/mounts/{prefix}", {"type": "kv"})
    vault.post(f"{prefix}/ranker", {"password": "canary-of-the-audit-log"})
    assert ("create", f"{prefix}/ranker") in vault.audited()
    written = vault.audit_log.read_text()
    assert "canary-of-the-audit-log" not in written
    assert vault.root_token not in written


def test_a_node_that_stands_by_hands_a_request_on(vault_nodes, prefix):
    standby = vault_nodes.client(address=vault_nodes.standby)
    standby.sys.enable_secrets_engine("kv", prefix)
    assert f"{prefix}/" in vault_nodes.get("sys/mounts")["data"]


def test_a_node_that_stands_by_says_so(vault_nodes):
    states = sorted(node.health() for node in vault_nodes.nodes)
    assert states == [ACTIVE, STANDBY, STANDBY]


def test_a_node_that_may_not_hand_on_says_where_the_active_one_is(vault_nodes):
    standby = next(node for node in vault_nodes.nodes if node.health() == STANDBY)
    headers = {"X-Vault-No-Request-Forwarding": "true"}
    code, _ = standby.ask("GET", "sys/mounts", token=vault_nodes.root_token, headers=headers)
    assert code == 307


def mounts(node, token):
    """What a node says; nothing as long as it cannot tell."""
    return node.ask("GET", "sys/mounts", token=token)[1].get("data", {})


def test_another_node_takes_over_from_one_that_fails(vault_nodes, prefix, until):
    vault_nodes.post(f"sys/mounts/{prefix}", {"type": "kv"})
    failed = vault_nodes.active()
    failed.stop()
    try:
        left = [node for node in vault_nodes.nodes if node is not failed]
        until(lambda: ACTIVE in {node.health() for node in left})
        # A standby may hear of the active one a moment later.
        until(lambda: f"{prefix}/" in mounts(left[0], vault_nodes.root_token))
    finally:
        failed.start()
        vault_nodes.unseal()
