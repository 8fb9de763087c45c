"""The software book: every row can be fetched and mirrored, and nothing in it floats."""

import re

import pytest

from environments.mirror import Mirror, image_in
from environments.node_software import DRIVER
from environments.software_book import BOOK, NAMESPACES
from policies.images import image

ROWS = list(BOOK.values())
HOST = "registry.corp.example"
MIRROR = Mirror(host=HOST)


@pytest.fixture(params=ROWS, ids=lambda row: row.name)
def row(request):
    return request.param


def leaves(values):
    for value in values.values():
        if isinstance(value, dict):
            yield from leaves(value)
        else:
            yield value


def test_each_need_is_a_row_that_stands_before(row):
    before = list(BOOK)[: list(BOOK).index(row.name)]
    assert [need for need in row.needs if need not in before] == []


def test_what_is_replaced_is_no_row(row):
    assert not set(row.replaces) & set(BOOK)


def test_each_kind_belongs_to_one_row():
    kinds = [kind for row in ROWS for kind in row.kinds]
    assert len(kinds) == len(set(kinds))
    assert all(re.fullmatch(r"[a-z0-9.-]+\.[a-z]+/[A-Z][A-Za-z0-9]+", kind) for kind in kinds)


def test_each_image_has_a_registry_and_a_tag_that_stands_still(row):
    for name in row.all_images:
        found = image(name)
        assert found, name
        assert name.startswith(f"{found.host}/"), name
        assert not found.is_latest, name
        assert not re.search(r"main|dev|staging|latest|nightly", found.tag), name
        assert "staging" not in found.repository, name


def test_each_chart_has_an_exact_version_and_a_known_kind_of_address(row):
    assert re.fullmatch(r"v?\d+\.\d+\.\d+", row.version)
    assert row.repository.startswith(("oci://", "https://"))
    assert not row.repository.endswith("/")


def test_without_a_mirror_no_value_names_an_image(row):
    assert row.values_for(None) == {}
    assert row.repository_in(None) == row.repository


def test_with_a_mirror_every_image_comes_from_it(row):
    """Each value is the beginning of an image's name in the mirror, or a tag of one; each image is reached."""
    values = list(leaves(row.values_for(MIRROR)))
    mirrored = {image_in(MIRROR, name) for name in row.all_images}
    places = [value for value in values if value.startswith(HOST)]
    assert [value for value in places if not any(name.startswith(value) for name in mirrored)] == []
    tags = {name.rpartition(":")[2] for name in row.all_images}
    assert {value for value in values if not value.startswith(HOST)} <= tags
    assert [name for name in mirrored if not any(name.startswith(place) for place in places)] == []


def locked(row):
    """The mirror with a digest for each image of a row, and none for any other."""
    digests = {MIRROR.called(image): f"sha256:{n:064x}" for n, image in enumerate(row.all_images, 1)}
    return Mirror(host=HOST, digests=digests)


def test_with_a_lock_the_chart_is_told_the_digest_of_each_of_its_images(row):
    """The driver has none: its tag ends with the system of each node."""
    mirror = locked(row)
    told = " ".join(leaves(row.values_for(mirror)))
    assert [each for each in row.all_images if mirror.digest(each) not in told] in ([], [DRIVER])


def test_a_lock_takes_nothing_away_and_adds_nothing_without_a_digest(row):
    assert row.values_for(Mirror(host=HOST, digests={f"{HOST}/other:1": "sha256:1"})) == row.values_for(
        MIRROR
    )
    before, after = paths(row.values_for(MIRROR)), paths(row.values_for(locked(row)))
    assert before <= after
    assert after <= {*row.mirrored, *row.pinned}


def paths(values, around=()):
    """Every value's path, with dots."""
    found = set()
    for key, value in values.items():
        is_section = isinstance(value, dict)
        found |= paths(value, (*around, key)) if is_section else {".".join((*around, key))}
    return found


def test_with_a_mirror_the_chart_comes_from_it(row):
    host = row.repository.partition("://")[2]
    assert row.repository_in(MIRROR) == f"oci://{HOST}/{host}"


def test_every_namespace_of_software_is_known():
    assert {row.namespace for row in ROWS} == NAMESPACES
