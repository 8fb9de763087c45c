"""`Pulumi.yaml`: which program is run, where, and what cannot be run here."""

import sys
from pathlib import Path

import pytest

from provisioner.engine.embedded.folder import Folder
from provisioner.engine.project_failures import NotAProject
from provisioner.projects.program import packages_of
from provisioner.projects.project import project_in, stack_name
from provisioner.projects.stack_config import StackFile
from provisioner.projects.state import keys_for, state_of


def written(folder, text, program="__main__.py"):
    (folder / "Pulumi.yaml").write_text(text)
    (folder / program).parent.mkdir(exist_ok=True)
    (folder / program).write_text("")
    return project_in(folder)


def refusal(folder, text, program="__main__.py"):
    with pytest.raises(NotAProject) as caught:
        written(folder, text, program)
    return caught.value.reason


def test_a_project_says_little(tmp_path):
    project = written(tmp_path, "name: shop\nruntime: python\n")
    assert (project.name, project.root, project.program) == ("shop", tmp_path, tmp_path / "__main__.py")
    assert project.stack_file("dev") == tmp_path / "Pulumi.dev.yaml"
    assert (project.backend, project.virtualenv, dict(project.config)) == ("", None, {})


def test_it_is_found_from_below(tmp_path):
    written(tmp_path, "name: shop\nruntime: python\n")
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert project_in(tmp_path / "a" / "b").root == tmp_path


@pytest.mark.parametrize(("main", "program"), [("src", "src/__main__.py"), ("src/app.py", "src/app.py")])
def test_main_is_a_folder_or_a_file_and_the_program_runs_there(tmp_path, main, program):
    project = written(tmp_path, f"name: shop\nruntime: {{name: python}}\nmain: {main}\n", program)
    assert project.program == tmp_path / program
    assert project.folder == tmp_path / "src"


@pytest.mark.parametrize("said", ["stackConfigDir: conf", "config: conf"])
def test_the_files_of_stacks_may_be_elsewhere(tmp_path, said):
    project = written(tmp_path, f"name: shop\nruntime: python\n{said}\n")
    assert project.stack_file("dev") == tmp_path / "conf" / "Pulumi.dev.yaml"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("runtime: python\n", "it has no `name`"),
        ("name: shop\n", "it has no `runtime`"),
        (
            "name: shop\nruntime: nodejs\n",
            "its runtime is `nodejs`, and the embedded engine runs Python programs",
        ),
        ("- a\n", "it is no mapping of keys to values"),
        ("name: shop\nruntime: python\nconfig: [a]\n", "`config` is no mapping of keys to values"),
    ],
)
def test_what_cannot_be_run_is_refused(tmp_path, text, reason):
    assert refusal(tmp_path, text) == reason


def test_a_program_that_is_not_there_is_named_as_pulumi_does(tmp_path):
    reason = refusal(tmp_path, "name: shop\nruntime: python\nmain: src\n", "other.py")
    assert reason == f"unable to find main python program `src` in `{tmp_path}`"


def test_no_project_anywhere(tmp_path):
    with pytest.raises(NotAProject):
        project_in(tmp_path)


@pytest.mark.parametrize("asked", ["dev", "organization/dev", "organization/shop/dev"])
def test_a_stack_may_be_called_in_full(tmp_path, asked):
    assert stack_name(written(tmp_path, "name: shop\nruntime: python\n"), asked) == "dev"


@pytest.mark.parametrize("asked", ["", "mine/dev", "organization/other/dev", "organization/shop/dev/x"])
def test_a_stack_of_somebody_else_is_refused(tmp_path, asked):
    with pytest.raises(NotAProject):
        stack_name(written(tmp_path, "name: shop\nruntime: python\n"), asked)


class TestVirtualEnvironments:
    """Ours has the SDK that the engine serves; packages of another one are added behind it."""

    HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"

    def project(self, folder, virtualenv="venv"):
        text = f"name: shop\nruntime: {{name: python, options: {{virtualenv: '{virtualenv}'}}}}\n"
        return written(folder, text)

    def test_our_own_adds_nothing(self, tmp_path):
        assert self.project(tmp_path, sys.prefix).virtualenv is None

    def test_one_that_is_not_there_is_passed_over(self, tmp_path):
        assert packages_of(self.project(tmp_path)) is None

    def test_one_of_the_same_python_is_added(self, tmp_path):
        packages = tmp_path / "venv" / "lib" / self.HERE / "site-packages"
        packages.mkdir(parents=True)
        assert packages_of(self.project(tmp_path)) == packages

    def test_one_of_another_python_is_refused(self, tmp_path):
        (tmp_path / "venv" / "lib" / "python2.7" / "site-packages").mkdir(parents=True)
        with pytest.raises(NotAProject) as caught:
            packages_of(self.project(tmp_path))
        assert "is of another Python" in caught.value.reason


class TestState:
    """Where Pulumi would look, and beside the project where nobody says."""

    def places(self, folder, backend=""):
        text = "name: shop\nruntime: python\n" + (f"backend: {{url: '{backend}'}}\n" if backend else "")
        return state_of(written(folder, text))

    def checkpoint(self, backend):
        assert isinstance(backend, Folder)
        return backend.place("shop", "dev").checkpoint

    def test_beside_the_project(self, tmp_path):
        at = tmp_path / ".provisioner" / "state" / ".pulumi" / "stacks" / "shop" / "dev.json"
        assert self.checkpoint(self.places(tmp_path)) == at

    def test_as_the_project_says(self, tmp_path):
        at = tmp_path / "kept here" / ".pulumi" / "stacks" / "shop" / "dev.json"
        assert self.checkpoint(self.places(tmp_path, "file://kept%20here")) == at

    def test_the_variable_counts_more(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///elsewhere")
        at = Path("/elsewhere/.pulumi/stacks/shop/dev.json")
        assert self.checkpoint(self.places(tmp_path, "file://here")) == at

    def test_a_bucket(self, tmp_path):
        backend = self.places(
            tmp_path, "s3://example-state/ml?region=eu-west-1&awssdk=v2&use_path_style=true"
        )
        assert type(backend).__name__ == "Bucket"

    @pytest.mark.parametrize("url", ["https://api.pulumi.com", "gs://b", "azblob://b", "s3://B"])
    def test_what_is_out_of_reach_is_refused_by_name(self, tmp_path, url):
        with pytest.raises(NotAProject) as caught:
            self.places(tmp_path, url)
        assert url in caught.value.reason

    def test_a_key_that_nothing_here_opens_is_refused_by_name(self, tmp_path):
        project = written(tmp_path, "name: shop\nruntime: python\n")
        with pytest.raises(NotAProject) as caught:
            keys_for(project, "dev", StackFile(provider="gcpkms://projects/x"))
        assert "gcpkms://projects/x" in caught.value.reason
