"""What Checkov finds in what we ship is known, and there is a reason for it."""

import json
from pathlib import Path

import pytest
import yaml

from tests.integration.policy import judges, terraform_plan
from tests.support.judged import resources

SHIPPED = ("dev", "local", "prod", "prod-airgap", "prod-multi-region")
"""Those with a plan of resources of AWS."""

KNOWN = yaml.safe_load(Path(__file__).with_name("shipped.yaml").read_text(encoding="utf-8"))

pytestmark = pytest.mark.timeout(900)  # the first run installs Checkov


def test_what_checkov_finds_in_the_shipped_environments_has_a_reason_and_nothing_else_has(tmp_path):
    folder = tmp_path / "plans"
    folder.mkdir()
    for name in SHIPPED:
        (folder / f"{name}.json").write_text(json.dumps(terraform_plan.plan(resources(name))))
    said = judges.checkov(judges.python(), folder, tmp_path, [judges.PLANS])
    found = {}
    for name in SHIPPED:
        assert len(said[name]) > 50  # checks that have something to say of it
        for check in (check for check, verdict in said[name].items() if verdict == "fail"):
            found.setdefault(check, []).append(name)
    assert found == {check: row["where"] for check, row in KNOWN.items()}
    assert all(row["because"].endswith(".") for row in KNOWN.values())
