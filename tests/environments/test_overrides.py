"""`--cloud local`: any environment as it would be on a desk, away from its account and its state."""

import pytest

from environments.diagnostics import InvalidEnvironment
from environments.load import PACKAGED, find, load
from environments.origins import rows
from environments.overrides import LOCAL_STATE

REAL = """\
name: real
cloud: aws
account: {id: "111122223333"}
state: {backend: s3://example-state/ml-platform, secrets: awskms://alias/state}
owner: ml-platform@example.com
region: us-east-1
network: {cidr: 10.20.0.0/14}
registry: {repositories: [serving]}
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(text):
        file = tmp_path / "own.yaml"
        file.write_text(text)
        return file

    return write


def test_account_and_state_belong_to_the_real_cloud(write):
    environment = load(write(REAL), cloud="local").environment
    assert environment.cloud == "local"
    assert environment.account is None
    assert environment.account_id == "123456789012"
    assert str(environment.state.backend) == LOCAL_STATE
    assert environment.state.secrets == "passphrase"


def test_the_origin_is_the_command_line(write):
    places = {row.path: row.place for row in rows(load(write(REAL), cloud="local"))}
    assert places["cloud"] == places["state.backend"] == "the command line"
    assert places["region"] == "own.yaml:6"


def test_everything_else_stays(write):
    file = write(
        REAL.replace("state: {backend: s3://example-state/ml-platform, secrets: awskms://alias/state}\n", "")
    )
    changed = {"cloud", "account", "state"}
    assert load(file, cloud="local").environment.model_dump(exclude=changed) == load(
        file
    ).environment.model_dump(exclude=changed)


def test_an_environment_on_the_desk_keeps_its_state(write):
    file = find("local", PACKAGED)
    assert load(file, cloud="local").environment == load(file).environment


def test_other_problems_keep_their_places(write):
    with pytest.raises(InvalidEnvironment) as refused:
        load(write(REAL.replace("us-east-1", "us-esat-1")), cloud="local")
    assert [str(item.place) for item in refused.value.diagnostics] == ["own.yaml:6"]


def test_what_is_delivered_goes_into_a_folder_of_its_own(write):
    real = REAL + "cluster: {kind: eks}\ndelivery: "
    folder = f"{LOCAL_STATE}/gitops"
    assert str(load(write(real + "direct\n"), cloud="local").environment.rendered_into) == folder
    committed = "{kind: gitops, folder: ./deploy, charts: argocd}\n"
    delivery = load(write(real + committed), cloud="local").environment.delivery
    assert (str(delivery.folder), delivery.charts) == (folder, "argocd")
    assert load(write(REAL), cloud="local").environment.delivery is None


def test_without_a_cloud_it_stays_so_and_goes_into_a_folder():
    environment = load(find("on-prem", PACKAGED), cloud="local").environment
    assert (environment.cloud, environment.region) == ("none", "munich")
    assert str(environment.state.backend) == LOCAL_STATE
    assert str(environment.rendered_into) == f"{LOCAL_STATE}/gitops"


@pytest.mark.parametrize("name", ["dev", "prod", "prod-airgap", "prod-multi-region"])
def test_every_shipped_environment_can_be_on_the_desk(name):
    assert load(find(name, PACKAGED), cloud="local").environment.cloud == "local"
