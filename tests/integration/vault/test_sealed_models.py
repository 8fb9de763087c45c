"""From an environment's file to a model that only its own servers open: a real Vault, a real API server.

What a pod would run is run here as it stands in the cluster, with the token that the API server makes for it; in the
place of KServe's program that fetches, one that copies.
"""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.e2e.product import AMBIENT, Product
from tests.integration.empty_charts import helm_of_empty_charts
from tests.integration.test_on_prem import DELIVERED
from tests.servers.becoming_ready import with_condition

FILE = Path(__file__).with_name("sealed.yaml")
SERVICES = "/apis/serving.kserve.io/v1beta1/inferenceservices"
FETCHES = '"/storage-initializer/scripts/initializer-entrypoint", uri, folder'
TOKEN_FILE = "/var/run/secrets/vault/token"
RANKER = {"config.json": b'{"layers": 2}', "weights/a.bin": b"0123456789abcdef" * 100_000}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A cluster of its own: the names of the platform's objects are the same in every environment."""
    from tests.integration.conftest import built
    from tests.servers.api_server import ApiServer

    built("etcd", "kube-apiserver")
    server = ApiServer(tmp_path_factory.mktemp("cluster"))
    try:
        server.load_crds(*DELIVERED)
        yield server
    finally:
        server.close()


class Sealing:
    """The environment in a checkout, and what its pods run."""

    def __init__(self, folder, cluster, vault, helm):
        self.folder, self.cluster, self.vault = folder, cluster, vault
        self.name = f"sealed-{os.getpid() % 1000}"
        wrong = {name: value for name, value in AMBIENT.items() if name.startswith("AWS_")}
        path = f"{helm_of_empty_charts(helm, folder / 'bin')}{os.pathsep}{os.environ['PATH']}"
        secrets = {"VAULT_TOKEN": vault.root_token, "PULUMI_CONFIG_PASSPHRASE": "of the tests"}
        self.product = Product(folder / "checkout", {**wrong, **secrets, "PATH": path})
        environments = self.product.folder / "environments"
        self.file = environments / f"{self.name}.yaml"
        settings = FILE.read_text().replace("ENVIRONMENT", self.name)
        self.file.write_text(settings.replace("ADDRESS", vault.address).replace("CLUSTER", cluster.url))
        shutil.copy(vault.ca, environments / "vault-ca.pem")
        shutil.copy(cluster.authority.file, environments / "cluster-ca.pem")
        kubeconfig = cluster.written_kubeconfig("here", {"token": cluster.token}, context="here")
        shutil.copy(kubeconfig, environments / "kubeconfig")

    def __call__(self, command, **more):
        return self.product(command.replace("ENV", self.name), **more)

    def apply(self):
        with self.cluster.becoming_ready({SERVICES: with_condition("Ready")}):
            return self("apply ENV --yes")

    def seal(self, model, version, files):
        """A model with these files, sealed and signed into the folder `store`; what is said of it."""
        source = self.product.folder / f"{model}-{version}"
        for name, content in files.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(content)
        return self(f"model seal ENV {model} {version} {source.name} --to store --json").json

    def change(self, change):
        """Change the settings in the environment's file."""
        settings = yaml.safe_load(self.file.read_text())
        change(settings)
        self.file.write_text(yaml.safe_dump(settings, sort_keys=False))

    def serve(self, *done):
        """Write the models into the environment's file, as `model seal` tells to."""

        def written(settings):
            settings["model_store"]["signing_keys"] = sorted({each["signingKey"] for each in done})
            settings["models"] = [entry(each) for each in done]

        self.change(written)

    def sealed_file(self, done):
        return self.product.folder / done["uri"]

    def service(self, model, team):
        return self.cluster.get(
            f"/apis/serving.kserve.io/v1beta1/namespaces/{team}/inferenceservices/{model}"
        )

    def token(self, model, team):
        """The token that a pod of the model's servers has in its volume."""
        path = f"/api/v1/namespaces/{team}/serviceaccounts/{model}/token"
        return self.cluster.post(path, {"spec": {"expirationSeconds": 600}})["status"]["token"]

    def login(self, role, token):
        """The HTTP status and the answer of a login."""
        body = {"role": role, "jwt": token}
        return self.vault.ask("POST", f"auth/{self.name}/kubernetes-here/login", body)

    def pod(self, service, token, fetched, folder):
        """Run what comes before the server as the pod does, with this file as what is fetched; how it ended."""
        (first,) = service["spec"]["predictor"]["initContainers"]
        program, uri, mount, digest, told = first["command"][2], *first["args"]
        assert mount == "/mnt/models"
        copies = (
            f"'{sys.executable}', '-c', 'import shutil, sys; shutil.copy(*sys.argv[1:])', '{fetched}', folder"
        )
        assert FETCHES in program
        volume = folder.with_suffix(".token")
        volume.write_text(token)
        command = [sys.executable, "-c", program.replace(FETCHES, copies), uri, str(folder), digest]
        command.append(told.replace(TOKEN_FILE, str(volume)))
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env={"TMPDIR": str(self.folder)}
        )


def entry(done):
    team = {"ranker": "search", "triage": "support"}[done["model"]]
    return {
        "name": done["model"],
        "team": team,
        "source": {
            "uri": f"s3://models/{'/'.join(done['uri'].split('/')[1:])}",
            "endpoint": "https://s3.corp.example",
            "secret": "store",
            **{name: done[name] for name in ("digest", "sealed", "signature")},
        },
        "licence": "proprietary",
        "runtime": "sklearn",
        "traffic": {"stable": done["version"]},
    }


