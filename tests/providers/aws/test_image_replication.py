"""A registry has one replication configuration: each environment has its own rules in it, and only those."""

import pytest

from provisioner.providers.aws.special import image_replication
from provisioner.providers.interface import Identity, Refused

TYPE = "aws:ecr/replicationConfiguration:ReplicationConfiguration"


def rule(prefix, *regions, account="123456789012"):
    filters = [{"filter": prefix, "filterType": "PREFIX_MATCH"}] if prefix else []
    destinations = [{"region": region, "registryId": account} for region in regions]
    return {"destinations": destinations, "repositoryFilters": filters}


def wanted(*rules):
    return {"replicationConfiguration": {"rules": list(rules)}}


@pytest.fixture
def registry(client):
    """The rules in the registry: what they are for, and where to."""
    ecr = client("ecr")

    class Registry:
        def put(self, *rules):
            ecr.put_replication_configuration(replicationConfiguration={"rules": list(rules)})

        @property
        def rules(self):
            return {
                (one.get("repositoryFilters") or [{"filter": ""}])[0]["filter"]: [
                    each["region"] for each in one["destinations"]
                ]
                for one in ecr.describe_registry()["replicationConfiguration"]["rules"]
            }

    registry = Registry()
    registry.put()
    yield registry
    registry.put()


def made(provider, *rules):
    checked = provider.check(TYPE, "images", None, wanted(*rules), b"seed")
    return provider.create(TYPE, checked.inputs)


def test_two_environments_with_one_primary_region_keep_their_own_rules(provider, registry):
    one = made(provider, rule("prod/", "eu-west-1"))
    two = made(provider, rule("staging/", "eu-west-1", "us-west-2"))
    assert registry.rules == {"prod/": ["eu-west-1"], "staging/": ["eu-west-1", "us-west-2"]}
    for each in (one, two):
        now = provider.read(TYPE, Identity(each.id, each.inputs, each.outputs))
        assert not provider.diff(TYPE, now, each.inputs).updates
        assert now.inputs == each.inputs

    one = provider.update(TYPE, one, wanted(rule("prod/", "us-west-2")))
    assert registry.rules == {"staging/": ["eu-west-1", "us-west-2"], "prod/": ["us-west-2"]}
    provider.delete(TYPE, two)
    assert registry.rules == {"prod/": ["us-west-2"]}
    assert provider.read(TYPE, Identity(two.id, two.inputs, two.outputs)) is None
    provider.delete(TYPE, one)
    provider.delete(TYPE, one)
    assert registry.rules == {}


def test_a_rule_of_ours_that_was_taken_out_or_changed_is_drift_and_nobody_elses_is(provider, registry):
    mine = made(provider, rule("prod/", "eu-west-1"))
    identity = Identity(mine.id, mine.inputs, mine.outputs)
    registry.put(rule("staging/", "eu-west-1"), rule("prod/", "ap-southeast-1"))
    now = provider.read(TYPE, identity)
    assert provider.diff(TYPE, now, mine.inputs).updates == ("replicationConfiguration",)
    registry.put(rule("staging/", "eu-west-1"))
    assert provider.read(TYPE, identity) is None
    assert provider.read_all(TYPE, [identity]) == {mine.id: None}


def test_a_rule_for_the_same_repositories_to_elsewhere_is_not_taken_for_ours(provider, registry):
    registry.put(rule("prod/", "ap-southeast-1"))
    with pytest.raises(Refused, match="for prod/ to ap-southeast-1 already, and whose it is cannot be told"):
        made(provider, rule("prod/", "eu-west-1"))
    assert registry.rules == {"prod/": ["ap-southeast-1"]}


def test_a_rule_that_somebody_has_put_together_is_not_taken_apart(provider, registry):
    both = rule("prod/", "eu-west-1")
    both["repositoryFilters"] += rule("staging/")["repositoryFilters"]
    registry.put(both)
    with pytest.raises(Refused, match="prod/, staging/"):
        made(provider, rule("prod/", "eu-west-1"))


def test_a_change_does_not_take_over_somebody_elses_rule(provider, registry):
    mine = made(provider, rule("prod/", "eu-west-1"))
    registry.put(rule("prod/", "eu-west-1"), rule("staging/", "us-west-2"))
    with pytest.raises(Refused, match="for staging/ to us-west-2"):
        provider.update(TYPE, mine, wanted(rule("staging/", "eu-west-1")))
    assert registry.rules == {"prod/": ["eu-west-1"], "staging/": ["us-west-2"]}


def test_the_very_rule_that_is_wanted_is_what_an_interrupted_run_has_made(provider, registry):
    registry.put(rule("staging/", "eu-west-1"), rule("prod/", "eu-west-1"))
    assert provider.find(TYPE, wanted(rule("prod/", "eu-west-1")), []) == ["123456789012"]
    assert provider.find(TYPE, wanted(rule("prod/", "us-west-2")), []) == []
    made(provider, rule("prod/", "eu-west-1"))
    assert registry.rules == {"staging/": ["eu-west-1"], "prod/": ["eu-west-1"]}


def test_a_rule_that_another_run_overwrites_meanwhile_is_written_again(provider, registry, monkeypatch):
    write, interferences = image_replication.ImageReplications._write, [rule("staging/", "eu-west-1")]

    def written_by_two(self, target, rules):
        write(self, target, rules)
        if interferences:
            registry.put(interferences.pop())

    monkeypatch.setattr(image_replication.ImageReplications, "_write", written_by_two)
    made(provider, rule("prod/", "eu-west-1"))
    assert registry.rules == {"staging/": ["eu-west-1"], "prod/": ["eu-west-1"]}
    interferences += [rule("staging/", "eu-west-1")] * 3
    with pytest.raises(Refused, match="by somebody else at the same time"):
        made(provider, rule("prod/", "eu-west-1"))
