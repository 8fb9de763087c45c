"""What AWS itself refuses to delete, and how a person takes that back."""

import pytest

from environments.load import find
from tests.support.environments import recorded

TYPES = ("aws:eks/cluster:Cluster", "aws:rds/instance:Instance")


@pytest.mark.parametrize(("written", "is_protected"), [("", True), ("governance: {protect: none}\n", False)])
def test_clusters_and_databases_are_protected_unless_the_file_says_otherwise(tmp_path, written, is_protected):
    base = find("prod").with_name("base.yaml").resolve()
    file = tmp_path / "prod.yaml"
    file.write_text(find("prod").read_text().replace("extends: base.yaml", f"extends: {base}") + written)
    found = [each for each in recorded(file).objects if each.type in TYPES]
    assert {each.type for each in found} == set(TYPES)
    assert {bool(each.inputs.get("deletionProtection")) for each in found} == {is_protected}


def test_nothing_in_the_local_cloud_is_protected():
    found = [each for each in recorded(find("local")).objects if each.type in TYPES]
    assert {bool(each.inputs.get("deletionProtection")) for each in found} == {False}
