"""What the model says about its settings, and the nearest name for one it does not have."""

import pytest

from environments import vocabulary


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (("regoin",), "region"),
        (("zones",), "network.zones"),
        (("network", "cdir"), "network.cidr"),
        (("network", "vcp"), "network.vpc"),
        (("network", "keep_images"), "registry.keep_images"),
        (("encryption", "kms", "rotate"), "encryption.kms.rotation"),
        (("extend",), "extends"),
        (("registry", "extend"), None),
        (("weather",), None),
        (("",), None),
    ],
)
def test_the_setting_that_was_probably_meant(written, meant):
    assert vocabulary.nearest(written) == meant


def test_the_name_of_an_alternative_is_not_part_of_a_path():
    assert vocabulary.path_of(("network", "own", "zones")) == ("network", "zones")
    assert vocabulary.path_of(("network", "existing", "private_subnets", 1)) == (
        "network",
        "private_subnets",
        1,
    )
    assert vocabulary.path_of(("network", "own", "own")) == ("network", "own")
    assert vocabulary.path_of(("registry", "repositories", 0)) == ("registry", "repositories", 0)
