"""A Pulumi project in an empty folder."""

import textwrap

import pytest

from provisioner.projects.running import Action, How, run_project
from tests.support.fake_cloud import FakeCloud, FakePackage


class Shop:
    """A project, and a fake cloud for its programs."""

    def __init__(self, folder):
        self.folder = folder / "project"
        self.folder.mkdir()
        self.cloud = FakeCloud(folder / "cloud.json")
        self.write("Pulumi.yaml", "name: shop\nruntime: python\n")

    def write(self, name, text):
        """A file of the project."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))

    def program(self, text):
        """What `__main__.py` says."""
        self.write("__main__.py", text)

    def run(self, action, stack="dev", **how):
        """What came of it."""
        packages = {"fake": FakePackage(self.cloud)}
        return run_project(self.folder, stack, Action(action), How(packages=packages, **how))

    def up(self, text, **how):
        """The program, applied."""
        self.program(text)
        return self.run("up", **how)


@pytest.fixture
def shop(tmp_path, quick_passphrase, monkeypatch):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "a passphrase")
    return Shop(tmp_path)
