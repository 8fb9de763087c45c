"""The rules as a policy pack of Pulumi's engine."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
import yaml
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import analyzer_pb2_grpc

from policies.catalogue import BY_ID
from policies.check import check
from policies.evidence import evidence
from policies.packs import RULES
from provisioner.crossguard import Analyzer, facts_of
from provisioner.plan.values import UNKNOWN, Secret
from provisioner.providers.protocol import wire
from tests.support.policy_cases import read, scene_of

PACKS = Path(__file__).parents[2] / "policies" / "crossguard"
CASES = Path(__file__).parent / "cases"
CLUSTER = "aws:eks/cluster:Cluster"
URN = f"urn:pulumi:dev.us-east-1::cluster::{CLUSTER}::c"
OPEN = {"vpcConfig": {"endpointPublicAccess": True, "endpointPrivateAccess": True}}
ENVIRONMENT = """\
name: {}
owner: a@b.cd
cloud: local
region: us-east-1
network: {{cidr: 10.10.0.0/16, zones: 2}}
registry: {{repositories: [serving]}}
"""


def rules(pack):
    return [rule for rule in RULES if rule.entry.pack == pack]


def rule(id):
    return next(each for each in RULES if each.id == id)


def analyzed(resources, pack="baseline"):
    analyzer = Analyzer(pack, rules(pack))
    for each in resources:
        analyzer.Analyze(pb.AnalyzeRequest(urn=each.urn, type=each.type, properties=each.properties), None)
    return analyzer.AnalyzeStack(pb.AnalyzeStackRequest(resources=resources), None).diagnostics


def cluster(properties, **more):
    return pb.AnalyzerResource(urn=URN, type=CLUSTER, name="c", properties=wire.encode(properties), **more)


def test_a_broken_rule_is_told_under_its_own_name():
    found = [each for each in analyzed([cluster(OPEN)]) if each.policyName.startswith("bl-eks-001")]
    assert [(each.urn, each.enforcementLevel, each.severity) for each in found] == [
        (URN, pb.MANDATORY, pb.POLICY_SEVERITY_CRITICAL)
    ]
    assert found[0].policyName == "bl-eks-001-eks-endpoint-restricted"
    assert "vpcConfig.endpointPublicAccess" in found[0].message


def test_an_unknown_hides_no_other_finding():
    open_one = cluster({"vpcConfig": {"endpointPublicAccess": UNKNOWN, "endpointPrivateAccess": False}})
    told = [each.message for each in analyzed([open_one]) if each.policyName.startswith("bl-eks-001")]
    assert any("no private endpoint" in each for each in told)


def test_no_secret_is_told():
    found = analyzed([cluster({**OPEN, "tags": {"password": Secret("canary-91c")}})])
    assert not any("canary-91c" in str(each) for each in found)


def test_what_the_engine_sends_is_judged_like_a_plan():
    """Every bad case of the pack: the same rules break on the same resources."""
    for rule in rules("baseline"):
        for case in read(CASES / f"{rule.id}.yaml")["bad"]:
            if "facts" in case:
                continue
            scene = scene_of(case)
            sent = [
                pb.AnalyzerResource(
                    urn=each.urn,
                    type=each.type,
                    name=each.name,
                    properties=wire.encode(_wired(dict(each.inputs))),
                    parent=each.parent,
                    provider=pb.AnalyzerProviderResource(
                        urn=each.provider, properties=wire.encode({"region": each.region})
                    ),
                    options=pb.AnalyzerResourceOptions(
                        protect=bool(each.options.get("protect")),
                        ignoreChanges=each.options.get("ignoreChanges", ()),
                    ),
                    dependencies=sorted(each.dependencies),
                    propertyDependencies={
                        name: pb.AnalyzerPropertyDependencies(urns=sorted(urns))
                        for name, urns in each.property_dependencies.items()
                    },
                )
                for each in scene.resources
                if not each.outputs and each.layer == "foundation"
            ]
            if len(sent) < len(scene.resources):
                continue
            wanted = {each.resource.urn for each in check([rule], scene).blocking}
            name = f"{rule.id.lower()}-"
            found = {each.urn for each in analyzed(sent) if each.policyName.startswith(name)}
            assert wanted <= found, (rule.id, case)


def _wired(value):
    from policies.values import UNKNOWN as NOT_KNOWN
    from policies.values import Hidden

    match value:
        case Hidden():
            return Secret(_wired(value.value))
        case dict():
            return {key: _wired(item) for key, item in value.items()}
        case list():
            return [_wired(item) for item in value]
        case _:
            return UNKNOWN if value is NOT_KNOWN else value


def test_a_stack_is_of_the_environment_that_its_configuration_or_its_name_says(tmp_path, monkeypatch):
    folder = tmp_path / "environments"
    folder.mkdir()
    file = folder / "gap.yaml"
    file.write_text(ENVIRONMENT.format("gap") + "connectivity: {kind: airgap, mirror: r.example}\n")
    assert facts_of("anything", {"provisioner:file": str(file)}).is_airgapped
    monkeypatch.chdir(tmp_path)
    assert facts_of("organization/foundation/gap.us-east-1", {}).is_airgapped
    assert not facts_of("shop", {}).is_airgapped


def test_what_is_waived_is_told_and_stops_nothing(tmp_path):
    broken = {"enabledClusterLogTypes": ["api", "audit"]}
    (verdict,) = check([rule("BL-EKS-003")], scene_of({CLUSTER: broken})).blocking
    day = datetime.now(UTC).date()
    entry = {
        "id": "W-1",
        "rule": "BL-EKS-003",
        "resource": URN,
        "value": evidence(verdict),
        "reason": "The scheduler's log alone fills a terabyte a day.",
        "ticket": "SEC-123",
        "owner": "ml-platform@example.com",
        "requested_by": "ada@example.com",
        "approved_by": ["grace@example.com"],
        "created": day,
        "expires": day + timedelta(days=7),
    }
    (tmp_path / "waivers.yaml").write_text(yaml.safe_dump({"waivers": [entry]}))
    file = tmp_path / "dev.yaml"
    file.write_text(ENVIRONMENT.format("dev") + "governance: {waivers: [waivers.yaml]}\n")
    analyzer = Analyzer("baseline", [rule("BL-EKS-003")])
    about = pb.AnalyzerStackConfigureRequest(stack="dev", config={"provisioner:file": str(file)})
    analyzer.ConfigureStack(about, None)
    (told,) = analyzer.AnalyzeStack(pb.AnalyzeStackRequest(resources=[cluster(broken)]), None).diagnostics
    assert told.enforcementLevel == pb.ADVISORY
    assert told.message.endswith(f"W-1 allows it until {day + timedelta(days=7)}.")


@pytest.mark.parametrize("pack", sorted({entry.pack for entry in BY_ID.values()}))
def test_there_is_a_pack_of_each_kind(pack):
    assert yaml.safe_load((PACKS / pack / "PulumiPolicy.yaml").read_text())["runtime"]["name"] == "python"
    info = Analyzer(pack, rules(pack)).GetAnalyzerInfo(None, None)
    assert info.name == f"provisioner-{pack}"
    assert {
        each.name.upper()[: len(one.id)] for each, one in zip(info.policies, rules(pack), strict=True)
    } == {rule.id for rule in rules(pack)}


def test_a_pack_answers_at_the_port_that_it_prints():
    command = [sys.executable, str(PACKS / "baseline" / "__main__.py")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PACKS.parents[1])
    try:
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = analyzer_pb2_grpc.AnalyzerStub(channel)
            assert len(stub.GetAnalyzerInfo(empty_pb2.Empty(), timeout=30).policies) == len(rules("baseline"))
            stub.ConfigureStack(pb.AnalyzerStackConfigureRequest(stack="shop"), timeout=30)
            assert stub.GetPluginInfo(empty_pb2.Empty(), timeout=30).version
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
