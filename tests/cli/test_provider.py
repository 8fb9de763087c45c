"""`provider install`: the drivers where Pulumi looks for plugins."""

import os
import shlex
import sys

import pytest

from provisioner.providers.aws.package import VERSION
from provisioner.providers.kubernetes.package import VERSION as KUBERNETES


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    return tmp_path / f"home/plugins/resource-aws-v{VERSION}/pulumi-resource-aws"


def test_pulumi_finds_them_as_the_version_that_programs_ask_for(cli, plugin):
    ran = cli("provider", "install", "aws")
    assert (ran.code, ran.out) == (0, f"Pulumi finds the drivers of aws {VERSION} at {plugin}.\n")
    *_, words = plugin.read_text().splitlines()
    # As pytest was called, and not by the name of the command.
    program = ["exec", sys.executable, "-m", "provisioner"]
    assert shlex.split(words) == [*program, "provider", "serve", "aws", "--parent", "$PPID"]
    assert os.access(plugin, os.X_OK)


def test_those_for_kubernetes_have_a_version_of_their_own(cli, tmp_path, plugin):
    ran = cli("provider", "install", "kubernetes")
    place = f"home/plugins/resource-kubernetes-v{KUBERNETES}/pulumi-resource-kubernetes"
    assert ran.code == 0
    assert "provider serve kubernetes --parent" in (tmp_path / place).read_text()


def test_a_second_time_they_are_written_anew(cli, plugin):
    cli("provider", "install", "aws")
    assert cli("provider", "install", "aws").code == 0


def test_the_plugin_of_pulumi_stays(cli, plugin):
    plugin.parent.mkdir(parents=True)
    plugin.write_bytes(b"\x7fELF")
    ran = cli("provider", "install", "aws")
    assert ran.code == 1
    assert "File exists" in ran.err
    assert plugin.read_bytes() == b"\x7fELF"


def test_a_cloud_without_an_environment_is_refused(cli):
    ran = cli("provider", "serve", "aws", "--cloud", "local")
    assert (ran.code, ran.err.splitlines()[-1]) == (
        1,
        "Error: --cloud is about an environment: add --environment ENV.",
    )
