"""Pipelines for CI: valid where they run, made of commands that exist, about the environments that changed."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from provisioner.cli.main import commands

ROOT = Path(__file__).parents[2]
ROLES = (
    "--plan-role",
    "arn:aws:iam::123456789012:role/plan",
    "--apply-role",
    "arn:aws:iam::123456789012:role/apply",
)
KINDS = {
    "github": ("vendor.github-workflows",),
    "gitlab": ("vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
    "action": ("vendor.github-actions",),
}


@pytest.fixture(params=KINDS)
def written(request, cli, tmp_path):
    """(kind, file) of the action of this repository, and of pipelines for two environments."""
    if request.param == "action":
        return request.param, ROOT / "action.yml"
    ended = cli("export", "ci", request.param, "dev", "prod", *ROLES)
    assert ended.code == 0, ended.err
    file = tmp_path / f"{request.param}.yml"
    file.write_text(ended.out)
    return request.param, file


def scripts(found):
    """Every shell script in a pipeline."""
    match found:
        case dict():
            for key, value in found.items():
                if key in ("run", "script", "before_script"):
                    yield value if isinstance(value, str) else "\n".join(value)
                else:
                    yield from scripts(value)
        case list():
            for item in found:
                yield from scripts(item)


def test_it_is_what_its_schema_says(written):
    kind, file = written
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *KINDS[kind], str(file)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_its_scripts_are_shell(written):
    found = list(scripts(yaml.safe_load(written[1].read_text())))
    assert found
    for script in found:
        ran = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr


def test_its_commands_exist_with_their_options(written):
    text = "\n".join(scripts(yaml.safe_load(written[1].read_text())))
    lines = re.findall(r"provisioner ((?:[a-z]+ )+.*?)(?:\)|\||>|$)", text, re.M)
    assert {line.split()[0] for line in lines} >= {"policy", "plan"}
    for line in lines:
        command, words = commands, shlex.split(line)
        while isinstance(command, click.Group):
            command = command.get_command(click.Context(command), words.pop(0))
        options = {name for each in command.params for name in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_no_role_has_a_key(written):
    assert "AWS_SECRET_ACCESS_KEY" not in written[1].read_text()
    if written[0] == "github":
        jobs = yaml.safe_load(written[1].read_text())["jobs"]
        assert {name: job.get("permissions", {}).get("id-token") for name, job in jobs.items()} == {
            "changed": None,
            "plan": "write",
            "apply": "write",
        }
        assert jobs["apply"]["environment"] == "${{ matrix.environment }}"


@pytest.fixture
def repository(tmp_path):
    """A repository with three environments, two of which share a file; a branch has been begun."""

    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@y.z", *arguments], cwd=tmp_path, check=True
        )

    folder = tmp_path / "environments"
    (folder / "rules").mkdir(parents=True)
    local = "cloud: local\nregion: us-east-1\nnetwork: {cidr: 10.10.0.0/16, zones: 2}\n"
    (folder / "base.yaml").write_text("owner: a@b.cd\nregistry: {repositories: [serving]}\n")
    (folder / "one.yaml").write_text(f"extends: base.yaml\nname: one\n{local}")
    (folder / "two.yaml").write_text(f"extends: base.yaml\nname: two\n{local}policies: {{rules: [rules]}}\n")
    (folder / "alone.yaml").write_text(
        f"name: alone\nowner: a@b.cd\nregistry: {{repositories: [x]}}\n{local}"
    )
    (folder / "rules" / "a.py").write_text("")
    (tmp_path / "README.md").write_text("")
    git("init", "--quiet", "--initial-branch", "main")
    git("add", ".")
    git("commit", "--quiet", "--message", "all")
    git("switch", "--quiet", "--create", "branch")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("README.md", []),
        ("environments/alone.yaml", ["alone"]),
        ("environments/base.yaml", ["one", "two"]),
        ("environments/rules/a.py", ["two"]),
        ("environments/rules/new.py", ["two"]),
    ],
)
def test_what_changed_is_told_by_environment(cli, repository, file, names):
    with (repository / file).open("a") as changed:
        changed.write("# changed\n")
    assert cli("changed", "--since", "main").out.split() == names


def test_an_environment_that_is_not_valid_counts_as_changed_with_its_file(cli, repository):
    (repository / "environments/alone.yaml").write_text("name: alone\nregion: nowhere\n")
    ended = cli("changed", "--since", "main", "--json")
    assert ended.out == '["alone"]\n'
    assert "is not valid" in ended.err


def test_a_commit_that_is_not_there_is_told(cli, repository):
    ended = cli("changed", "--since", "nowhere")
    assert ended.code == 1
    assert "git does not say what differs from nowhere" in ended.err


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_nothing_is_installed_from_an_index_but_what_the_lock_names(cli, kind):
    text = cli("export", "ci", kind, "dev", *ROLES).out
    installs = [part for part in re.split("&&|\n", text) if "pip install" in part]
    assert installs
    for each in installs:
        assert "--require-hashes" in each or each.rstrip().endswith("--no-deps .")
