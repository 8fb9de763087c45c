"""The calendar of Kubernetes versions on EKS: consistent in itself, and what it says on a certain day."""

from datetime import date
from itertools import pairwise

import pytest
from pydantic_core import PydanticCustomError

from environments.diagnostics import Problem
from environments.kubernetes_calendar import (
    AS_OF,
    DEFAULT_VERSION,
    VERSIONS,
    Support,
    support,
    with_support,
)
from environments.kubernetes_versions import known_version, nearest, usable_version

DATED = [version for version in VERSIONS.values() if version.released]


def months_later(day, months):
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


def test_minor_versions_follow_each_other():
    minors = [int(name.split(".")[1]) for name in VERSIONS]
    assert minors == list(range(minors[0], minors[0] + len(minors)))


@pytest.mark.parametrize("version", DATED, ids=lambda version: version.name)
def test_support_lasts_fourteen_months_and_twelve_more(version):
    assert version.standard_ends == months_later(version.released, 14)
    assert version.extended_ends == months_later(version.standard_ends, 12)


def test_what_is_not_known_is_not_known_at_all_and_comes_last():
    unknown = [version for version in VERSIONS.values() if not version.released]
    assert list(VERSIONS.values()) == DATED + unknown
    assert all(version.standard_ends is version.extended_ends is None for version in unknown)


def test_a_later_version_comes_and_ends_later():
    for earlier, later in pairwise(DATED):
        assert earlier.released < later.released
        assert earlier.extended_ends < later.extended_ends


@pytest.mark.parametrize(
    ("version", "on", "kind"),
    [
        ("1.35", date(2026, 1, 26), Support.UNKNOWN),
        ("1.35", date(2026, 1, 27), Support.STANDARD),
        ("1.35", date(2027, 3, 27), Support.STANDARD),
        ("1.35", date(2027, 3, 28), Support.EXTENDED),
        ("1.35", date(2028, 3, 27), Support.EXTENDED),
        ("1.35", date(2028, 3, 28), Support.ENDED),
        ("1.37", date(2030, 1, 1), Support.UNKNOWN),
    ],
)
def test_support_on_a_day(version, on, kind):
    assert support(version, on) is kind


def test_the_versions_of_the_day_of_the_table():
    assert with_support(AS_OF, Support.STANDARD) == ("1.34", "1.35", "1.36")
    assert with_support(AS_OF, Support.EXTENDED) == ("1.31", "1.32", "1.33")
    assert with_support(AS_OF, Support.ENDED) == ("1.28", "1.29", "1.30")
    assert with_support(AS_OF, Support.UNKNOWN) == ("1.37",)


def test_the_default_is_in_standard_support_for_three_months_more():
    assert support(DEFAULT_VERSION, months_later(AS_OF, 3)) is Support.STANDARD


@pytest.mark.parametrize("version", ["1.31", "1.34", "1.36"])
def test_a_supported_version_passes(version):
    assert usable_version(version, AS_OF) == version


@pytest.mark.parametrize(
    ("version", "detail", "fix"),
    [
        ("1.30", "ended on 2026-07-23", '"1.34", "1.35", "1.36"'),
        ("1.37", "not known that EKS offers `1.37`", '"1.34", "1.35", "1.36"'),
        ("1.12", "not among", '"1.28", "1.29", "1.30"'),
        ("1.40", "not among", '"1.35", "1.36", "1.37"'),
        ("v1.35", "not among", '"1.35"'),
        ("1.35.2", "not among", '"1.35"'),
        ("newest", "not among", '"1.35"'),
    ],
)
def test_another_version_is_refused_and_told_what_to_write(version, detail, fix):
    with pytest.raises(PydanticCustomError) as refused:
        usable_version(version, AS_OF)
    assert refused.value.context["problem"] is Problem.VERSION
    assert detail in refused.value.context["detail"]
    assert fix in refused.value.context["fix"]


def test_an_old_version_is_known_though_not_usable():
    assert known_version("1.29") == "1.29"


def test_the_nearest_versions_lie_around_what_was_written():
    assert nearest("1.34.1") == ("1.33", "1.34", "1.35")
    assert nearest("two") == ()
