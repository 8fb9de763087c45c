"""The package: what a provider is told, what it is not to be told, and which Vault it means."""

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.interface import Refused
from provisioner.providers.vault.connection import VaultConnection, served_at
from provisioner.providers.vault.package import VaultPackage

URN = "urn:pulumi:dev::p::pulumi:providers:vault::v"
HERE = "https://vault.example:8200"


def test_nothing_of_this_machine_is_recorded(monkeypatch):
    for name, value in {"VAULT_SKIP_VERIFY": "true", "VAULT_MAX_RETRIES": "9", "VAULT_ADDR": HERE}.items():
        monkeypatch.setenv(name, value)
    given = {"skipTlsVerify": "true", "maxRetries": "9", "address": HERE}
    found = VaultPackage(VaultConnection()).check_config(URN, {}, given)
    assert found.problems == ()
    assert found.inputs == {"address": HERE, "maxRetries": "2"}


@pytest.mark.parametrize("name", ["token", "authLogin", "caCertFile", "headers"])
def test_a_way_in_is_not_taken_from_a_program(name):
    found = VaultPackage(VaultConnection()).check_config(URN, {}, {"address": HERE, name: "x"})
    assert [problem.property for problem in found.problems] == [name]
    with pytest.raises(Refused, match="neither tokens nor logins"):
        VaultPackage(VaultConnection()).configure({"address": HERE, name: "x"})


def test_nobody_is_trusted_blindly():
    found = VaultPackage(VaultConnection()).check_config(URN, {}, {"skipTlsVerify": "true"})
    assert [problem.property for problem in found.problems] == ["skipTlsVerify"]


@pytest.mark.parametrize(
    ("old", "new", "replaces", "updates"),
    [
        ({"address": HERE}, {"address": "https://other.example"}, (), ("address",)),
        ({"namespace": "a"}, {"namespace": "b"}, ("namespace",), ("namespace",)),
        ({"namespace": ""}, {}, (), ("namespace",)),
    ],
)
def test_what_another_configuration_means(old, new, replaces, updates):
    found = VaultPackage(VaultConnection()).diff_config(URN, old, new)
    assert (found.replaces, found.updates) == (replaces, updates)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://vault.example:8200", "over plain http: everybody on the way reads the token"),
        ("vault.example", "is no address of a Vault"),
        ("ftp://vault.example", "is no address of a Vault"),
    ],
)
def test_an_address_that_is_none_or_is_open_to_all(address, reason):
    with pytest.raises(Refused, match=reason):
        VaultPackage(VaultConnection()).configure({"address": address})


@pytest.mark.parametrize(
    "address", [HERE, "http://127.0.0.1:8200", "http://localhost:8200", "http://[::1]:8200"]
)
def test_an_address_that_will_do(address):
    assert served_at(f"{address}/") == address


def test_a_login_is_for_one_vault_alone():
    package = VaultPackage(VaultConnection(address=HERE))
    with pytest.raises(Refused, match="the login of this environment is for"):
        package.configure({"address": "https://other.example"})
    assert package.configure({"address": f"{HERE}/"}).session.address == HERE


def test_nobody_says_where_it_is():
    with pytest.raises(Refused, match="set VAULT_ADDR"):
        VaultPackage(VaultConnection()).configure({})


def test_variables_say_where_it_is_without_an_environment(monkeypatch):
    monkeypatch.setenv("VAULT_ADDR", HERE)
    monkeypatch.setenv("VAULT_NAMESPACE", "ml")
    session = VaultPackage(VaultConnection()).configure({}).session
    assert (session.address, session.namespace) == (HERE, "ml")


def test_providers_of_one_vault_share_their_session():
    package = VaultPackage(VaultConnection(address=HERE))
    assert package.configure({}).session is package.configure({"address": HERE}).session
    assert package.configure({"namespace": "a"}).session is not package.configure({}).session


def test_a_session_that_was_broken_off_is_not_used_again():
    package = VaultPackage(VaultConnection(address=HERE))
    first = package.configure({})
    first.cancel()
    assert package.configure({}).session is not first.session


def test_a_vault_that_is_made_in_the_same_run_can_be_planned_for():
    provider = VaultPackage(VaultConnection()).configure({"address": UNKNOWN})
    found = provider.check("vault:index/policy:Policy", "p", None, {"policy": ""}, bytes(32))
    assert provider.planned("vault:index/policy:Policy", None, found.inputs)["policy"] == ""
    with pytest.raises(Refused, match="is not known yet"):
        provider.create("vault:index/policy:Policy", found.inputs)


def test_every_type_says_what_it_takes():
    package = VaultPackage(VaultConnection())
    assert package.takes("vault:index/mount:Mount")["type"]
    assert not package.takes("vault:index/mount:Mount")["namespace"]
