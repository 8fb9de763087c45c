"""Drivers are made when something asks for them, and then once."""

import subprocess
import sys

import pytest

from provisioner.providers.on_demand import OnDemand


def test_a_package_is_made_once_and_when_it_is_asked_for():
    made = []
    packages = OnDemand({name: lambda name=name: made.append(name) or name for name in ("aws", "vault")})
    assert list(packages) == ["aws", "vault"]
    assert len(packages) == 2
    assert "aws" in packages
    assert not made
    assert [packages["vault"], packages.get("vault")] == ["vault", "vault"]
    assert made == ["vault"]


def test_what_there_is_no_package_for_is_nothing():
    packages = OnDemand({})
    assert packages.get("aws") is None
    with pytest.raises(KeyError):
        packages["aws"]


def test_a_project_is_opened_without_the_tables_of_aws_and_the_model_of_environments():
    look = (
        "import sys, provisioner.projects.running;"
        "print([name for name in ('environments.account', 'pydantic', 'provisioner.providers.aws.package')"
        " if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
