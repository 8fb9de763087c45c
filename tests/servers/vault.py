"""A real Vault on loopback as one runs it in production: raft storage, TLS, sealed until somebody unseals it.

Who starts it here initialises it, keeps the keys that unseal it, and turns an audit device on.
"""

import contextlib
import json
import os
import time
from pathlib import Path

import hvac
import requests
import urllib3

from tests.servers.build import program
from tests.servers.certificates import Authority
from tests.servers.running import Running, free_port

SHARES, THRESHOLD = 3, 2
"""As many keys unseal it together; fewer keep it sealed."""
ACTIVE, STANDBY, UNINITIALISED, SEALED = 200, 429, 501, 503
"""What `sys/health` answers: https://developer.hashicorp.com/vault/api-docs/system/health."""
QUICK = {
    "performance_multiplier": 1,  # the others notice within seconds that the active node is away
    "autopilot_reconcile_interval": "200ms",  # a new node gets its vote at once
    "autopilot_update_interval": "200ms",
}


class Refusal(AssertionError):
    """Vault said no; `code` is the HTTP status, `errors` what it said."""

    def __init__(self, asked, code, answer):
        self.code = code
        self.errors = answer.get("errors") or [str(answer)]
        super().__init__(f"{asked}: {code} {'; '.join(self.errors)}")


