"""A database that is made in the same run as what makes it known to Vault: its address is not known in the plan."""

import pulumi
import pulumi_vault

from components.vault_database import Lease, VaultDatabase, VaultDatabaseArgs
from components.vault_databases import VaultDatabases, VaultDatabasesArgs
from tests.support.runs import changes


def test_a_database_whose_address_is_not_known_yet_becomes_known_as_planned(desk):
    mount = f"{desk.prefix}/database"

    def make(opts):
        through = pulumi.ResourceOptions(providers=[opts.provider])
        engine = VaultDatabases("databases", VaultDatabasesArgs(origin="it", mount=mount), through)
        other = pulumi_vault.Mount("other", path=f"{desk.prefix}/other", type="kv", opts=opts)
        args = VaultDatabaseArgs(
            origin="it",
            mount=mount,
            database="features",
            user="vault",
            password="of-the-tests",
            lease=Lease(ttl_s=3600, max_ttl_s=7200),
            policies=desk.prefix,
            is_verified=False,
            authority=None,
            endpoint=other.accessor.apply(lambda accessor: f"{accessor}.example:5432"),
        )
        VaultDatabase(
            "features",
            args,
            pulumi.ResourceOptions.merge(through, pulumi.ResourceOptions(depends_on=[engine])),
        )

    program = desk.program(make)
    desk.done(program)
    assert changes(desk.plan(program)) == []
    told = desk.server.get(f"{mount}/config/features")["data"]
    assert told["connection_details"]["connection_url"].endswith(".example:5432/postgres?sslmode=require")
    assert not any(b"of-the-tests" in file.read_bytes() for file in desk.folder.rglob("*") if file.is_file())
