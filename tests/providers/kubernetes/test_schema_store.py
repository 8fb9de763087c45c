"""What this machine keeps of CRDs: objects in a folder are held against it, whatever state the cache is in."""

import io
import json
import tarfile
import threading
import zipfile

import pytest
import yaml

from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.definition_files import definitions_at, definitions_in
from provisioner.providers.kubernetes.objects import Kind
from provisioner.providers.kubernetes.package import ClusterConnection, KubernetesPackage
from provisioner.providers.kubernetes.schema_store import Origin, SchemaStore, store_folder
from tests.providers.kubernetes.objects import checked, wrong
from tests.support.definitions import SHELVES, crd, shelf

SHELF = "kubernetes:example.com/v1:Shelf"
OLD = Origin(name="shelves", version="1.0.0", kinds=("example.com/Shelf",))
NEW = Origin(name="shelves", version="2.0.0", kinds=("example.com/Shelf",))


@pytest.fixture
def store(tmp_path):
    return SchemaStore(tmp_path / "store", (OLD,), "`provisioner crds fetch prod`")


@pytest.fixture
def given(tmp_path):
    """Writes manifests into a file."""

    def given(*manifests, name="crds.yaml"):
        file = tmp_path / "given" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump_all(manifests))
        return file

    return given


def keep(store, origin, definition, place="oci://registry.example/shelves"):
    store.keep(origin, definitions_in(yaml.safe_dump(definition), "here").kinds, place)


def provider_with(store, folder):
    package = KubernetesPackage(ClusterConnection(folder=folder, schemas=store))
    return package.configure({"renderYamlToDirectory": "gitops"})


def test_an_object_is_held_against_what_is_kept(store, tmp_path):
    keep(store, OLD, crd())
    provider = provider_with(store, tmp_path)
    checked(provider, SHELF, shelf())
    assert wrong(provider, SHELF, shelf(widht=3, width="wide")) == [
        "spec.width: is a text, and has to be a whole number"
        " (by shelves 1.0.0, taken from oci://registry.example/shelves)",
        "spec.widht: there is no such field; did you mean `width`?"
        " (by shelves 1.0.0, taken from oci://registry.example/shelves)",
    ]
    assert provider.remarks() == ()


def test_where_nothing_is_kept_it_is_said_what_was_not_checked(store, tmp_path):
    provider = provider_with(store, tmp_path)
    assert provider.remarks() == ()
    checked(provider, SHELF, shelf(widht=3))
    assert provider.remarks() == (
        "Of some objects of custom kinds only the metadata were checked: how such objects look is not known on"
        " this machine. `provisioner crds fetch prod` brings it here.",
    )


def test_a_definition_of_the_same_program_counts_more_than_what_is_kept(store, tmp_path):
    keep(store, OLD, crd())
    provider = provider_with(store, tmp_path)
    definition = crd(depth={"type": "integer"})
    checked(provider, "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", definition)
    checked(provider, SHELF, shelf(depth=3))


def test_what_another_version_of_the_chart_brings_does_not_count(store, tmp_path):
    keep(store, NEW, crd())
    assert store.found("example.com", "Shelf") is None
    assert SchemaStore(store.folder, (NEW,)).found("example.com", "Shelf").source == (
        "shelves 2.0.0, taken from oci://registry.example/shelves"
    )


def test_a_kind_that_nobody_is_known_to_bring_is_found_among_the_others(store):
    keep(store, None, crd(), "crds.yaml")
    assert SchemaStore(store.folder).found("example.com", "Shelf").source == "crds.yaml"
    assert store.found("example.com", "Shelf") is None


def test_what_is_kept_later_takes_the_place_and_the_rest_stays(store):
    keep(store, None, crd())
    keep(store, None, crd(kind="Board"))
    keep(store, None, crd(depth={"type": "integer"}), "newer")
    assert {kind: entry.taken_from for kind, entry in store.entries(None).items()} == {
        "example.com/Shelf": "newer",
        "example.com/Board": "oci://registry.example/shelves",
    }


