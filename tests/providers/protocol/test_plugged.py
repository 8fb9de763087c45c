"""Plugins of a run: found, started when they are needed, shared, and ended with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from provisioner.providers.interface import NO_PLUGIN, Refused
from provisioner.providers.protocol.packages import PREFERRED, Packages
from tests.conformance.provider.cloud import Cloud
from tests.conformance.provider.serving import install, served
from tests.support.plugins import script

BOX = "lab:index:Box"


class Driver:
    """A package of ours."""

    version = "1.0.0"


@pytest.fixture
def packages(tmp_path):
    """Makes packages for a machine with these variables; ends what they start."""
    made = []

    def make(drivers=None, **variables):
        environment = {**os.environ, "PULUMI_HOME": str(tmp_path / "home"), **variables}
        made.append(Packages(drivers or {}, environment))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def path(tmp_path):
    """A PATH on which the plugin `lab` is."""
    folder = tmp_path / "path"
    folder.mkdir()
    install(folder, tmp_path / "cloud.json", sys.executable)
    return f"{folder}:{os.environ['PATH']}"


def running(packages):
    return len(packages._plugs._open)


def test_for_our_own_drivers_nothing_is_looked_for_or_imported():
    program = (
        "import sys\n"
        "from provisioner.providers.protocol.packages import packages_with_plugins\n"
        "packages = packages_with_plugins({'aws': object()})\n"
        "assert 'aws' in packages and packages['aws'] and list(packages) == ['aws'] and len(packages) == 1\n"
        "packages.listen(print)()\n"
        "packages.close()\n"
        "assert not {'grpc', 'pulumi', 'subprocess'} & set(sys.modules), sorted(sys.modules)\n"
    )
    assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", program) == 0


def test_a_package_without_driver_and_plugin_is_not_there(packages):
    assert "nowhere" not in packages()
    assert packages().looked("nowhere")[0] == "PULUMI_DEBUG_PROVIDERS: no nowhere:PORT"


def test_our_driver_comes_before_a_plugin_unless_the_person_says_otherwise(packages, path):
    driver = Driver()
    assert packages({"lab": driver}, PATH=path)["lab"] is driver
    assert packages({"lab": driver}, PATH=path, **{PREFERRED: "other, lab"})["lab"] is not driver


def test_equal_configurations_share_a_process_and_others_do_not(packages, path):
    machine = packages(PATH=path)
    first = machine["lab"].configure({"account": "1"})
    assert machine["lab"].configure({"account": "1"}) is first
    assert running(machine) == 1
    machine["lab"].configure({"account": "2"})
    assert running(machine) == 2


def test_what_was_asked_about_a_configuration_is_configured_with_it(packages, path):
    machine = packages(PATH=path)
    urn = "urn:pulumi:dev::shop::pulumi:providers:lab::own"
    checked = machine["lab"].check_config(urn, {}, {"account": "1", "version": "1.2.3"})
    assert checked.inputs == {"account": "1", "version": "1.2.3"}
    diff = machine["lab"].diff_config(urn, {"account": "1"}, {"account": "2", "note": "n"})
    assert (diff.replaces, diff.updates) == (("account",), ("note",))
    broken = machine["lab"].check_config(urn, {}, {"broken": True})
    assert [each.property for each in broken.problems] == ["broken"]
    machine["lab"].configure(checked.inputs)
    assert running(machine) == 1


def test_closing_ends_the_processes(packages, path):
    machine = packages(PATH=path)
    machine["lab"].configure({})
    process = machine._plugs._open[0].process
    machine.close()
    assert process.has_ended


def test_the_end_of_the_process_ends_them_too(path, tmp_path):
    program = (
        "from provisioner.providers.protocol.packages import packages_with_plugins\n"
        "packages = packages_with_plugins({})\n"
        "packages['lab'].configure({})\n"
        "print(packages._plugs._open[0].process._process.pid)\n"
    )
    environment = {**os.environ, "PATH": path, "PULUMI_HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert ended.stderr == ""
    assert not Path(f"/proc/{ended.stdout.strip()}").exists()


def test_a_plugin_that_died_is_started_again_for_the_next_run(packages, path):
    machine = packages(PATH=path)
    first = machine["lab"].configure({})
    os.killpg(machine._plugs._open[0].process._process.pid, 9)
    assert first.line.is_ending()
    second = machine["lab"].configure({})
    assert second.check(BOX, "a", None, {}, b"").inputs == {"size": "small"}


def test_an_attached_plugin_is_used_and_left_alone(packages, tmp_path):
    with served(Cloud(tmp_path / "cloud.json")) as port:
        machine = packages(PULUMI_DEBUG_PROVIDERS=f"lab:{port}")
        provider = machine["lab"].configure({})
        assert provider.create(BOX, {"size": "big"}).id == "-1"
        machine.close()
        again = packages(PULUMI_DEBUG_PROVIDERS=f"lab:{port}")
        assert again["lab"].configure({}).read_all(BOX, []) == {}


def test_where_nobody_can_be_attached_to_that_is_said(packages):
    machine = packages(PULUMI_DEBUG_PROVIDERS="lab:9")
    with pytest.raises(Refused, match="no plugin lab answers where one is to be attached"):
        machine["lab"].configure({})


def test_a_version_that_no_plugin_serves_is_refused(packages, tmp_path):
    script(tmp_path / "home" / "plugins" / "resource-lab-v1.0.0", "pulumi-resource-lab", "#!/bin/sh\n")
    with pytest.raises(Refused) as caught:
        packages()["lab"].configure({"version": "2.0.0"})
    assert caught.value.code == NO_PLUGIN


def test_a_plugin_speaks_of_itself_in_no_more_than_its_last_words(packages, tmp_path):
    script(Path(tmp_path / "path"), "pulumi-resource-lab", "#!/bin/sh\necho no licence found >&2\nexit 4\n")
    with pytest.raises(
        Refused,
        match="ended with exit status 4 and never told which port it listens on; it said last:\nno licence found",
    ):
        packages(PATH=f"{tmp_path}/path:{os.environ['PATH']}")["lab"].configure({})


def test_the_command_ends_them_although_it_ends_at_once(path, tmp_path):
    program = (
        "from provisioner import __main__ as command\n"
        "from provisioner.providers.protocol.packages import packages_with_plugins\n"
        "def run(_):\n"
        "    packages = packages_with_plugins({})\n"
        "    packages['lab'].configure({})\n"
        "    print(packages._plugs._open[0].process._process.pid)\n"
        "    return 7\n"
        "command.run = run\n"
        "command.main()\n"
    )
    environment = {**os.environ, "PATH": path, "PULUMI_HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (7, "")
    assert not Path(f"/proc/{ended.stdout.strip()}").exists()


def test_a_child_that_plans_starts_none(packages, path, monkeypatch):
    machine = packages(PATH=path)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(ChildProcessError):
        machine["lab"]
