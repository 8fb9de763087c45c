"""Every rule has cases, and says of each what it has to say."""

from pathlib import Path

import pytest

from policies.catalogue import BY_ID
from policies.check import check
from policies.model import Status, WhenUnknown
from policies.packs import RULES
from policies.values import UNKNOWN
from tests.support.policy_cases import ABSENT, changed, everywhere, leads, places, read, scene_of

CASES = Path(__file__).parent / "cases"
RULE = {rule.id: rule for rule in RULES}
ALL = [
    pytest.param(rule, kind, case, id=f"{name}-{kind}-{number}")
    for name, rule in RULE.items()
    if (CASES / f"{name}.yaml").exists()
    for kind, cases in read(CASES / f"{name}.yaml").items()
    for number, case in enumerate(cases)
]
NONSENSE = (ABSENT, UNKNOWN, None, 7, -0.5, "x", "", [], {}, [7], ["x"], [[]], [None], {"a": 7}, True, False)


def verdicts(rule, case):
    return check([rule], scene_of(case)).verdicts


@pytest.mark.parametrize(("rule", "kind", "case"), ALL)
def test_a_rule_judges_its_cases(rule, kind, case):
    said = verdicts(rule, case)
    assert not [each.message for each in said if each.status is Status.ERROR]
    match kind:
        case "good":
            assert {each.status for each in said} == {Status.PASS}, said
        case "bad":
            failed = sorted(each.path for each in said if each.status is Status.FAIL)
            assert failed == sorted(case["findings"])
            assert all(each.message.endswith(".") for each in said if each.status is Status.FAIL)
        case "unknown":
            expected = Status.FAIL if rule.entry.unknown is WhenUnknown.FAIL else Status.DEFERRED
            assert expected in {each.status for each in said}, said
        case "not_applicable":
            assert {each.status for each in said} == {Status.NOT_APPLICABLE}, said
        case _:
            pytest.fail(f"{kind} is no kind of case")


def test_a_rule_has_cases_of_each_kind():
    """One good, two bad, one unknown, one to which it does not apply, at the least."""
    for name, rule in RULE.items():
        cases = read(CASES / f"{name}.yaml")
        least = {"good": 1, "bad": 2}
        if not {"*", "environment"} & set(rule.types):
            least |= {"not_applicable": 1}
        if not rule.needs:
            least |= {"unknown": 1}
        assert {kind: len(cases.get(kind, ())) >= count for kind, count in least.items()} == dict.fromkeys(
            least, True
        ), name


def test_there_are_no_cases_without_a_rule():
    assert {path.stem for path in CASES.iterdir()} == set(RULE)


def test_every_rule_is_in_the_catalogue_once_and_says_what_to_do():
    assert len(RULE) == len(RULES)
    assert set(RULE) <= set(BY_ID)
    for rule in RULES:
        assert rule.title.endswith("."), rule.id
        assert rule.fix.endswith("."), rule.id
        assert rule.types, rule.id


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_rule_breaks_on_what_is_missing_unknown_or_of_the_wrong_kind(rule):
    """Every value of each good case, however deep, and in documents too, is taken away or becomes something else."""
    for case in read(CASES / f"{rule.id}.yaml")["good"]:
        for key, place, _ in everywhere(case):
            for value in NONSENSE:
                said = verdicts(rule, changed(case, key, place, value))
                assert not [each for each in said if each.status is Status.ERROR], (key, place, value)


@pytest.mark.parametrize(
    ("rule", "path"),
    [pytest.param(rule, path, id=f"{rule.id}-{path}") for rule in RULES for path in rule.reads],
)
def test_what_a_rule_reads_decides_it(rule, path):
    """Something that is right becomes wrong when this property is taken away, turned round, or as in a bad case."""
    cases = read(CASES / f"{rule.id}.yaml")
    wrong = [value for case in cases["bad"] for _, place, value in everywhere(case) if leads(path, place)]
    values = [ABSENT, True, False, 0, 10**6, "", "x", [], *wrong]
    assert any(
        each.status is Status.FAIL
        for case in cases["good"]
        for key, place in places(case, path)
        for value in values
        for each in verdicts(rule, changed(case, key, place, value))
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_finding_tells_a_value(rule):
    """A text of the inputs, if it is long enough to tell anything, is in no message."""
    for case in read(CASES / f"{rule.id}.yaml")["bad"]:
        told = [each for each in verdicts(rule, case) if each.status is Status.FAIL]
        for _, _, value in everywhere(case):
            if isinstance(value, str) and len(value) > 11:
                assert not [each.message for each in told if value in each.message]
