"""Every rule has cases, and says of each what it has to say."""

import functools
import itertools
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from policies.catalogue import BY_ID
from policies.check import check
from policies.model import Status, WhenUnknown
from policies.packs import RULES
from policies.values import UNKNOWN
from tests.support.policy_cases import ABSENT, changed, everywhere, leads, places, read, refers, scene_of

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


cases_of = functools.cache(lambda id: read(CASES / f"{id}.yaml"))
UNRELATED = {"random:index/randomPet:RandomPet unrelated": {"length": 2}}


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
        cases = cases_of(name)
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
    for case in cases_of(rule.id)["good"]:
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
    assert any(True for _ in turning_points(rule, path))


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        pytest.param(rule, path, id=f"{rule.id}-{path}")
        for rule in RULES
        if "*" not in rule.types  # where anything may be anywhere, not all that is unknown is suspicious
        for path in rule.reads
    ],
)
def test_no_rule_passes_by_not_knowing(rule, path):
    """Where another value would break the rule, one that is not known is told; unless only its absence would."""
    for case, key, place, value in turning_points(rule, path):
        if value is not ABSENT and value:
            said = verdicts(rule, changed(case, key, place, UNKNOWN))
            assert {Status.FAIL, Status.DEFERRED} & {each.status for each in said}, (key, place, value)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_what_is_wrong_does_not_pass_when_something_is_not_known(rule):
    """Whichever single value of a bad case is unknown: it still fails, or it cannot be told."""
    for case in cases_of(rule.id)["bad"]:
        for key, place, value in everywhere(case):
            if not isinstance(value, dict | list):
                said = verdicts(rule, changed(case, key, place, UNKNOWN))
                assert {Status.FAIL, Status.DEFERRED} & {each.status for each in said}, (key, place)


def turning_points(rule, path):
    """Each place of a good case that a path leads to, with a value by which the case becomes a bad one."""
    cases = cases_of(rule.id)
    found = [value for case in cases["bad"] for _, place, value in everywhere(case) if leads(path, place)]
    wrong = [value for value in found if not refers(value)]
    for case in cases["good"]:
        for key, place in places(case, path):
            for value in [ABSENT, True, False, 0, 10**6, "", "x", [], *wrong]:
                said = verdicts(rule, changed(case, key, place, value))
                if Status.FAIL in {each.status for each in said}:
                    yield case, key, place, value


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_neither_order_nor_what_is_unrelated_changes_a_verdict(rule):
    for case in (case for kind in ("good", "bad", "unknown") for case in cases_of(rule.id).get(kind, ())):
        said = told(rule, case)
        assert told(rule, dict(reversed(case.items()))) == said
        if "*" not in rule.types:
            assert told(rule, {**case, **UNRELATED}) == said


def told(rule, case):
    return [(each.status, each.resource.urn, each.path, each.message) for each in verdicts(rule, case)]


def test_the_types_and_properties_in_cases_are_those_of_aws():
    """As the SDK has them: a rule about a property that does not exist would never say anything."""
    for rule in RULES:
        for case in itertools.chain.from_iterable(cases_of(rule.id).values()):
            for key, inputs in case.items():
                if key.startswith("aws:"):
                    source = source_of(key.partition(" ")[0])
                    unknown = [
                        each for each in inputs or {} if not each.startswith("$") and each not in source
                    ]
                    assert not unknown, (rule.id, key, unknown)


@functools.cache
def source_of(token):
    """The properties of a resource in the SDK's own words."""
    module, name = token.split(":")[1].split("/")
    file = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    folder = {"lambda": "lambda_"}.get(module, module)
    text = (Path(find_spec("pulumi_aws").origin).parent / folder / f"{file}.py").read_text(encoding="utf-8")
    assert f"'{token}'" in text
    return {*re.findall(r'name="(\w+)"', text), *re.findall(r"def (\w+)\(self\)", text)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_finding_tells_a_value(rule):
    """A text of the inputs, if it is long enough to tell anything, is in no message."""
    for case in cases_of(rule.id)["bad"]:
        told = [each for each in verdicts(rule, case) if each.status is Status.FAIL]
        for _, _, value in everywhere(case):
            if isinstance(value, str) and len(value) > 11:
                assert not [each.message for each in told if value in each.message]
