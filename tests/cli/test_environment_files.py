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


NAMED = """\
name: named
cloud: local
region: us-east-1
owner: a@example.com
network: {cidr: 10.10.0.0/16}
registry: {repositories: [serving]}
governance: {waivers: [waivers.yaml, nowhere.yaml]}
policies:
  rules: [broken.py, none.py, there-is-none, ours]
  baseline: baseline.yaml
"""
RULE = '''\
from policies.model import rule
from policies.own import own


@rule(own("ACME-001"), "aws:s3/bucket:Bucket", fix="Do.", reads=())
def owned(bucket, scene):
    """Every bucket belongs to a team."""
    return iter(())
'''
WAIVER = """\
waivers:
  - id: W-1
    rule: ACME-001
    resource: "urn:pulumi:named.us-east-1::foundation::aws:s3/bucket:Bucket::b"
    value: sha256:0000000000000000000000000000000000000000000000000000000000000000
    reason: too short
    ticket: T-1
    owner: a@example.com
    requested_by: a@example.com
    approved_by: [A@example.com]
    created: 2026-11-20
    expires: 2026-11-22
"""


@pytest.fixture
def named(tmp_path):
    for name, text in (
        ("named.yaml", NAMED),
        ("broken.py", "def rule(:\n"),
        ("none.py", "RULES = ()\n"),
        ("waivers.yaml", WAIVER),
        ("baseline.yaml", "findings:\n  - fingerprint: a\n"),
    ):
        (tmp_path / name).write_text(text)
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "acme_001.py").write_text(RULE)
    return tmp_path


def test_the_files_that_are_named_for_rules_are_checked_too(cli, named, golden):
    ended = cli("validate", "named.yaml")
    assert (ended.code, ended.out) == (1, "")
    golden(ended.err)


def test_waivers_of_rules_of_ones_own_are_right_when_these_are_loaded(cli, named):
    """Whoever has named them rightly hears of nothing."""
    text = NAMED.replace("broken.py, none.py, there-is-none, ", "").replace(", nowhere.yaml", "")
    (named / "named.yaml").write_text(text.replace("  baseline: baseline.yaml\n", ""))
    right = WAIVER.replace("too short", "It is a long story, and a true one.").replace("A@ex", "b@ex")
    (named / "waivers.yaml").write_text(right)
    assert cli("validate", "named.yaml").code == 0
    (named / "waivers.yaml").write_text(right.replace("ACME-001", "ACME-002"))
    assert "waivers.yaml:3" in cli("validate", "named.yaml").err
