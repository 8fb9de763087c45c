"""A pool and a database get other names in the environment file: typing what the plan offers, they stay."""

import shlex

from tests.e2e.product import ROOT

ON_AWS = ROOT / "tests/benchmarks/local.yaml"
"""Without teams and models, which name the pool, too."""


def test_typing_what_the_plan_offers_keeps_the_objects(product):
    product.written("local", ON_AWS.read_text())
    product("apply local --yes")
    product.setting("name: online", "name: inference", "local")
    product.setting("name: features", "name: store", "local")
    product.setting(
        "region: us-east-1", "region: us-east-1\nregistry: {repositories: [serving, books]}", "local"
    )
    plan = product("plan local --json").json
    assert plan["summary"]["create"] == plan["summary"]["delete"] - 4  # a repository is gone altogether
    # What is in a repository is addressed by its name, so a renamed one is another one: nothing is offered.
    commands = [shlex.split(each["command"])[1:] for each in plan["renames"]]
    assert {each[-1] for each in commands} == {"local-gpu-inference", "local-db-store"}
    for command in commands:
        assert "Recorded." in product(shlex.join([*command, "--yes"])).out
    plan = product("plan local --json").json
    assert plan["renames"] == []
    cluster = [step for step in plan["steps"] if step["layer"] == "cluster" and step["op"] != "same"]
    assert {step["op"] for step in cluster} <= {"update", "replace", "read"}
    assert [step["type"] for step in cluster if step["op"] == "replace"] == [
        "aws:cloudwatch/logGroup:LogGroup"
    ] * 2
    product.in_a_row("apply local --yes", "plan local --detailed-exitcode", "state verify local")
