"""What the components of Vault declare, as text: types, names, parents, inputs, and what waits for what."""

import pytest

from components.model_network import Egress
from components.private_ca import Lifetimes, PrivateCa, PrivateCaArgs
from components.team_secrets import TeamSecrets, TeamSecretsArgs
from components.vault_audit import VaultAudit, VaultAuditArgs
from components.vault_cluster import PodRole, VaultCluster, VaultClusterArgs
from components.vault_database import Lease, VaultDatabase, VaultDatabaseArgs
from components.vault_databases import VaultDatabases, VaultDatabasesArgs
from components.vault_issuer import VaultIssuer, VaultIssuerArgs
from components.vault_key_ring import VaultKey, VaultKeyRing, VaultKeyRingArgs
from components.vault_operator import OperatorConnection, OperatorConnectionArgs
from components.vault_people import VaultPeople, VaultPeopleArgs
from components.vault_policy import VaultPolicy, VaultPolicyArgs, administering, policy_text, using
from components.vault_reach import InNamespace, VaultReach, VaultReachArgs
from components.vault_secrets import VaultSecrets, VaultSecretsArgs
from components.vault_server import VaultServer
from tests.support.recording import record

DAY = 86_400
TRUSTED = VaultServer(
    address="https://vault.example:8200", namespace="ml", authority="-----BEGIN", login="dev/kubernetes-here"
)
PUBLIC = VaultServer(
    address="https://vault.example", namespace=None, authority=None, login="dev/kubernetes-here"
)


def key(name, purpose, type, **other):
    args = dict(rotation_s=90 * DAY, minimum_version=1, exportable=False)
    return VaultKey(name=name, purpose=purpose, type=type, **{**args, **other})


def key_ring():
    keys = [
        key("models", "encrypt", "aes256-gcm96"),
        key("releases", "sign", "ed25519", minimum_version=3),
        key("reports", "authenticate", "hmac", exportable=True),
    ]
    args = VaultKeyRingArgs(
        origin="encryption.vault.transit", mount="dev/transit", policies="dev", keys=keys, disposable=False
    )
    VaultKeyRing("dev-vault-keys", args)


def secrets():
    args = VaultSecretsArgs(
        origin="encryption.vault",
        mount="dev/kv",
        policies="dev",
        teams=["search"],
        further={"dev/old/things": 3},
    )
    VaultSecrets("dev-vault-secrets", args)


def private_ca():
    args = PrivateCaArgs(
        origin="encryption.vault.pki",
        name="dev",
        address="https://vault.example:8200",
        root_mount="dev/pki",
        issuing_mount="dev/pki-issuing",
        key=("ec", 384),
        lifetimes=Lifetimes(root_s=3650 * DAY, issuer_s=1825 * DAY, certificate_s=3 * DAY),
        domains=["svc", "corp.example"],
        policies="dev",
    )
    PrivateCa("dev-vault-ca", args)


def database():
    args = VaultDatabaseArgs(
        origin="encryption.vault.databases",
        mount="dev/database",
        database="features-here",
        user="vault",
        password="",
        lease=Lease(ttl_s=3600, max_ttl_s=DAY),
        policies="dev",
        is_verified=True,
        authority="-----BEGIN",
        endpoint="db.example:5432",
    )
    VaultDatabase("dev-vault-db-features", args)


def people():
    args = VaultPeopleArgs(
        origin="encryption.vault.people",
        mount="dev/people",
        name="dev",
        issuer="https://sso.example",
        audiences=["vault"],
        user_claim="sub",
        groups_claim="groups",
        groups={"search-ml": ["dev-people-search", "dev-auditors"]},
    )
    VaultPeople("dev-vault-people", args)


def cluster():
    roles = [
        PodRole(name="team-search", namespaces=["search"], accounts=["*"], policies=["dev-team-search"]),
        PodRole(name="search.etl", namespaces=["search"], accounts=["etl"], policies=["dev-a", "dev-b"]),
    ]
    args = VaultClusterArgs(
        origin="encryption.vault",
        mount="dev/kubernetes-here",
        roles=roles,
        host="https://cluster",
        authority="CA",
    )
    VaultCluster("dev-vault-here", args)


def reach(place):
    args = VaultReachArgs(
        origin="encryption.vault",
        place=place,
        clients=["search"],
        software=["cert-manager"],
        accounts=[("cert-manager", "vault-issuer")],
    )
    return lambda: VaultReach("dev-vault-reach", args)


def team_secrets(by, server, members=()):
    args = TeamSecretsArgs(
        origin="teams[0]",
        team="search",
        members=members,
        by=by,
        server=server,
        role="team-search",
        store="dev/kv",
    )
    return lambda: TeamSecrets("dev-team-search-secrets", args)


def issuer():
    args = VaultIssuerArgs(
        origin="encryption.vault.pki",
        server=TRUSTED,
        path="dev/pki-issuing/sign/services",
        role="certificates",
        audience="https://kubernetes.default.svc",
    )
    VaultIssuer("dev-vault-issuer", args)


def connection(server):
    args = OperatorConnectionArgs(origin="encryption.vault", namespace="operators", server=server)
    return lambda: OperatorConnection("dev-vault-connection", args)


PROGRAMS = {
    "audit": lambda: VaultAudit(
        "dev-vault-audit", VaultAuditArgs(origin="it", path="dev", file="/var/log/v")
    ),
    "cluster": cluster,
    "database": database,
    "connection": connection(TRUSTED),
    "connection_that_everybody_trusts": connection(PUBLIC),
    "databases": lambda: VaultDatabases(
        "dev-vault-databases", VaultDatabasesArgs(origin="it", mount="dev/database")
    ),
    "issuer": issuer,
    "key_ring": key_ring,
    "people": people,
    "policy": lambda: VaultPolicy(
        "dev-vault-policy-auditors",
        VaultPolicyArgs(origin="it", name="dev-auditors", rules={'a/"b"/*': ("read", "list")}),
    ),
    "private_ca": private_ca,
    "reach_in_an_air_gap": reach(Egress(blocks=["10.0.0.0/8"], but=[], port=8200)),
    "reach_inside": reach(InNamespace(namespace="vault", port=8200)),
    "secrets": secrets,
    "team_secrets_by_external_secrets": team_secrets("external_secrets", TRUSTED),
    "team_secrets_by_the_operator": team_secrets("vault_operator", TRUSTED, ["search-ml"]),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_graph(program, golden):
    golden(record(PROGRAMS[program]).graph() + "\n")


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_childs_name_begins_with_its_components(program):
    assert record(PROGRAMS[program]).strangers == []


@pytest.mark.parametrize("ways", [("encrypt", "decrypt"), ("sign", "verify"), ("hmac", "verify")], ids=str)
def test_no_path_is_both_of_use_and_of_administration(ways):
    """Vault joins what all policies of a token say about one path; so none may have both."""
    use, administration = using("dev/transit", "models", ways), administering("dev/transit")
    changing = {path: {*said} - {"read", "list"} for path, said in administration.items()}
    assert {path for path, said in use.items() if {*said} != {"read"}}.isdisjoint(changing)
    assert not any(
        word in path for path in administration for word in ("encrypt", "decrypt", "sign", "export")
    )


def test_a_policy_is_written_as_vault_reads_it():
    assert policy_text({"a/b": ("read", "list"), "c/*": ("deny",)}) == (
        'path "a/b" {\n  capabilities = ["read", "list"]\n}\n\npath "c/*" {\n  capabilities = ["deny"]\n}\n'
    )
