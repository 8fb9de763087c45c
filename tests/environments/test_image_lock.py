"""The lock of an air gap's images: where it is looked for, and what it is to the rest."""

from pathlib import Path

import pytest

from environments.image_lock import in_lines, is_lock
from environments.load import find, load
from environments.mirror import Mirror, image_in
from environments.needed_images import is_without_a_digest, needed_images
from environments.needed_software import needed_software

HOST = "registry.corp.example"
DIGEST = f"sha256:{'1' * 64}"


def test_a_lock_is_one_of_the_files_that_an_environment_is_read_from():
    """So a plan in a file holds for this lock, and for no other."""
    found = load(find("prod-airgap"))
    assert [file.name for file in found.files] == ["prod-airgap.yaml", "base.yaml", "prod-airgap.lock"]
    assert set(found.digests) == {
        f"{HOST}/{each.name}" for each in needed_images(found.environment) if not each.has_digest
    }


def test_a_lock_is_seen_from_the_file_that_names_it(tmp_path):
    file = tmp_path / "staging.yaml"
    file.write_text(f"extends: {find('prod-airgap').resolve()}\nname: staging\n")
    assert load(file).digests == load(find("prod-airgap")).digests


def test_who_is_about_to_write_a_lock_needs_none():
    found = load(find("prod-airgap"), images="any")
    assert (len(found.files), found.digests) == (2, {})


def test_the_shipped_digests_are_recognizable_examples():
    """Nobody here can know those of a mirror: they count up from one."""
    digests = sorted(load(find("prod-airgap")).digests.values())
    assert digests == [f"sha256:{number:064x}" for number in range(1, len(digests) + 1)]
    assert "EXAMPLES" in find("prod-airgap").with_suffix(".lock").read_text()


def test_a_mirror_may_have_more_than_an_environment_takes_out_of_it():
    text = f"# of two environments\n\n{HOST}/docker.io/library/redis:8@{DIGEST}\n"
    assert in_lines(text, Path("of.lock"), HOST) == ({f"{HOST}/docker.io/library/redis:8": DIGEST}, [])


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b"", True),
        (b"# nothing yet\n", True),
        (f"{HOST}/a:1@{DIGEST}\n".encode(), True),
        (b"name: prod\n", False),
        (b"\xff\xfe", False),
    ],
)
def test_only_a_lock_is_written_over(data, is_one):
    assert is_lock(data) is is_one


def test_images_are_named_as_they_are_in_the_mirror():
    mirror = Mirror(host=HOST, digests={f"{HOST}/quay.io/a/b:1": DIGEST})
    assert image_in(None, "quay.io/a/b:1") == "quay.io/a/b:1"
    assert image_in(mirror, "quay.io/a/b:1") == f"{HOST}/quay.io/a/b:1@{DIGEST}"
    assert image_in(mirror, "quay.io/a/b:2") == f"{HOST}/quay.io/a/b:2"
    assert image_in(mirror, f"{HOST}/models/a:1@{DIGEST}") == f"{HOST}/models/a:1@{DIGEST}"


def test_what_a_chart_never_starts_with_our_values_is_not_needed():
    """On EKS the driver is in the nodes' image; nothing cuts GPUs where no pool has slices."""
    of = {
        name: {each.name.rpartition("/")[2].partition(":")[0] for each in needed_images(environment)}
        for name in ("prod-airgap", "prod", "on-prem")
        for environment in [load(find(name)).environment]
    }
    optional = {"container-toolkit", "k8s-driver-manager", "k8s-mig-manager", "driver"}
    assert {name: sorted(images & optional) for name, images in of.items()} == {
        "prod-airgap": [],
        "prod": ["k8s-mig-manager"],
        "on-prem": ["container-toolkit", "k8s-driver-manager", "k8s-mig-manager"],
    }
    assert is_without_a_digest(load(find("on-prem")).environment)
    assert not is_without_a_digest(load(find("prod")).environment)


def test_nothing_is_needed_where_nothing_is_delivered(tmp_path):
    file = tmp_path / "bare.yaml"
    text = "teams: []\nmodels: []\ngateway: null\ndelivery: null\nname: bare\n"
    file.write_text(f"extends: {find('dev').resolve()}\n{text}")
    environment = load(file).environment
    assert (needed_images(environment), needed_software(environment)) == ((), ())
