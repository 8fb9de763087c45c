"""How resources hang together, as far as it is known; and what one unknown hides: nothing."""

import pytest

from policies.cases import TODAY, read, scene_of
from policies.model import Finding, every
from policies.scene import Facts
from policies.values import UNKNOWN, Undecided, at, below, first_unknown

BUCKET, BLOCK = "aws:s3/bucket:Bucket", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"


def only(scene, type):
    (found,) = scene.of(type)
    return found


def yielding(*paths, then=None):
    yield from (Finding(only(scene_of({BUCKET: {}}), BUCKET), path, "Wrong.") for path in paths)
    if then:
        raise Undecided(then)


def test_nobody_refers_to_what_nobody_refers_to():
    scene = scene_of({BUCKET: {}})
    assert scene.referring(only(scene, BUCKET), "bucket", BLOCK) == ()


def test_somebody_may_refer_to_it_whose_value_comes_from_nowhere_known():
    scene = scene_of({BUCKET: {}, BLOCK: {"bucket": UNKNOWN}})
    with pytest.raises(Undecided, match="bucket"):
        scene.referring(only(scene, BUCKET), "bucket", BLOCK)


def test_a_value_that_comes_from_another_of_its_kind_is_not_it(tmp_path):
    file = tmp_path / "case.yaml"
    case = f"{{{BUCKET} mine: {{}}, {BUCKET} other: {{}}, {BLOCK}: {{bucket: !ref other.id}}}}"
    file.write_text(f"good: [{case}]")
    scene = scene_of(read(file)["good"][0])
    mine, other = sorted(scene.of(BUCKET), key=lambda each: each.name)
    assert scene.referring(mine, "bucket", BLOCK) == ()
    assert len(scene.referring(other, "bucket", BLOCK)) == 1


def test_what_is_found_is_told_before_what_is_not_known():
    told = []
    with pytest.raises(Undecided, match="first"):
        for each in every(yielding("a", then="first"), yielding("b"), yielding("c", then="second")):
            told.append(each.path)
    assert told == ["a", "b", "c"]


@pytest.mark.parametrize("value", [["a", "b"], ("a", "b")])
def test_a_parameter_with_names_is_a_list_however_it_is_read(value):
    facts = Facts(environment="test", today=TODAY, parameters={"R": {"names": value, "one": "a", "none": 7}})
    assert facts.names("R", "names") == ("a", "b")
    assert facts.names("R", "one") == ("a",)
    assert facts.names("R", "none", ["default"]) == ()
    assert facts.names("R", "absent", ["default"]) == ("default",)
    assert facts.names("S", "absent") == ()


def test_a_parameter_that_is_no_number_is_not_taken():
    facts = Facts(environment="test", today=TODAY, parameters={"R": {"days": 7, "text": "7"}})
    assert [facts.number("R", name, 30) for name in ("days", "text", "absent")] == [7, 30, 30]


def test_a_key_with_a_dot_has_a_path_of_its_own():
    path = below("data", "config.ini")
    assert path == 'data["config.ini"]'
    assert at({"data": {"config.ini": 7, "config": {"ini": 8}}}, path) == 7
    assert first_unknown({"data": {"config.ini": UNKNOWN}}) == path


ADDON, CLUSTER = "aws:eks/addon:Addon", "aws:eks/cluster:Cluster"


def test_a_name_means_what_has_it_in_the_same_region():
    named = {"$outputs": {"name": "prod"}}
    scene = scene_of(
        {
            f"{CLUSTER} here": {**named, "$region": "us-east-1"},
            f"{CLUSTER} there": {**named, "$region": "eu-west-1"},
            ADDON: {"clusterName": "prod", "$region": "eu-west-1"},
        }
    )
    here, there = sorted(scene.of(CLUSTER), key=lambda each: each.name)
    assert scene.referring(here, "clusterName", ADDON) == ()
    assert len(scene.referring(there, "clusterName", ADDON)) == 1
    assert scene.referred(only(scene, ADDON), "clusterName", CLUSTER) == (there,)


def test_one_of_several_that_is_not_known_may_be_anything():
    scene = scene_of({BUCKET: {}, "aws:eks/nodeGroup:NodeGroup": {"subnetIds": ["subnet-1", UNKNOWN]}})
    with pytest.raises(Undecided, match=r"subnetIds\[1\]"):
        scene.referred(only(scene, "aws:eks/nodeGroup:NodeGroup"), "subnetIds", BUCKET)
