"""`show --origin`: every setting with its value and where it came from; and the whole as one file."""

import pytest

from environments.load import find, load
from environments.origins import resolved, rows


@pytest.fixture
def dev(monkeypatch, tmp_path):
    file = find("dev", None)
    monkeypatch.chdir(file.parent)
    return load(find("dev.yaml"))


def test_every_setting_and_where_it_came_from(dev, golden):
    table = rows(dev)
    widths = [max(len(row.path) for row in table), max(len(row.text) for row in table)]
    golden(
        "".join(
            f"{row.path:{widths[0]}}  {row.text:{widths[1]}}  {row.place or 'default'}\n" for row in table
        )
    )


def test_the_whole_environment_as_one_file(dev, golden):
    golden(resolved(dev.environment))
