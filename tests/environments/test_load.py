"""Good files: what is read, where it comes from, and how a file is found."""

import time
from collections import Counter
from datetime import timedelta
from ipaddress import IPv4Network
from pathlib import Path

import pytest
import yaml

from environments import compose
from environments.diagnostics import InvalidEnvironment, Problem, render_all
from environments.load import LARGEST, PACKAGED, find, load
from environments.network import ExistingNetwork, OwnNetwork
from environments.origins import rows

SMALLEST = """\
name: small
cloud: local
owner: ml-platform@example.com
region: us-east-1
network: {cidr: 10.20.0.0/14}
registry: {repositories: [serving]}
"""

EVERY_NAME = (
    "did you mean `staging` or `base` or `dev` or `local` or `on-prem` or `prod` or `prod-airgap` or "
    "`prod-multi-region`?"
)


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(name, text):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


def refused(action, *arguments):
    with pytest.raises(InvalidEnvironment) as error:
        action(*arguments)
    return error.value.diagnostics


def test_the_smallest_file_has_safe_defaults(write):
    environment = load(write("small.yaml", SMALLEST)).environment
    assert environment.engine == "embedded"
    assert environment.data_class == "confidential"
    assert environment.connectivity.kind == "connected"
    assert str(environment.state.backend) == ".provisioner"
    assert environment.state.secrets == "passphrase"
    assert environment.network == OwnNetwork(
        cidr=IPv4Network("10.20.0.0/14"), zones=3, nat="per_zone", flow_logs=timedelta(days=365)
    )
    assert environment.encryption.kms.rotation == timedelta(days=365)
    assert environment.encryption.kms.deletion_window == timedelta(days=30)
    assert (environment.registry.keep_images, environment.registry.scan) == (50, "on_push")
    assert environment.model_store.keep_versions == timedelta(days=90)


def test_a_local_environment_is_in_the_account_of_the_local_cloud(write):
    environment = load(write("small.yaml", SMALLEST)).environment
    assert environment.account is None
    assert environment.account_id == "123456789012"
    assert environment.regions == ("us-east-1",)


def test_an_environment_on_aws_is_in_the_account_it_names(write):
    account = 'account: {id: "012345678901", assume_role: "arn:aws:iam::012345678901:role/ops/provisioner"}\n'
    environment = load(write("big.yaml", SMALLEST.replace("local", "aws") + account)).environment
    assert environment.account_id == "012345678901"
    assert environment.account.assume_role == "arn:aws:iam::012345678901:role/ops/provisioner"


def test_an_existing_network_can_be_named(write):
    network = "network: {vpc: vpc-0a1b2c3d, private_subnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]}"
    environment = load(
        write("small.yaml", SMALLEST.replace("network: {cidr: 10.20.0.0/14}", network))
    ).environment
    assert environment.network == ExistingNetwork(
        vpc="vpc-0a1b2c3d", private_subnets=("subnet-0a1b2c3d", "subnet-4e5f6a7b")
    )


def test_mappings_are_joined_and_lists_are_replaced(write):
    write(
        "shared/base.yaml",
        "registry: {repositories: [serving, training], keep_images: 7}\nowner: a@example.com\n",
    )
    write("middle.yaml", "extends: shared/base.yaml\nregistry: {scan: manual}\n")
    text = "extends: middle.yaml\n" + SMALLEST.replace("owner: ml-platform@example.com\n", "")
    loaded = load(write("own.yaml", text))
    assert loaded.environment.registry.repositories == ("serving",)
    assert loaded.environment.registry.keep_images == 7
    assert loaded.environment.registry.scan == "manual"
    assert loaded.environment.owner == "a@example.com"
    assert [file.name for file in loaded.files] == ["own.yaml", "middle.yaml", "base.yaml"]


def test_the_origin_of_a_setting_is_the_file_that_set_it(write):
    write("base.yaml", "\n\nregistry:\n  keep_images: 7\nowner: a@example.com\n")
    origins = {
        row.path: row.place for row in rows(load(write("own.yaml", "extends: base.yaml\n" + SMALLEST)))
    }
    assert origins["registry.keep_images"] == "base.yaml:4"
    assert origins["registry.repositories"] == "own.yaml:7"
    assert origins["owner"] == "own.yaml:4"
    assert origins["registry.scan"] is None


def test_the_source_knows_the_place_of_every_setting_and_of_its_name(write):
    source = load(write("own.yaml", SMALLEST)).source
    cidr = source.place(("network", "cidr"))
    assert (cidr.file, cidr.line, cidr.column, cidr.width) == ("own.yaml", 5, 17, len("10.20.0.0/14"))
    key = source.key(("network", "cidr"))
    assert (key.line, key.column, key.width) == (5, 11, len("cidr"))
    assert source.place(("registry", "repositories", 0)).column == 27
    assert source.place(("network", "zones")) == source.key(("network",))
    assert source.place(("encryption", "kms", "rotation")).line == 1