class Node:
    """One process of Vault, with a folder, a certificate and two ports of its own."""

    def __init__(self, folder: Path, name, authority):
        self.folder = folder / name
        self.folder.mkdir()
        self.address = f"https://127.0.0.1:{free_port()}"
        self._pool = urllib3.PoolManager(
            ssl_context=authority.trust, retries=False, timeout=urllib3.Timeout(30)
        )
        self._file = self.folder / "vault.json"
        self._file.write_text(json.dumps(self._settings(name, authority), indent=2))
        self._running = None
        self.start()

    def _settings(self, name, authority):
        certificate, key = authority.server(name)
        storage = {"path": str(self.folder), "node_id": name, **QUICK}
        among_nodes = f"127.0.0.1:{free_port()}"
        listener = {
            "address": self.address.removeprefix("https://"),
            "cluster_address": among_nodes,
            "tls_cert_file": str(certificate),
            "tls_key_file": str(key),
        }
        return {
            "storage": {"raft": storage},
            "listener": {"tcp": listener},
            "api_addr": self.address,
            "cluster_addr": f"https://{among_nodes}",
            "disable_mlock": True,  # a container may not lock memory
            "log_level": "warn",
        }

    def start(self):
        """Start it, on the ports that it always has, and wait until it answers: sealed, whatever it was before."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}
        command = [program("vault"), "server", f"-config={self._file}"]
        self._running = Running(self.folder / "vault.log", command, ours)
        self._running.until(self._answers)

    def stop(self):
        """End it as a failing machine would; what it stored stays."""
        if self._running:
            self._running.end()
            self._running = None

    def close(self):
        """End it, and every connection to it."""
        self.stop()
        self._pool.clear()

    def ask(self, method, path, body=None, token=None, headers=None):
        """The HTTP status and the answer, whatever they are. Nothing is tried twice, no redirection followed."""
        answer = self._pool.request(
            method,
            f"{self.address}/v1/{path}",
            body=None if body is None else json.dumps(body),
            headers={**({"X-Vault-Token": token} if token else {}), **(headers or {})},
            redirect=False,
        )
        try:
            return answer.status, answer.json() if answer.data else {}
        except ValueError:
            return answer.status, {"errors": [answer.data.decode(errors="replace")]}

    def health(self):
        """`ACTIVE`, `STANDBY`, `UNINITIALISED` or `SEALED`."""
        return self.ask("GET", "sys/health")[0]

    def leader(self):
        """The address of the node that it takes for the active one; empty if it knows of none."""
        return self.ask("GET", "sys/leader")[1].get("leader_address", "")

    def _answers(self):
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            return self.health() in {ACTIVE, STANDBY, UNINITIALISED, SEALED}
        return False

    def until(self, *states):
        """Wait until it is in one of these states."""
        until(lambda: self.health() in states, f"{self.address} did not answer any of {states}")


def until(happened, otherwise, seconds=60):
    """Wait for something that happens by itself, a little later."""
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit, f"{otherwise} in {seconds} s"
        time.sleep(0.02)


class Vault:
    """Vault in a folder of its own, unsealed, with `standbys` more nodes behind the active one; `close` ends all."""

    def __init__(self, folder: Path, standbys=0):
        self.authority = Authority.made(folder)
        self.ca = self.authority.file
        self.audit_log = folder / "audit.log"
        self._clients = []
        self.nodes = []
        try:
            self._set_up(folder, standbys)
        except BaseException:
            self.close()  # nobody else knows of what was started
            raise

    def _set_up(self, folder, standbys):
        first = Node(folder, "vault-1", self.authority)
        self.nodes.append(first)
        made = self._done(first, "PUT", "sys/init", {"secret_shares": SHARES, "secret_threshold": THRESHOLD})
        self.root_token, self.unseal_keys = made["root_token"], made["keys_base64"]
        self.unseal()
        self.put("sys/audit/file", {"type": "file", "options": {"file_path": str(self.audit_log)}})
        if standbys:
            self._stand_by(folder, standbys)

    def _stand_by(self, folder, standbys):
        """Start more nodes, and wait until each has a vote: without a majority no other one can take over."""
        self.post("sys/storage/raft/autopilot/configuration", {"server_stabilization_time": "100ms"})
        leader = {"leader_api_addr": self.nodes[0].address, "leader_ca_cert": self.ca.read_text()}
        for number in range(standbys):
            node = Node(folder, f"vault-{number + 2}", self.authority)
            self.nodes.append(node)
            self._done(node, "POST", "sys/storage/raft/join", leader)
            self._unseal(node)
        until(self._all_vote, "not every node got a vote")

    def _all_vote(self):
        members = self.get("sys/storage/raft/configuration")["data"]["config"]["servers"]
        return len(members) == len(self.nodes) and all(member["voter"] for member in members)

    @property
    def address(self):
        """Where clients find it; at first this is the active node."""
        return self.nodes[0].address

    @property
    def standby(self):
        """The address of the second node."""
        return self.nodes[1].address

    def client(self, token=None, address=None, **more):
        """hvac's client of a user: whose token is given, else root. `close` closes it."""
        client = hvac.Client(address or self.address, token or self.root_token, verify=str(self.ca), **more)
        adapter = requests.adapters.HTTPAdapter()
        adapter.init_poolmanager(1, 1, ssl_context=self.authority.trust)
        client.session.mount("https://", adapter)
        self._clients.append(client)
        return client

    def token(self, *policies, ttl="1h", **more):
        """A new token with these policies that ends after `ttl`; `more` as in `auth/token/create`."""
        made = self.post("auth/token/create", {"policies": policies, "ttl": ttl, **more})
        return made["auth"]["client_token"]

    def seal(self):
        """Seal it, as an operator does in an emergency: nobody can read or write anything."""
        self.put("sys/seal")
        self.nodes[0].until(SEALED)

    def unseal(self):
        """Unseal what is sealed, and wait until there is an active node again."""
        for node in self.nodes:
            self._unseal(node)
        until(self._agree, "the nodes did not agree on one of them")

    def _agree(self):
        return len({node.leader() for node in self.nodes}) == 1 and self.active() is not None

    def _unseal(self, node):
        for key in self.unseal_keys[:THRESHOLD]:
            self._done(node, "PUT", "sys/unseal", {"key": key})
        node.until(ACTIVE, STANDBY)

    def active(self):
        """The node that is active now, if there is one."""
        return next((node for node in self.nodes if node.health() == ACTIVE), None)

    def stop(self):
        """End every node as a failing machine would; what they stored stays."""
        for node in self.nodes:
            node.stop()

    def start(self):
        """Start what was stopped; it stays sealed."""
        for node in self.nodes:
            node.start()

    def restart(self):
        """End it, start it, unseal it: connections break, what was stored stays."""
        self.stop()
        self.start()
        self.unseal()

    def close(self):
        """End everything."""
        for client in self._clients:
            client.adapter.close()
        for node in self.nodes:
            node.close()

    def ask(self, method, path, body=None, token=None):
        """The HTTP status and the answer of the first node, whatever they are; root asks if no token is given."""
        return self.nodes[0].ask(method, path, body, token or self.root_token)

    def _done(self, node, method, path, body=None):
        code, answer = node.ask(method, path, body, getattr(self, "root_token", None))
        if code >= 300:
            raise Refusal(f"{method} {path}", code, answer)
        return answer

    def get(self, path):
        return self._done(self.nodes[0], "GET", path)

    def post(self, path, body=None):
        return self._done(self.nodes[0], "POST", path, body)

    def put(self, path, body=None):
        return self._done(self.nodes[0], "PUT", path, body)

    def delete(self, path):
        return self._done(self.nodes[0], "DELETE", path)

    def is_there(self, path):
        return self.ask("GET", path)[0] == 200

    def audited(self):
        """What was asked of it so far, as (operation, path), in order; reads the audit device's file."""
        entries = [json.loads(line) for line in self.audit_log.read_text().splitlines()]
        asked = [entry["request"] for entry in entries if entry["type"] == "request"]
        return [(request["operation"], request["path"]) for request in asked]
