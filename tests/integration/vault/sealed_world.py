"""An environment whose models are sealed and signed, in a checkout, with what its pods run.

What a pod would run is run here as it stands in the cluster, with the token that the API server makes for it; in the
place of KServe's program that fetches, one that copies.
"""

import itertools
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

_NUMBERS = itertools.count(1)
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
        self.name = f"sealed-{os.getpid() % 1000}-{next(_NUMBERS)}"
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


def header_of(file):
    """What the sealed file is called, and its data key as it is wrapped."""
    text = file.read_bytes().split(b"\n", 1)[1]
    header = json.loads(text[4 : 4 + int.from_bytes(text[:4], "big")])
    return header["model"], header["key"]["wrapped"]
