"""`provisioner policy`: what people get wrong with it, and what it then says."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

ENVIRONMENT = """\
name: dev
cloud: local
owner: ml@example.com
region: eu-west-1
network: {cidr: 10.10.0.0/16, zones: 2}
registry: {repositories: [serving]}
policies: {rules: [../rules]}
"""
WAIVER = {
    "--id": "W-1",
    "--reason": "Nobody knows the team until next week.",
    "--ticket": "T-1",
    "--owner": "ml@example.com",
    "--requested-by": "ann",
    "--approved-by": "bob",
}


@pytest.fixture(autouse=True)
def _checkout(tmp_path, monkeypatch):
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "dev.yaml").write_text(ENVIRONMENT)


@pytest.fixture
def rule(cli, tmp_path):
    """The file of a rule of one's own."""
    assert cli("policy", "new", "ACME-001").code == 0
    return tmp_path / "rules" / "acme_001.py"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import os\nx(:\n", "rules/acme_001.py:2: SyntaxError: invalid syntax."),
        (
            "import os\nimport polices\n",
            "rules/acme_001.py:2: ModuleNotFoundError: No module named 'polices'.",
        ),
        ("raise SystemExit(0)\n", "rules/acme_001.py:1: SystemExit: 0."),
        ("import os\n", "rules: there is no rule in it"),
    ],
)
def test_rules_that_cannot_be_loaded_are_no_pass(cli, rule, text, said):
    rule.write_text(text)
    ended = cli("policy", "check", "dev")
    assert (ended.code, "RUN-161" in ended.err) == (1, True)
    assert said in ended.err


def test_a_rule_of_ones_own_takes_no_id_of_ours(cli, rule):
    assert "is a rule that there is" in cli("policy", "new", "BL-NET-001").err
    rule.write_text(rule.read_text().replace("ACME-001", "BL-NET-001"))
    assert "the id BL-NET-001 is that of another rule" in cli("policy", "list", "dev").err


@pytest.mark.parametrize("bug", ["1 / 0", "raise SystemExit(0)"])
def test_a_rule_that_breaks_names_its_line_and_stops_everything(cli, rule, bug):
    rule.write_text(rule.read_text().replace("    if not resource", f"    {bug}\n    if not resource"))
    ended = cli("policy", "check", "dev")
    assert (ended.code, " at acme_001.py:15." in ended.out) == (3, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("good:\n - : [\n", "ACME-001.yaml:2: it is no YAML"),
        ("good: 3\n", "it has no cases"),
        ("", "it has no cases"),
    ],
)
def test_cases_that_cannot_be_read_are_named(cli, rule, text, said):
    (rule.parent / "cases" / "ACME-001.yaml").write_text(text)
    ended = cli("policy", "test", "rules")
    assert (ended.code, said in ended.err) == (1, True)


def test_explaining_a_rule_that_there_is_not(cli):
    ended = cli("policy", "explain", "BL-EKS-01")
    assert ended.code == 1
    assert "There is no rule BL-EKS-01. Did you mean BL-EKS-001" in ended.err
    assert len(ended.err) < 400


def test_findings_go_where_a_file_can_be_written(cli, rule, tmp_path):
    ended = cli("policy", "check", "dev", "--format", "json", "--out", "new/findings.json")
    assert ended.code == 3
    assert json.loads((tmp_path / "new" / "findings.json").read_text())["blocks"]
    refused = cli("policy", "check", "dev", "--out", "rules/acme_001.py/findings")
    assert (refused.code, "RUN-030" in refused.err) == (1, True)


def test_nothing_is_no_good_state(cli, rule, tmp_path):
    """A file that is no state is refused; of one in which nothing is, that is said."""
    (tmp_path / "state.json").write_text('{"resources": []}')
    ended = cli("policy", "check", "dev", "--state", "state.json")
    assert (ended.code, "it holds no deployment" in ended.err) == (1, True)
    (tmp_path / "state.json").write_text('{"version": 3, "deployment": {}}')
    assert "nothing is recorded there" in cli("policy", "check", "dev", "--state", "state.json").err


def test_strict_lists_what_it_refuses(cli, rule):
    rule.write_text(
        rule.read_text().replace("    if not resource", '    resource.get("arn")\n    if resource')
    )
    rule.write_text(
        rule.read_text().replace("aws:s3/bucket:Bucket", "aws:kms/alias:Alias").replace("arn", "targetKeyId")
    )
    assert cli("policy", "check", "dev").code == 0
    ended = cli("policy", "check", "dev", "--strict")
    assert (ended.code, "ACME-001 acme-001 (not known yet)" in ended.out) == (3, True)
    assert "--strict" in ended.err


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--reason", "soon", "The reason is shorter than 20 characters."),
        ("--approved-by", "Ann", "Whoever asks for an exception cannot approve it."),
    ],
)
def test_no_waiver_is_written_that_would_waive_nothing(cli, rule, option, text, said):
    found = json.loads(cli("policy", "check", "dev", "--format", "json").out)["findings"]
    urn = next(each["urn"] for each in found if each["rule"] == "ACME-001")
    call = ("policy", "waive", "dev", "ACME-001", urn)
    assert cli(*call, *(part for pair in WAIVER.items() for part in pair)).code == 0
    ended = cli(*call, *(part for pair in {**WAIVER, option: text}.items() for part in pair))
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err


def test_a_file_without_waivers_is_not_called_an_environment(cli, rule, tmp_path):
    (tmp_path / "environments" / "dev.yaml").write_text(f"{ENVIRONMENT}governance: {{waivers: [w.yaml]}}\n")
    (tmp_path / "environments" / "w.yaml").write_text("- id: W-1\n")
    ended = cli("policy", "check", "dev")
    assert (ended.code, "There is no list `waivers`." in ended.out) == (3, True)


def test_a_baseline_that_is_written_again_prolongs_nothing(cli, rule, tmp_path):
    """Not even where the shell has emptied its file before anybody could read it."""
    file = tmp_path / "environments" / "known.yaml"
    text = ENVIRONMENT.replace("[../rules]", "[../rules], baseline: known.yaml")
    (tmp_path / "environments" / "dev.yaml").write_text(text)
    call = ("policy", "baseline", "dev", "--out", "environments/known.yaml")
    assert cli(*call).code == 0
    soon = datetime.now(UTC).date() + timedelta(days=2)
    ended = re.sub("expires: .*", f"expires: {soon}", file.read_text())
    file.write_text(ended)
    assert cli(*call).code == 0
    assert file.read_text() == ended
    file.write_text("")
    refused = cli("policy", "baseline", "dev")
    assert (refused.code, refused.out) == (1, "")
    assert "--out environments/known.yaml" in refused.err