def test_files_with_a_byte_order_mark_or_dos_lines_are_read(write):
    data = b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode()
    loaded = load(write("dos.yaml", data))
    assert loaded.environment.name == "small"
    assert loaded.source.place(("registry", "repositories")).line == 6


def test_a_name_is_found_in_the_folder_of_environments_first(write):
    own = write("environments/local.yaml", SMALLEST)
    assert find("local").resolve() == own
    assert find("dev") == PACKAGED / "dev.yaml"
    assert find("local", PACKAGED) == PACKAGED / "local.yaml"


def test_a_path_is_a_path(write):
    own = write("mine.yaml", SMALLEST)
    assert find("mine.yaml") == Path("mine.yaml")
    assert find(str(own)) == own
    assert find("./mine.yaml") == Path("mine.yaml")


@pytest.mark.parametrize(
    ("wanted", "suggestion"),
    [
        ("locla", "did you mean `local`?"),
        ("stagin", "did you mean `staging`?"),
        ("environments/stagin.yaml", "did you mean `environments/staging.yaml`?"),
        ("nowhere/at/all.yaml", "name an existing file."),
        ("", "name an existing file."),
        ("a\0b", EVERY_NAME),
        ("x" * 5000, EVERY_NAME),
    ],
)
def test_an_environment_that_does_not_exist_is_refused_with_the_nearest_names(write, wanted, suggestion):
    write("environments/staging.yaml", SMALLEST)
    (only,) = refused(find, wanted)
    assert only.problem is Problem.NOT_FOUND
    assert only.fix == suggestion


def test_a_file_that_is_not_there_is_a_diagnostic(tmp_path):
    (only,) = refused(load, tmp_path / "gone.yaml")
    assert (only.problem, only.place) == (Problem.UNREADABLE, None)


def test_a_folder_is_a_diagnostic(tmp_path):
    (only,) = refused(load, tmp_path)
    assert only.problem is Problem.UNREADABLE


def test_a_huge_file_is_refused_without_reading_it(write):
    (only,) = refused(load, write("huge.yaml", "#" * (LARGEST + 1)))
    assert only.problem is Problem.UNREADABLE


def test_a_long_chain_is_followed(write):
    write("0.yaml", SMALLEST)
    for number in range(1, 30):
        write(f"{number}.yaml", f"extends: {number - 1}.yaml\nname: env{number}\n")
    assert load(Path("29.yaml")).environment.name == "env29"


def test_an_endless_chain_of_links_is_a_diagnostic(write, tmp_path):
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    problems = refused(load, write("own.yaml", "extends: loop.yaml\n" + SMALLEST))
    assert [item.problem for item in problems] == [Problem.EXTENDS_NOTHING]


def test_the_exception_reads_like_the_terminal(write):
    with pytest.raises(InvalidEnvironment) as error:
        load(write("bad.yaml", "name: x\n"))
    assert str(error.value) == render_all(error.value.diagnostics)


@pytest.mark.parametrize("name", ["local", "dev", "prod-multi-region"])
def test_a_file_costs_less_than_30_ms_even_without_libyaml(monkeypatch, name):
    monkeypatch.setattr(compose, "PARSER", yaml.SafeLoader)
    file = find(name, PACKAGED)

    def seconds():
        start = time.process_time()  # what else this machine does is no matter
        load(file)
        return time.process_time() - start

    assert min(seconds() for _ in range(5)) < 0.03


def test_an_alias_bomb_costs_nothing(write):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    start = time.process_time()
    problems = refused(load, write("bomb.yaml", "\n".join(lines) + "\n"))
    assert time.process_time() - start < 1
    assert sum(item.problem is Problem.FOREIGN_YAML for item in problems) == 29 * 9


MODEL = """\
  - name: m{number}
    team: sarch
    source: {{uri: "oci://registry.corp.example/y", digest: "sha256:{digest}"}}
    licence: apache-2.0
    owner: a@example.com
    runtime: vllm
    pool: onlin
    memory: 5Gi
    traffic: {{stable: 1}}
"""
WITH_TEAMS = """\
name: many
cloud: none
owner: a@example.com
region: munich
cluster: {kind: existing, kubeconfig: kubeconfig, context: on-prem}
delivery: direct
gpu_pools:
  - {name: online, nodes: 2..2, machine: {gpu: h100-80gb, gpus: 8, selector: {a: b}}}
teams:
  - {name: search, gpus: {online: {guaranteed: 6}}}
models:
  - {name: unfinished}
"""


def test_however_much_is_wrong_with_models_all_of_it_is_told_at_once(write):
    """Rules that cross sections refuse one thing each time they are asked, and wait for no other entry."""
    models = "".join(MODEL.format(number=number, digest="1" * 64) for number in range(15))
    found = refused(load, write("many.yaml", WITH_TEAMS + models))
    assert Counter(each.problem for each in found)[Problem.UNKNOWN_NAME] == 30
    assert Problem.MISSING in {each.problem for each in found}
