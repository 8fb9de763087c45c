"""Rules keep what breaks them from being applied: in the plan, before a step, and in what runs."""

import json

from tests.e2e.product import SMALL

RULE = '''
from policies.model import Finding, rule
from policies.own import own


@rule(own("ACME-001"), "aws:ecr/repository:Repository", fix="Take `training` out of `registry.repositories`.")
def no_training(repository, scene):
    """There is no repository for training."""
    if repository.get("name", "").endswith("training"):
        yield Finding(repository, "name", "This one is for training.")


@rule(own("ACME-002"), "aws:kms/alias:Alias", fix="Ask security.")
def known_keys(alias, scene):
    """Aliases lead to keys that somebody has looked at."""
    if alias.get("targetKeyId"):
        yield Finding(alias, "targetKeyId", "Nobody has looked at this key.")
'''
RULES = 'policies: {rules: ["../rules.py"]}\n'


def test_what_breaks_a_rule_is_not_applied(product):
    (product.folder / "rules.py").write_text(RULE)
    product.written("small", SMALL + RULES)

    planned = product("plan small", code=3)
    assert "ACME-001" in planned.out
    assert "This one is for training." in planned.out
    assert "base.yaml:" in planned.out
    assert product("plan small --json", code=3).json["policy"]["blocks"]

    refused = product("apply small --yes", code=3)
    assert "RUN-160" in refused.err
    assert product("state list small --json").json["resources"] == []

    checked = product("policy check small --format sarif --out found.sarif", code=3)
    assert "1 finding stops this" in checked.err
    sarif = json.loads((product.folder / "found.sarif").read_text())
    assert [each["ruleId"] for each in sarif["runs"][0]["results"] if each["kind"] == "fail"] == ["ACME-001"]

    # Without training the plan passes; that aliases lead to keys cannot be told before there are keys.
    product.setting("training, ", "", file="base")
    assert "ACME-002" in product("policy check small --deferred").out
    stopped = product("apply small --yes", code=3)
    assert "RUN-162" in stopped.err
    assert "Nobody has looked at this key." in stopped.err
    assert not [
        each for each in product("state list small --json").json["resources"] if "alias" in each["type"]
    ]

    (product.folder / "rules.py").write_text(RULE.replace('alias.get("targetKeyId")', "False"))
    product("apply small --yes")
    assert product("policy check small").out == product("policy check small --live").out
    (product.folder / "state.json").write_text(product("state export small").out)
    (product.folder / "rules.py").write_text(RULE)
    found = product("policy check small --state state.json --format json", code=3).json["findings"]
    assert {each["rule"] for each in found if each["blocks"]} == {"ACME-002"}
