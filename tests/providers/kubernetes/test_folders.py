"""Objects as files: where they are, how they are written, and what is never written."""

import base64

import pytest

from provisioner.plan.values import UNKNOWN, Secret
from provisioner.providers.interface import Identity, Refused
from provisioner.providers.kubernetes.rendering import FolderProvider
from provisioner.providers.kubernetes.manifest_text import parsed, text_of
from tests.providers.kubernetes.objects import CONFIG_MAP, changed, checked, config_map, made, wrong


def files(folder):
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_each_object_is_a_file_and_kinds_come_first(folder_provider, tmp_path, golden):
    made(folder_provider, CONFIG_MAP, config_map(colour="red", script="#!/bin/sh\nexit 0\n"))
    spec = {
        "group": "example.com",
        "scope": "Cluster",
        "names": {"kind": "Shelf", "plural": "shelves"},
        "versions": [],
    }
    definition = {"metadata": {"name": "shelves.example.com"}, "spec": spec}
    made(folder_provider, "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", definition)
    role = {"metadata": {"name": "system:reader"}, "rules": [{"verbs": ["get"], "resources": ["pods"]}]}
    made(folder_provider, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", role)
    golden("".join(f"--- {name}\n{text}" for name, text in sorted(files(tmp_path / "gitops").items())))


def test_the_same_program_leaves_the_same_bytes(folder_provider, tmp_path):
    made(folder_provider, CONFIG_MAP, config_map(colour="red"))
    before = files(tmp_path / "gitops")
    made(folder_provider, CONFIG_MAP, dict(reversed(config_map(colour="red").items())))
    assert files(tmp_path / "gitops") == before


@pytest.mark.parametrize(
    "text",
    ["yes", "n", "on", "1e3", "0o17", "0x1f", "1_000", "12:30:45", "2026-11-21", "~", "null", "", ".5", "007", "=",
     "- a", "a: b", "#", " x", "x ", "é", "tab\there", "line\n", "line\n\n", "\nline", "{}", "*a", "&a", "!x", "%"],
)  # fmt: skip
def test_a_text_stays_a_text(text):
    manifest = {"data": {"key": text}}
    assert parsed(text_of(manifest)) == manifest


@pytest.mark.parametrize("text", ["yes", "n", "on", "1e3", "0o17", "12:30:45", "2026-11-21", ""])
def test_what_another_reader_takes_for_something_else_is_quoted(text):
    assert text_of({"key": text}) == f'key: "{text}"\n'


def test_a_change_and_a_removal(folder_provider, tmp_path):
    there = made(folder_provider, CONFIG_MAP, config_map(colour="red"))
    there = changed(folder_provider, CONFIG_MAP, there, config_map(colour="blue"))
    ((name, text),) = files(tmp_path / "gitops").items()
    assert name == "1-manifest/v1-configmap-default-settings.yaml"
    assert "colour: blue" in text
    folder_provider.delete(CONFIG_MAP, there)
    folder_provider.delete(CONFIG_MAP, there)
    assert not (tmp_path / "gitops").exists()


def test_folders_that_were_made_go_with_the_last_file_and_no_others(tmp_path):
    """What a person has put beside them stays, and the folder that all are made in."""
    within = tmp_path / "gitops"
    layers = [FolderProvider(within / "dev.here" / layer, within=within) for layer in ("platform", "serving")]
    there = [made(layer, CONFIG_MAP, config_map(colour="red")) for layer in layers]
    layers[0].delete(CONFIG_MAP, there[0])
    assert [each.name for each in (within / "dev.here").iterdir()] == ["serving"]
    layers[1].delete(CONFIG_MAP, there[1])
    assert list(within.iterdir()) == []
    there = [made(layer, CONFIG_MAP, config_map(colour="red")) for layer in layers]
    (within / "dev.here" / "README.md").touch()
    for layer, one in zip(layers, there, strict=True):
        layer.delete(CONFIG_MAP, one)
    assert [each.name for each in (within / "dev.here").iterdir()] == ["README.md"]


def test_a_file_that_somebody_edited_is_drift_and_one_that_is_gone_is_made_again(folder_provider, tmp_path):
    there = made(folder_provider, CONFIG_MAP, config_map(colour="red"))
    identity = Identity(there.id, there.inputs, there.outputs)
    assert folder_provider.read(CONFIG_MAP, identity).inputs == there.inputs
    file = tmp_path / "gitops/1-manifest/v1-configmap-default-settings.yaml"
    file.write_text(file.read_text().replace("red", "green"))
    found = folder_provider.read(CONFIG_MAP, identity)
    assert folder_provider.diff(CONFIG_MAP, found, there.inputs).updates == ("data",)
    file.unlink()
    assert folder_provider.read(CONFIG_MAP, identity) is None


def test_a_file_that_is_no_yaml_is_told(folder_provider, tmp_path):
    there = made(folder_provider, CONFIG_MAP, config_map())
    (tmp_path / "gitops/1-manifest/v1-configmap-default-settings.yaml").write_text("a: [")
    with pytest.raises(Refused, match="cannot be read"):
        folder_provider.read(CONFIG_MAP, Identity(there.id, there.inputs, there.outputs))


def test_what_a_killed_run_wrote_is_found(folder_provider):
    assert folder_provider.find(CONFIG_MAP, config_map(), ()) == ()
    there = made(folder_provider, CONFIG_MAP, config_map())
    assert folder_provider.find(CONFIG_MAP, config_map(), ()) == (there.id,)


def test_nothing_secret_is_written(folder_provider, golden):
    secret = {"metadata": {"name": "key", "namespace": "default"}, "stringData": {"key": "hunter2"}}
    said = [
        *wrong(folder_provider, "kubernetes:core/v1:Secret", secret),
        *wrong(folder_provider, CONFIG_MAP, {**config_map(), "data": {"key": Secret("hunter2")}}),
        *wrong(folder_provider, "kubernetes:helm.sh/v3:Release", {"chart": "kueue", "name": "kueue"}),
    ]
    golden("".join(f"{line}\n" for line in said))


PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"


def secret_of(**values):
    return {"metadata": {"name": "ca", "namespace": "default"}, **values}


def test_certificates_in_a_secret_are_written_because_nothing_is_secret_about_them(folder_provider, tmp_path):
    made(folder_provider, "kubernetes:core/v1:Secret", secret_of(stringData=Secret({"ca.crt": PEM + PEM})))
    ((_, text),) = files(tmp_path / "gitops").items()
    assert base64.b64decode(parsed(text)["data"]["ca.crt"]).decode() == PEM + PEM


@pytest.mark.parametrize(
    "values",
    [
        {"stringData": {"ca.crt": PEM, "tls.key": KEY}},
        {"stringData": {"ca.crt": f"hunter2\n{PEM}"}},
        {"stringData": {"ca.crt": UNKNOWN}},
        {"data": {"ca.crt": "not base64"}},
        {"data": {"ca.crt": base64.b64encode(KEY.encode()).decode()}},
    ],
    ids=str,
)
def test_what_is_beside_certificates_is_not_written(folder_provider, values):
    (said,) = wrong(folder_provider, "kubernetes:core/v1:Secret", secret_of(**values))
    assert "in clear" in said


def test_what_is_not_known_yet_is_planned(folder_provider):
    inputs = checked(folder_provider, CONFIG_MAP, config_map(colour=UNKNOWN))
    assert folder_provider.planned(CONFIG_MAP, None, inputs)["data"] == {"colour": UNKNOWN}