@pytest.mark.parametrize(
    "damage", ["not JSON", "[1]", '{"format": 99}', '{"format": 1}', '{"format": 1, "kinds": [1]}']
)
def test_an_index_that_was_damaged_is_as_none(store, damage):
    keep(store, OLD, crd())
    (store.folder / "shelves-1.0.0.json").write_text(damage)
    assert SchemaStore(store.folder, (OLD,)).found("example.com", "Shelf") is None
    keep(store, OLD, crd())
    assert store.found("example.com", "Shelf")


def test_a_schema_that_was_changed_or_is_gone_is_not_used(store):
    keep(store, OLD, crd())
    (file,) = (store.folder / "objects").iterdir()
    file.write_text(file.read_text().replace("integer", "string"))
    assert SchemaStore(store.folder, (OLD,)).found("example.com", "Shelf") is None
    assert store.entries(OLD) == {}
    file.unlink()
    assert SchemaStore(store.folder, (OLD,)).found("example.com", "Shelf") is None


def test_several_that_keep_something_at_once_lose_nothing(store):
    kinds = [f"Board{number}" for number in range(8)]
    threads = [
        threading.Thread(target=keep, args=(SchemaStore(store.folder), None, crd(kind=kind)))
        for kind in kinds
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.entries(None).keys() == {f"example.com/{kind}" for kind in kinds}


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="cannot be written"):
        keep(SchemaStore(tmp_path / "file" / "store"), OLD, crd())


def test_the_folder_is_in_the_users_cache(monkeypatch, tmp_path):
    assert store_folder().name == "schemas"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store_folder() == tmp_path / ".cache/provisioner/schemas"


def test_definitions_are_found_in_a_folder_an_archive_a_file_and_a_list(given, tmp_path):
    file = given({"kind": "ConfigMap"}, crd(), crd(kind="Board"))
    both = {"example.com/Shelf", "example.com/Board"}
    assert definitions_at(file).kinds.keys() == both
    assert definitions_at(file.parent).kinds.keys() == both
    with tarfile.open(tmp_path / "crds.tar.gz", "w:gz") as archive:
        archive.add(file, "deep/crds.yaml")
    assert definitions_at(tmp_path / "crds.tar.gz").kinds.keys() == both
    with zipfile.ZipFile(tmp_path / "crds.zip", "w") as archive:
        archive.write(file, "deep/crds.yaml")
    assert definitions_at(tmp_path / "crds.zip").kinds.keys() == both
    as_kubectl_does = tmp_path / "crds.json"
    as_kubectl_does.write_text(
        json.dumps({"apiVersion": "v1", "kind": "List", "items": [{**crd(), "status": {"conditions": []}}]})
    )
    assert definitions_at(as_kubectl_does).kinds.keys() == {"example.com/Shelf"}
    assert definitions_at(file).kinds["example.com/Shelf"].keys() == {Kind("example.com/v1", "Shelf")}


def test_a_chart_that_was_not_rendered_holds_templates(tmp_path):
    text = f"{{{{- if .Values.crds }}}}\n{SHELVES}"
    with tarfile.open(tmp_path / "shelves-1.0.0.tgz", "w:gz") as archive:
        member = tarfile.TarInfo("shelves/templates/crds.yaml")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text.encode()))
    found = definitions_at(tmp_path / "shelves-1.0.0.tgz")
    assert found.kinds == {}
    assert found.templates == [f"{tmp_path}/shelves-1.0.0.tgz: shelves/templates/crds.yaml"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: CustomResourceDefinition\n a: [", "is no YAML"),
        (SHELVES.replace("scope: Namespaced", "scope: 7"), "`spec.scope`"),
        (SHELVES.replace("  group: example.com\n", ""), "`spec.group` has to be given"),
        (SHELVES.replace("required: [width]", "required: 1"), "`shelves.example.com` is no"),
    ],
)
def test_a_definition_that_is_none_is_told_with_its_place(text, said, tmp_path):
    file = tmp_path / "crds.yaml"
    file.write_text(text)
    with pytest.raises(Refused) as refused:
        definitions_at(file)
    assert str(file) in refused.value.reason
    assert said in refused.value.reason


def test_a_path_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(Refused, match="cannot be read"):
        definitions_at(tmp_path / "nothing.yaml")
