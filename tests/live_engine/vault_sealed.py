"""A stack whose secrets a real Vault seals: Pulumi's engine and ours open what the other has sealed."""

import json
import os
import subprocess
from dataclasses import replace

import pulumi
import pytest

from environments.account import State
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.interface import Access
from provisioner.engine.pulumi_cli.engine import PulumiEngine
from provisioner.plan.model import Mode, Source
from provisioner.providers.vault.connection import TokenLogin, VaultConnection
from provisioner.state_wiring import keys_of
from tests.e2e.product import PATIENCE
from tests.live_engine.desk import RealDesk
from tests.servers.vault import Vault
from tests.support.fake_cloud import FakePackage, FakeRegistry, Thing

KEY = "hashivault://state?engine=prod/transit"
USES_THE_KEY = "".join(
    f'path "prod/transit/{operation}/state" {{ capabilities = ["update"] }}\n'
    for operation in ("encrypt", "decrypt")
)
PROGRAM = """\
import pulumi

config = pulumi.Config()
pulumi.export("secret", config.require_secret("word"))
pulumi.export("number", config.get_int("number") or 1)
"""


@pytest.fixture
def vault(tmp_path):
    (tmp_path / "vault").mkdir()
    server = Vault(tmp_path / "vault")
    server.post("sys/mounts/prod/transit", {"type": "transit"})
    server.post("prod/transit/keys/state", {})
    server.put("sys/policies/acl/state", {"policy": USES_THE_KEY})
    yield server
    server.close()


@pytest.fixture
def project(tmp_path, vault):
    folder = tmp_path / "shop"
    (folder / "state").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    return Project(folder, vault)


class Project:
    """A project with a state in a folder, and the commands in it."""

    def __init__(self, folder, vault):
        self.folder = folder
        self.variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PULUMI_HOME": str(folder / "pulumi-home"),
            "PULUMI_BACKEND_URL": f"file://{folder}/state",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "VAULT_SERVER_URL": vault.address,
            "VAULT_SERVER_TOKEN": vault.token("state"),
            "VAULT_CACERT": str(vault.ca),
        }

    def __call__(self, line, code=0):
        ran = subprocess.run(
            line.split(),
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert ran.returncode == code, f"`{line}` ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}"
        return ran.stdout + ran.stderr

    def sealed_by(self):
        file = self.folder / "state/.pulumi/stacks/shop/dev.json"
        return json.loads(file.read_text())["checkpoint"]["latest"]["secrets_providers"]


def test_a_stack_goes_from_one_engine_to_the_other_and_back(project, vault):
    project(f"pulumi --non-interactive stack init dev --secrets-provider {KEY}")
    project("pulumi --non-interactive config set --secret word canary-5f1c")
    project("provisioner engine run up --stack dev --yes")
    sealed_by = project.sealed_by()
    assert sealed_by["state"]["url"] == KEY
    assert "1 unchanged" in project("pulumi --non-interactive preview --expect-no-changes --stack dev")
    project("pulumi --non-interactive config set number 2 --stack dev")
    project("pulumi --non-interactive up --yes --skip-preview --stack dev")
    assert "No changes" in project("provisioner engine run preview --stack dev")
    project("pulumi --non-interactive config set number 3 --stack dev")
    project("provisioner engine run up --stack dev --yes")
    assert project.sealed_by() == sealed_by
    shown = project("pulumi --non-interactive stack output --json --show-secrets --stack dev")
    assert json.loads(shown) == {"secret": "canary-5f1c", "number": 3}
    assert b"canary-5f1c" not in b"".join(
        file.read_bytes() for file in project.folder.rglob("*") if file.is_file()
    )
    vault.post("prod/transit/keys/state/rotate")
    assert "No changes" in project("provisioner engine run preview --stack dev")


def test_pulumi_opens_what_was_sealed_here_for_the_first_time(project):
    """The key of the secrets is made by our engine, in a stack file that names Vault's key alone."""
    (project.folder / "Pulumi.dev.yaml").write_text(
        f"secretsprovider: {KEY}\nconfig:\n  shop:word: canary-77aa\n"
    )
    project("provisioner engine run up --stack dev --yes")
    made = project.sealed_by()["state"]["encryptedkey"]
    file = project.folder / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("config:", f"encryptedkey: {made}\nconfig:"))
    project("pulumi --non-interactive preview --expect-no-changes --stack dev")
    shown = project("pulumi --non-interactive stack output secret --show-secrets --stack dev")
    assert shown.strip() == "canary-77aa"


class SealedDesk(RealDesk):
    """Pulumi's engine as the wiring of an environment sets it up; no variable says where Vault is."""

    def by_settings(self, vault):
        login = TokenLogin(vault.token("state"))
        connection = VaultConnection(address=vault.address, ca=vault.ca, login=login)
        self.keys = keys_of(State(secrets=KEY), "", is_local=False, vault=lambda: connection)
        return self

    def engine(self):
        made = super().engine()
        home = replace(made._lying.home, around=self.keys.around)
        return PulumiEngine(replace(made._lying, home=home), made._packages, self.keys, lambda *_: None)

    def embedded(self):
        packages = {"fake": FakePackage(self.cloud)}
        return EmbeddedEngine(Folder(self.folder / "state"), packages, self.keys, lambda *_: None)


def with_secret():
    """A thing with a secret."""
    Thing(
        "a",
        note=pulumi.Output.secret("canary-0b7e"),
        opts=pulumi.ResourceOptions(provider=FakeRegistry("here")),
    )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_settings_alone_lead_both_engines_to_the_key(tmp_path, vault):
    (tmp_path / "desk").mkdir()
    desk = SealedDesk(tmp_path / "desk").by_settings(vault)
    desk.apply(with_secret)
    assert desk.plan(with_secret).is_empty
    with desk.embedded().open(desk.stack(with_secret), Access.READ) as run:
        assert run.preview(Mode.UPDATE, Source.STATE).is_empty
