"""`provisioner provider serve` as a person runs it: for an engine that is not ours."""

import contextlib
import signal
import subprocess
import sys

import pytest

from provisioner.providers.aws.session import Clients, Connection, Credentials
from tests.e2e.product import Product
from tests.support.protocol_client import connected

VPC = "aws:ec2/vpc:Vpc"


@pytest.fixture
def product(tmp_path):
    product = Product(tmp_path / "checkout")
    with contextlib.closing(product):
        yield product


def test_an_engine_makes_an_object_in_the_cloud_of_an_environment(product):
    process = product.started("provider serve aws --environment small")
    with connected(int(process.stdout.readline()), region="us-east-1") as client:
        client.type = VPC
        made = client.made({"cidrBlock": "10.88.0.0/16"})
    process.send_signal(signal.SIGINT)
    ran = product.ended(process)
    assert (ran.code, ran.out) == (0, "")
    assert "PULUMI_DEBUG_PROVIDERS=aws:" in ran.err

    endpoint = product("local status --json").json["endpoint"]
    there = Clients(Connection(endpoint, Credentials("local", "local"))).client("ec2", "us-east-1")
    assert [vpc["CidrBlock"] for vpc in there.describe_vpcs(VpcIds=[made.id])["Vpcs"]] == ["10.88.0.0/16"]


def test_a_command_runs_attached_and_ends_as_it_ends(product):
    product.variables["PULUMI_DEBUG_PROVIDERS"] = "random:40001"
    ran = product("provider serve aws -- printenv PULUMI_DEBUG_PROVIDERS")
    mine, ours = ran.out.strip().split(",")
    assert mine == "random:40001"
    assert ours.startswith("aws:")
    product("provider serve aws -- sh -c exit${IFS}7", code=7)
    ran = product("provider serve aws -- no-such-command", code=1)
    assert ran.err == "Error: `no-such-command` cannot be run: No such file or directory.\n"


def test_a_plugin_ends_with_the_engine_that_started_it(product):
    serve = f"{sys.executable} -m provisioner provider serve aws --parent $$"
    engine = subprocess.run(
        ["sh", "-c", f"{serve} & echo $!"],
        cwd=product.folder,
        env=product.surroundings(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    # It holds the pipe open until it has ended, so that getting here is the proof.
    assert engine.stdout.splitlines()[0].isdigit()