def files_in(folder):
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.fixture(scope="module")
def sealing(tmp_path_factory, cluster, vault, helm):
    """The environment with its keys, two models sealed by them and served."""
    made = Sealing(tmp_path_factory.mktemp("sealing"), cluster, vault, helm)
    made.apply()
    made.ranker = made.seal("ranker", 17, RANKER)
    made.triage = made.seal("triage", 3, {"model.joblib": b"of another team"})
    made.serve(made.ranker, made.triage)
    made.apply()
    yield made
    made.product.close()


@pytest.fixture
def opened(sealing, tmp_path):
    """Runs the pod of a model; the files that its server finds, or why it does not start."""

    def opened(done, team, *, token=None, fetched=None):
        service = sealing.service(done["model"], team)
        token = token or sealing.token(done["model"], team)
        folder = tmp_path / "models"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        ended = sealing.pod(service, token, fetched or sealing.sealed_file(done), folder)
        return files_in(folder) if ended.returncode == 0 else ended.stderr

    return opened


def test_nothing_is_left_to_do(sealing):
    sealing("plan ENV --detailed-exitcode")


def test_the_store_has_the_model_by_its_digest_and_nothing_in_clear(sealing):
    file = sealing.sealed_file(sealing.ranker)
    assert file.parent.name == sealing.ranker["digest"].replace(":", "-")
    assert b"0123456789abcdef" not in file.read_bytes()
    sealing(f"model verify ENV ranker 17 {sealing.ranker['uri']}")
    sealing(f"model verify ENV ranker 18 {sealing.ranker['uri']}", code=1)


def test_the_servers_of_a_model_find_its_files(sealing, opened):
    assert opened(sealing.ranker, "search") == RANKER
    assert opened(sealing.triage, "support") == {"model.joblib": b"of another team"}


def test_they_are_refused_the_model_of_another(sealing, opened):
    status, answer = sealing.login("model-triage", sealing.token("ranker", "search"))
    assert (status, answer["errors"]) == (403, ["service account name not authorized"])
    said = opened(sealing.triage, "support", token=sealing.token("ranker", "search"))
    assert "Vault refuses `auth" in said
    assert "403" in said
    _, wrapped = header_of(sealing.sealed_file(sealing.triage))
    for path, body in {
        "decrypt/model-triage": {"ciphertext": wrapped},
        "datakey/plaintext/model-ranker": {},
        "encrypt/model-ranker": {"plaintext": ""},
        "sign/signing": {"input": ""},
        "keys/model-ranker/rotate": {},
    }.items():
        _, answer = sealing.login("model-ranker", sealing.token("ranker", "search"))
        token = answer["auth"]["client_token"]
        assert sealing.vault.ask("POST", f"{sealing.name}/transit/{path}", body, token)[0] == 403, path


def header_of(file):
    """What the sealed file is called, and its data key as it is wrapped."""
    text = file.read_bytes().split(b"\n", 1)[1]
    header = json.loads(text[4 : 4 + int.from_bytes(text[:4], "big")])
    return header["model"], header["key"]["wrapped"]


def test_a_login_is_good_for_one_call(sealing):
    _, wrapped = header_of(sealing.sealed_file(sealing.ranker))
    _, answer = sealing.login("model-ranker", sealing.token("ranker", "search"))
    asked = ("POST", f"{sealing.name}/transit/decrypt/model-ranker", {"ciphertext": wrapped})
    assert sealing.vault.ask(*asked, answer["auth"]["client_token"])[0] == 200
    assert sealing.vault.ask(*asked, answer["auth"]["client_token"])[0] == 403


def test_a_model_in_the_place_of_another_does_not_start(sealing, opened):
    said = opened(sealing.ranker, "search", fetched=sealing.sealed_file(sealing.triage))
    assert f"it has the digest {sealing.triage['digest']}, not {sealing.ranker['digest']}" in said


def test_a_signature_that_does_not_hold_is_told_with_its_line(sealing):
    before = sealing.file.read_text()
    sealing.change(lambda settings: settings["models"][0]["traffic"].update(stable=18))
    try:
        said = sealing("plan ENV", code=1).err
    finally:
        sealing.file.write_text(before)
    assert "error[ENV-056]: Signature of a model does not hold" in said
    assert f"environments/{sealing.name}.yaml:" in said


def test_what_is_not_signed_does_not_get_into_the_cluster(sealing):
    body = copy.deepcopy(sealing.service("ranker", "search"))
    body["metadata"] = {"name": "unsigned", "namespace": "search"}
    body.pop("status", None)
    predictor = body["spec"]["predictor"]
    predictor["annotations"]["provisioner/model-digest"] = "sha256:" + "0" * 64
    code, answer = sealing.cluster.ask("POST", SERVICES.replace("inf", "namespaces/search/inf"), body)
    assert code in (403, 422)
    assert "was not found among those with a signature that holds" in answer["message"]


def test_after_a_rotation_it_still_opens_and_below_the_minimum_version_it_does_not(sealing, opened):
    sealing.vault.post(f"{sealing.name}/transit/keys/model-ranker/rotate")
    newer = sealing.seal("ranker", 18, {"config.json": b"newer"})
    assert [header_of(sealing.sealed_file(each))[1][:9] for each in (sealing.ranker, newer)] == [
        "vault:v1:",
        "vault:v2:",
    ]
    assert opened(sealing.ranker, "search") == RANKER

    def raised(settings):
        settings["encryption"]["vault"]["transit"][0]["minimum_version"] = 2

    sealing.change(raised)
    sealing.apply()
    said = opened(sealing.ranker, "search")
    assert "ciphertext or signature version is disallowed by policy (too old)" in said
    assert "too old" in sealing(f"model open ENV ranker 17 {sealing.ranker['uri']} --to out", code=1).err
    sealing.serve(newer, sealing.triage)
    sealing.apply()
    assert opened(newer, "search") == {"config.json": b"newer"}
