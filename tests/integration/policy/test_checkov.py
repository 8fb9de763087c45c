"""Our rules and Checkov's checks say the same of the same resources; where they do not, there is a reason."""

import json
from pathlib import Path

import pytest
import yaml

from policies.cases import read, scene_of
from policies.check import check
from policies.model import Status
from policies.packs import RULES
from tests.integration.policy import judges, terraform_plan

CASES = Path(__file__).parents[2] / "policies" / "cases"
WRITTEN = yaml.safe_load(Path(__file__).with_name("agreement.yaml").read_text(encoding="utf-8"))
TABLE = {rule: row for rule, row in WRITTEN.items() if "checks" in row}
RULE = {rule.id: rule for rule in RULES}
LEAST = 30
"""How many rules have to agree, on good resources and on bad ones."""

pytestmark = pytest.mark.timeout(900)  # the first run installs Checkov


def cases(rule):
    """Name -> what it is, its resources."""
    return {
        f"{kind} {number}": scene_of(case)
        for kind in ("good", "bad")
        for number, case in enumerate(read(CASES / f"{rule}.yaml")[kind], start=1)
    }


@pytest.fixture(scope="session")
def said(tmp_path_factory):
    """Checkov's verdict on each resource of each case, in one run: rule and case -> check -> verdict."""
    folder = tmp_path_factory.mktemp("cases")
    for rule in TABLE:
        for name, scene in cases(rule).items():
            write(folder / f"{rule} {name}", scene.resources)
    wanted = sorted({one for row in TABLE.values() for one in row["checks"]})
    frameworks = judges.PLANS, judges.MANIFESTS
    return judges.checkov(judges.python(), folder, tmp_path_factory.mktemp("home"), frameworks, wanted)


def write(path, resources):
    if (plan := terraform_plan.plan(resources))["resource_changes"]:
        path.with_suffix(".json").write_text(json.dumps(plan, indent=1))
    if manifests := terraform_plan.manifests(resources):
        path.with_suffix(".yaml").write_text(yaml.safe_dump_all(manifests))


def ours(rule, scene):
    return "fail" if Status.FAIL in {each.status for each in check([RULE[rule]], scene).verdicts} else "pass"


def theirs(rule, name, said):
    found = said.get(f"{rule} {name}", {})
    verdicts = {found[one] for one in TABLE[rule]["checks"] if one in found}
    return "fail" if "fail" in verdicts else "pass" if verdicts else "nothing"


def differing(rule, said):
    """Case -> what Checkov says of it, where that is not what our rule says."""
    pairs = {name: (ours(rule, scene), theirs(rule, name, said)) for name, scene in cases(rule).items()}
    return {name: their for name, (our, their) in pairs.items() if our != their}


@pytest.mark.parametrize("rule", TABLE)
def test_where_checkov_says_something_else_there_is_a_reason_and_nowhere_else(rule, said):
    rows = TABLE[rule].get("differences", ())
    listed = [(name, row["checkov"]) for row in rows for name in row["cases"]]
    assert sorted(listed) == sorted(differing(rule, said).items())
    assert all(row["because"].endswith(".") for row in rows)


def test_thirty_rules_agree_on_good_resources_and_on_bad_ones(said):
    agreed = []
    for rule in TABLE:
        same = cases(rule).keys() - differing(rule, said).keys()
        if {name.partition(" ")[0] for name in same} == {"good", "bad"}:
            agreed.append(rule)
    assert len(agreed) >= LEAST, agreed


def test_a_rule_whose_entry_names_checkov_is_compared_or_there_is_a_reason():
    naming = {rule.id for rule in RULES if any("CKV" in control for control in rule.entry.controls)}
    assert naming <= WRITTEN.keys()
    assert all(row["because"].endswith(".") for row in WRITTEN.values() if "checks" not in row)


def test_each_check_of_the_table_says_something(said):
    """A misspelt one would never disagree."""
    silent = {
        rule: sorted(
            set(row["checks"]) - {one for name in cases(rule) for one in said.get(f"{rule} {name}", ())}
        )
        for rule, row in TABLE.items()
    }
    assert {rule: found for rule, found in silent.items() if found} == {}
