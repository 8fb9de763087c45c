"""Plugins are found where Pulumi's engine finds them."""

import pytest

from provisioner.providers.interface import Refused
from provisioner.providers.protocol.finding import Attached, Places, Version
from tests.support.plugins import script


@pytest.fixture
def machine(tmp_path):
    """Puts plugins on the PATH and into Pulumi's folder."""

    class Machine:
        environment = {"PATH": str(tmp_path / "path"), "PULUMI_HOME": str(tmp_path / "home")}

        def install(self, *versions, name="lab"):
            for version in versions:
                folder = tmp_path / "home" / "plugins" / f"resource-{name}-v{version}"
                script(folder, f"pulumi-resource-{name}", "#!/bin/sh\n")

        def put_on_path(self, name="lab"):
            return script(tmp_path / "path", f"pulumi-resource-{name}", "#!/bin/sh\n")

        def places(self, **variables):
            return Places({**self.environment, **variables})

        def found(self, asked="", **variables):
            return getattr(self.places(**variables).find("lab", asked), "version", None)

    return Machine()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", "2.0.0"),
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("1.2.0", "1.10.0"),
        ("1.11.0", None),
        ("3.0.0", None),
        ("0.4.0", "0.4.9"),
        ("0.5.0", None),
        ("2.1.0-alpha.1", "2.1.0-alpha.1"),
        ("2.1.0-alpha.2", None),
    ],
)
def test_the_exact_version_or_else_the_newest_that_breaks_nothing(machine, asked, found):
    machine.install("0.4.2", "0.4.9", "1.2.3", "1.10.0", "1.9.0", "2.0.0", "2.1.0-alpha.1")
    assert machine.found(asked) == found


def test_a_prerelease_is_taken_where_there_is_nothing_else(machine):
    machine.install("1.0.0-rc.1", "1.0.0-rc.10", "1.0.0-rc.9")
    assert machine.found() == "1.0.0-rc.10"


def test_versions_are_in_the_order_of_their_rules():
    words = [
        "1.0.0-1",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0",
    ]
    assert sorted(reversed(words), key=Version.of) == words
    assert Version.of("1.0.0+build") == Version.of("1.0.0")
    assert Version.of("1.0") is None


def test_what_is_on_the_path_comes_before_what_is_installed(machine):
    machine.install("1.0.0")
    file = machine.put_on_path()
    assert machine.places().find("lab", "1.0.0").file == file
    assert machine.found("1.0.0", PULUMI_IGNORE_AMBIENT_PLUGINS="1") == "1.0.0"


def test_what_is_attached_comes_first(machine):
    machine.put_on_path()
    places = machine.places(PULUMI_DEBUG_PROVIDERS="other:1,lab:4711")
    assert places.find("lab", "1.0.0") == Attached("lab", 4711)
    with pytest.raises(Refused, match="names no port for lab"):
        machine.places(PULUMI_DEBUG_PROVIDERS="lab").find("lab")


def test_what_is_still_being_unpacked_is_not_there(machine, tmp_path):
    machine.install("1.0.0", "1.1.0")
    (tmp_path / "home" / "plugins" / "resource-lab-v1.1.0.partial").touch()
    assert machine.found() == "1.0.0"


def test_another_package_with_a_longer_name_is_another_package(machine):
    machine.install("1.0.0", name="lab-vx")
    machine.install("1.0.0", name="labs")
    assert not machine.places().exists("lab")


def test_where_it_was_looked_is_told(machine, tmp_path):
    machine.install("1.10.0", "1.9.0")
    assert machine.places().looked("lab") == (
        "PULUMI_DEBUG_PROVIDERS: no lab:PORT",
        "PATH: no pulumi-resource-lab",
        f"{tmp_path}/home/plugins: resource-lab in version 1.9.0, 1.10.0",
    )
    looked = machine.places(PULUMI_IGNORE_AMBIENT_PLUGINS="1").looked("other")
    assert looked[1:] == (
        "PATH: not looked at",
        f"{tmp_path}/home/plugins: no resource-other-v…",
    )


def test_without_a_home_of_its_own_pulumis_folder_is_in_the_persons(machine):
    assert str(Places({"HOME": "/home/ann"}).folder) == "/home/ann/.pulumi/plugins"
