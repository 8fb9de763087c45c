"""Logical names leave room for the suffix of autonaming, and stay apart when they are cut."""

from components.naming import BUCKET, ROLE, fitted

SUFFIX = len("-0123abc")


def test_a_short_name_stays_as_it_is():
    assert fitted("local-base-us-east-1-node", ROLE) == "local-base-us-east-1-node"


def test_a_name_that_fills_the_room_exactly_stays_as_it_is():
    name = "x" * (BUCKET - SUFFIX)
    assert fitted(name, BUCKET) == name


def test_a_long_name_keeps_its_beginning_and_fits_with_the_suffix():
    cut = fitted("a-rather-long-environment-image-pusher-ap-southeast-1-and-more", ROLE)
    assert cut.startswith("a-rather-long-environment-image-pusher-ap-south")
    assert len(cut) == ROLE - SUFFIX


def test_two_long_names_that_begin_alike_stay_apart():
    beginning = "n" * ROLE
    assert fitted(f"{beginning}-one", ROLE) != fitted(f"{beginning}-two", ROLE)


def test_a_cut_never_leaves_two_hyphens_in_a_row():
    assert "--" not in fitted("n" * (ROLE - SUFFIX - 10) + "-" * 5 + "n" * 20, ROLE)
