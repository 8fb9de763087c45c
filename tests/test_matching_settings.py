"""From a property that differs to the setting that would have to say something else."""

import pytest

from environments.load import find, load
from provisioner.matching_settings import Matching
from provisioner.plan.diff import MISSING, Change
from provisioner.plan.values import UNKNOWN

MATCHING = Matching(load(find("local")))


@pytest.mark.parametrize(
    ("origin", "path", "is_now", "wanted", "match"),
    [
        ("network", "cidrBlock", "10.99.0.0/16", "10.10.0.0/16", "network.cidr: 10.99.0.0/16"),
        ("encryption.kms", "deletionWindowInDays", 7, 30, "encryption.kms.deletion_window: 7d"),
        ("registry.repositories[0]", "policy.rules[0].countNumber", 20, 50, "registry.keep_images: 20"),
        (
            "data_services[0]",
            "instanceClass",
            "db.t4g.large",
            "db.t4g.medium",
            "data_services[0].size: db.t4g.large",
        ),
        ("data_services[0]", "multiAz", True, False, "data_services[0].multi_az: true"),
        ("data_services[0]", "backupRetentionPeriod", 7, 1, "data_services[0].backups: 7d"),
        ("gpu_pools[0]", "scalingConfig.maxSize", 6, 2, "gpu_pools[0].nodes: 0..6"),
        ("cluster.system_pool", "scalingConfig.minSize", 1, 2, "cluster.system_pool.nodes: 1..3"),
        ("cluster", "version", "1.34", "1.35", 'cluster.version: "1.34"'),
        ("data_services[0]", "allocatedStorage", 50, 100, "data_services[0].storage: 50Gi"),
        ("network", "tagsAll.owner", "ann@x", "ml-platform@example.com", "owner: ann@x"),
        ("network", "tags.data-class", "internal", "confidential", "data_class: internal"),
        ("gpu_pools[0]", "instanceTypes[0]", "g6.2xlarge", "g6.xlarge", "gpu_pools[0].profile: g6.2xlarge"),
    ],
)
def test_the_setting_that_has_the_wanted_value_would_have_to_have_the_present_one(
    origin, path, is_now, wanted, match
):
    found = MATCHING.of(Change(path, is_now, wanted), origin)
    assert f"{found.setting}: {found.value}" == match
    assert not found.place or found.place.startswith("environments/")  # a default stands nowhere


@pytest.mark.parametrize(
    ("origin", "path", "is_now", "wanted"),
    [
        ("", "cidrBlock", "10.99.0.0/16", "10.10.0.0/16"),  # nobody knows where it comes from
        ("network", "cidrBlock", "10.99.0.0/16", "10.10.0.0/20"),  # made of a setting, not a setting
        ("network", "cidrBlock", MISSING, "10.10.0.0/16"),  # no value would do
        ("network", "cidrBlock", "10.99.0.0/16", UNKNOWN),
        ("network", "port", 4, 3),  # `network.zones` is 3 by chance
        ("network", "enabled", False, True),
        ("network", "ipv6", "true", True),  # another kind of value
        ("model_store", "days", 30, 90),  # two settings have it
        ("gpu_pools[0]", "scalingConfig.desiredSize", 6, 2),  # neither end of the range
        ("gpu_pools[0]", "maxSize", 9, 4),  # of another pool
        ("network", "tagsAll.Name", "a", "local-network"),
    ],
)
def test_what_cannot_be_told_is_not_guessed(origin, path, is_now, wanted):
    assert MATCHING.of(Change(path, is_now, wanted), origin) is None
