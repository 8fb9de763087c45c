"""A stack's name and its configuration say which environment and region it is about, or why that cannot be."""

import pulumi
import pytest

from environments.load import find
from stacks.selection import selected
from tests.support.recording import record


def selection(stack, **config):
    found = []
    settings = {f"provisioner:{key}": str(value) for key, value in config.items()}
    record(lambda: found.append(selected()), stack=stack, config=settings)
    return found[0]


def environment(folder, name, region="us-east-1"):
    file = folder / "environments" / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"extends: {find('local').resolve()}\nname: {name}\nregion: {region}\n")
    return file


def test_the_configured_file_is_taken(tmp_path):
    here = selection("desk.us-east-1", file=environment(tmp_path, "desk"))
    assert (here.environment.name, here.region, here.position) == ("desk", "us-east-1", 0)


def test_without_one_the_environment_is_looked_up_by_name_from_the_working_folder_upwards(
    tmp_path, monkeypatch
):
    environment(tmp_path, "desk", region="eu-west-1")
    layer = tmp_path / "stacks" / "foundation"
    layer.mkdir(parents=True)
    monkeypatch.chdir(layer)
    assert selection("desk.eu-west-1").environment.region == "eu-west-1"


def test_at_last_the_environments_that_come_with_the_tool_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert selection("dev.us-east-1").environment.name == "dev"


def test_a_stack_without_region_is_refused():
    with pytest.raises(pulumi.RunError, match=r"`dev` has no region.*for example `dev.us-east-1`"):
        selection("dev")


def test_a_file_of_another_environment_is_refused(tmp_path):
    file = environment(tmp_path, "desk")
    with pytest.raises(pulumi.RunError, match=r"is for environment `prod`; .*desk.yaml describes `desk`"):
        selection("prod.us-east-1", file=file)


def test_a_region_the_environment_does_not_have_is_refused(tmp_path):
    file = environment(tmp_path, "desk")
    with pytest.raises(pulumi.RunError, match=r"is for region `eu-west-1`; .*desk.yaml has us-east-1"):
        selection("desk.eu-west-1", file=file)


def test_an_unknown_environment_is_refused_with_the_nearest_names():
    with pytest.raises(pulumi.RunError, match=r"Environment not found(.|\n)*locl(.|\n)*local"):
        selection("locl.us-east-1")


def test_an_invalid_file_is_shown_with_the_place(tmp_path):
    file = environment(tmp_path, "desk")
    file.write_text(file.read_text() + "ownr: me@example.com\n")
    with pytest.raises(pulumi.RunError, match=r"ENV-010(.|\n)*desk.yaml:4"):
        selection("desk.us-east-1", file=file)
