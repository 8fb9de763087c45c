"""From the command line to several regions of the local cloud, with two small layers."""

import json
from types import SimpleNamespace

import boto3
import pytest

from provisioner import wiring
from provisioner.local.desk import Desk
from provisioner.workspace import Workspace

FILE = """\
name: far
cloud: aws
account: {{id: "111122223333"}}
owner: ml@example.com
region: eu-west-1
replicas: [{replicas}]
network: {{cidr: 10.16.0.0/12, zones: 2}}
registry: {{repositories: [serving]}}
"""
ALL = ("eu-west-1", "us-east-1", "ap-south-1")
FROM_FAR = ("far", "--cloud", "local")


def below():
    import pulumi
    import pulumi_aws as aws

    from stacks.selection import selected

    here = selected()
    provider = aws.Provider(f"p-{here.region}", region=here.region)
    repository = aws.ecr.Repository(
        "tiny", name=f"tiny-{here.region}", force_delete=True, opts=pulumi.ResourceOptions(provider=provider)
    )
    pulumi.export("url", repository.repository_url)
    pulumi.export("vpcCidr", str(here.environment.region_block(here.region)))


def above():
    import pulumi
    import pulumi_aws as aws

    from stacks.references import Upstream
    from stacks.selection import selected

    here = selected()
    provider = aws.Provider("p", region=here.region)
    for region in here.environment.regions:
        aws.cloudwatch.LogGroup(
            f"log-{region}",
            tags={"of": Upstream("below", region).output("url")},
            opts=pulumi.ResourceOptions(provider=provider),
        )


def primary_first(env):
    return tuple(group for group in (env.regions[:1], env.regions[1:]) if group)


@pytest.fixture(autouse=True)
def layers(monkeypatch, tmp_path):
    """A checkout with one environment of two small layers, which keep no rule."""
    monkeypatch.setattr(Workspace, "judged", lambda *_: None)
    monkeypatch.setattr(
        wiring,
        "LAYERS",
        (
            SimpleNamespace(name="below", regions=primary_first, program=lambda: below),
            SimpleNamespace(name="above", regions=lambda env: (env.regions[:1],), program=lambda: above),
        ),
    )
    (tmp_path / "environments").mkdir()
    write(tmp_path, ALL[1:])


def write(folder, replicas):
    (folder / "environments" / "far.yaml").write_text(FILE.format(replicas=", ".join(replicas)))


@pytest.fixture
def desk(tmp_path):
    yield Desk()
    Desk(tmp_path / ".provisioner" / "local").stop()


def asked(desk, service, region):
    return boto3.Session().client(
        service,
        region,
        endpoint_url=desk.status().endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


def repositories(desk):
    found = {}
    for region in (*ALL, "eu-central-1"):
        client = asked(desk, "ecr", region)
        found[region] = [one["repositoryName"] for one in client.describe_repositories()["repositories"]]
        client.close()
    return {region: names for region, names in found.items() if names}


def steps(cli):
    planned = cli("plan", *FROM_FAR, "--json")
    assert planned.code == 0, planned.err
    return {
        (step["layer"], step["region"], step["op"], step["urn"].rsplit("::", 1)[1])
        for step in json.loads(planned.out)["steps"]
        if step["op"] != "same" and not step["type"].startswith("pulumi:")
    }


def test_every_region_is_made_where_it_belongs_and_nowhere_else(cli, desk):
    applied = cli("apply", *FROM_FAR, "--yes")
    assert applied.code == 0, applied.err
    assert repositories(desk) == {region: [f"tiny-{region}"] for region in ALL}
    assert steps(cli) == set()
    assert cli("plan", *FROM_FAR, "--refresh", "--detailed-exitcode").code == 0
    assert f"provisioner plan {' '.join(FROM_FAR)} --refresh" in applied.out


def test_outputs_say_whose_they_are(cli, desk):
    cli("apply", *FROM_FAR, "--yes")
    assert "us-east-1 url: " in cli("output", *FROM_FAR).out
    assert "eu-west-1" in cli("output", *FROM_FAR, "url").out
    assert "ap-south-1" in cli("output", *FROM_FAR, "url", "--region", "ap-south-1").out
    told = json.loads(cli("output", *FROM_FAR, "--json").out)
    assert "eu-west-1" in told["outputs"]["url"]
    assert sorted(told["regions"]) == sorted(ALL)


def test_a_replica_that_is_removed_is_deleted_and_nothing_else(cli, desk, tmp_path):
    cli("apply", *FROM_FAR, "--yes")
    write(tmp_path, ["us-east-1"])
    assert steps(cli) == {
        ("above", "eu-west-1", "delete", "log-ap-south-1"),
        ("below", "ap-south-1", "delete", "tiny"),
    }
    assert cli("apply", *FROM_FAR, "--yes").code == 0
    assert sorted(repositories(desk)) == ["eu-west-1", "us-east-1"]
    assert steps(cli) == set()


def test_a_region_that_would_get_the_addresses_of_another_is_refused(cli, desk, tmp_path):
    cli("apply", *FROM_FAR, "--yes")
    write(tmp_path, ["ap-south-1", "us-east-1"])
    refused = cli("plan", *FROM_FAR)
    assert refused.code == 1
    assert "us-east-1 has 10.17.0.0/16, and would get 10.18.0.0/16." in refused.err
    assert "{region: us-east-1, cidr: 10.17.0.0/16}" in refused.err
    write(tmp_path, ["{region: ap-south-1, cidr: 10.18.0.0/16}", "{region: us-east-1, cidr: 10.17.0.0/16}"])
    assert cli("plan", *FROM_FAR, "--detailed-exitcode").code == 0


def test_a_destroy_leaves_nothing_in_any_region(cli, desk):
    cli("apply", *FROM_FAR, "--yes")
    assert cli("destroy", *FROM_FAR, "--yes").code == 0
    assert repositories(desk) == {}


def test_a_try_on_the_desk_is_recorded_apart_from_the_real_environment(cli, desk, tmp_path):
    cli("apply", *FROM_FAR, "--yes")
    assert not list((tmp_path / ".provisioner").glob("state/.pulumi/stacks/**/*.json"))
    assert cli("state", "list", "far").out == "The state is empty: nothing was applied yet.\n"
    assert "tiny" in cli("state", "list", *FROM_FAR).out
