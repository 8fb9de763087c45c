"""Commands that only read environment files."""

import json

import pytest

WRONG = "name: wrong\ncloud: local\nregion: us-east-1\nowner: a@example.com\nregistri: {}\n"


def test_valid_files_are_named(cli):
    ended = cli("validate", "local", "dev")
    assert ended.code == 0
    assert ended.out.count("is valid\n") == 2


def test_every_problem_of_every_file_is_told(cli, tmp_path):
    (tmp_path / "wrong.yaml").write_text(WRONG)
    ended = cli("validate", "wrong.yaml", "local", "nowhere")
    assert ended.code == 1
    assert "wrong.yaml:5:1" in ended.err
    assert "error[ENV-001]" in ended.err
    assert "is valid" in ended.out


@pytest.mark.parametrize(
    "arguments", [("plan", "wrong.yaml"), ("apply", "wrong.yaml", "--yes"), ("show", "wrong.yaml")]
)
def test_a_wrong_file_stops_every_command(cli, tmp_path, arguments):
    (tmp_path / "wrong.yaml").write_text(WRONG)
    ended = cli(*arguments)
    assert ended.code == 1
    assert "error[ENV-010]: Unknown setting" in ended.err
    assert not (tmp_path / ".provisioner").exists()


def test_show_is_a_file_of_its_own(cli, tmp_path):
    (tmp_path / "copy.yaml").write_text(
        "".join(line for line in cli("show", "local").out.splitlines(keepends=True) if "null" not in line)
    )
    assert cli("validate", "copy.yaml").code == 0


def test_show_origin_names_file_and_line_of_each_setting(cli):
    shown = cli("show", "local", "--origin").out
    [cloud] = [line for line in shown.splitlines() if line.startswith("cloud:")]
    assert "local.yaml:" in cloud
    [engine] = [line for line in shown.splitlines() if line.startswith("engine:")]
    assert engine.endswith("# default")


def test_show_for_programs(cli):
    found = json.loads(cli("show", "local", "--json").out)
    assert found["settings"]["cloud"] == "local"
    assert found["origins"]["engine"] is None


def test_schema_is_json(cli):
    assert json.loads(cli("schema").out)["$schema"].startswith("https://json-schema.org/")
