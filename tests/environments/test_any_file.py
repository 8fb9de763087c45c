"""Whatever a file holds, a person gets an environment or diagnostics: never an exception from inside."""

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from environments import vocabulary
from environments.diagnostics import InvalidEnvironment, render
from environments.load import load
from environments.model import Environment
from environments.origins import resolved

GOOD = """\
name: dev
cloud: aws
account: {id: "111122223333", assume_role: "arn:aws:iam::111122223333:role/provisioner"}
owner: ml-platform@example.com
data_class: internal
region: us-west-2
connectivity: {kind: connected}
network:
  cidr: 10.20.0.0/14
  zones: 3
  flow_logs: 30d
replicas: [us-east-1, {region: eu-west-1, cidr: 10.30.0.0/16}]
dns: {zone: ml.example.internal}
encryption:
  kms: {rotation: 180d, deletion_window: 7d}
registry:
  repositories: [serving, training]
  scan: manual
model_store: {keep_versions: 14d}
cluster:
  kind: eks
  version: "1.35"
  endpoint: {kind: public, cidrs: [203.0.113.0/24]}
  access: [{role: "arn:aws:iam::111122223333:role/ops", level: edit}]
  system_pool: {profile: m7i.large, nodes: 2..4}
gpu_pools:
  - {name: online, profile: g6e.2xlarge, nodes: 2..20, sharing: {kind: time_slicing, replicas: 4}}
  - {name: cut, profile: p4d.24xlarge, nodes: 0..1, sharing: {kind: mig, profile: 1g.5gb}}
  - name: training
    profile: p5.48xlarge
    nodes: 0..8
    regions: [us-west-2]
    zones: [1]
    capacity: {kind: reservation, id: cr-0123456789abcdef0}
    fabric: efa
    labels: {team: search}
    taints: [{key: team, value: search, effect: NoSchedule}]
  - {name: batch, profile: g6.4xlarge, nodes: 0..40, capacity: spot, nodes_by: karpenter}
data_services:
  - {name: features, kind: postgres, size: db.r7g.large, readers: [search], writers: [etl]}
  - {name: scratch, kind: file_system, writers: [training]}
  - {name: datasets, kind: bucket, keep_versions: 7d}
"""
MARKS = [
    "\t",
    "*x",
    "&x ",
    "!y ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "\n",
    "#",
    "|",
    ">",
    "%",
    "0x_",
    "\0",
    "<<: ",
]
NAMES = sorted({path[-1] for path, _ in vocabulary.all_settings()}) + [
    "extends",
    "vault",
    "teams",
    "colour",
]

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(), st.binary(max_size=4),
    st.sampled_from(
        ["30d", "10.0.0.0/8", "us-west-1", "aws", "vpc-0a1b2c3d", "s3://x", "airgap", "pulumi", "eks", "existing",
         "mig", "time_slicing", "spot", "reservation", "p5.48xlarge", "0..8", "20Gi", "efa", "postgres", "1.35"]
    ),
)  # fmt: skip
names = st.sampled_from(NAMES) | st.text(max_size=5) | st.integers() | st.none()
trees = st.dictionaries(
    names,
    st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4)
    ),
    max_size=8,
)
sane = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def read(tmp_path):
    def read(data):
        file = tmp_path / "any.yaml"
        file.write_bytes(data)
        try:
            environment = load(file).environment
        except InvalidEnvironment as refused:
            assert refused.diagnostics
            for diagnostic in refused.diagnostics:
                text = render(diagnostic)
                assert all(line.isprintable() for line in text.split("\n"))
                assert diagnostic.fix
        else:
            assert isinstance(environment, Environment)
            file.write_text(resolved(environment))
            assert load(file).environment == environment

    return read


@sane
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@example(b"a: 0x_\n")
@example(b"a: " + b"9" * 6000)
@example(b"?\n? ?\n")
@example(b"[" * 5000)
@example(b"{" * 5000)
@example(b"- " * 5000)
@example(b"a: &a [*a]\n")
@example(b"%YAML 3.0\n---\na: 1\n")
@example(b"extends: any.yaml\n")
@example(b"extends: 'a\\0b'\n")
@example(b'extends: "a\\0b"\n')
@example("extends: ".encode() + b"x" * 5000)
@example(b"---\n...\n---\n")
@example(b"name: !!float x\nzones: !!int y\n")
@example("owner: \u2028\nname: \x85x\n".encode())
def test_any_bytes(read, data):
    read(data)


@sane
@given(trees)
def test_any_tree_of_values(read, tree):
    read(yaml.safe_dump(tree).encode())


@sane
@given(trees)
def test_a_good_file_with_any_sections_changed(read, tree):
    read(yaml.safe_dump({**yaml.safe_load(GOOD), **tree}).encode())


@sane
@given(st.data())
def test_a_good_file_with_any_one_setting_changed(read, data):
    whole = yaml.safe_load(GOOD)
    inner = whole
    while isinstance(inner, dict | list) and inner:
        around = inner
        key = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
        inner = inner[key]
        if data.draw(st.booleans()):
            break
    around[key] = data.draw(scalars | trees | st.lists(scalars, max_size=2))
    read(yaml.safe_dump(whole).encode())


@sane
@given(st.integers(0, 2**32))
def test_a_good_file_with_a_few_mistypings(read, seed):
    chance = random.Random(seed)
    text = GOOD
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice([*MARKS, ""]) + text[at + chance.randint(0, 3) :]
    read(text.encode())


def test_the_good_file_is_good(read, tmp_path):
    read(GOOD.encode())
    assert load(Path(tmp_path / "any.yaml")).environment.name == "dev"
