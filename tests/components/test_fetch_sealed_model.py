"""What opens a sealed model lets its server start with that model only, and says why it does not."""

import json
import subprocess
import sys
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from components import fetch_sealed_model
from components.fetch_sealed_model import digest_of
from environments.model_signature import envelope, signed_bytes, statement
from tests.sealing.sealed import KEY, made, sealed

FETCHES = '"/storage-initializer/scripts/initializer-entrypoint", uri, folder'
SIGNS = Ed25519PrivateKey.from_private_bytes(KEY)
PUBLIC = b64encode(SIGNS.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
FILES = {"config.json": b"{}", "weights": bytes(2_000_000)}


class Answers(BaseHTTPRequestHandler):
    """Lets in who shows `of-ranker`, once, and opens for them what the model's key has sealed."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers["X-Vault-Namespace"]))
        match self.path, body:
            case "/v1/auth/prod/kubernetes-here/login", {"role": "model-ranker", "jwt": "of-ranker"}:
                return self._answer(200, {"auth": {"client_token": "t"}})
            case "/v1/prod/transit/decrypt/model-ranker", {"ciphertext": "vault:v1:x"} if (
                self.headers["X-Vault-Token"] == "t"
            ):
                return self._answer(200, {"data": {"plaintext": b64encode(KEY).decode()}})
            case _:
                return self._answer(403, {"errors": ["permission denied"]})

    def _answer(self, code, body):
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        """Nobody reads it."""


@pytest.fixture(scope="module")
def vault():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealed")
    (folder / "model.sealed").write_bytes(sealed(made(folder / "model", **FILES)))
    return folder / "model.sealed"


@pytest.fixture
def run(vault, file, tmp_path):
    """Runs the text as the pod does, with a program that copies in the place of KServe's; files, or what is said."""

    def run(fetched=file, token="of-ranker", ends_with=0, **other):
        said = statement("ranker", 17, digest_of(file))
        (tmp_path / "token").write_text(token)
        way = {
            "kind": "vault",
            "address": f"http://127.0.0.1:{vault.server_port}",
            "namespace": "ml",
            "mount": "prod/transit",
            "key": "model-ranker",
            "auth": "prod/kubernetes-here",
            "role": "model-ranker",
            "token_file": str(tmp_path / "token"),
        }
        told = {
            "model": "ranker",
            "version": 17,
            "way": {**way, **other.pop("way", {})},
            "statement": said,
            "envelope": envelope(said, [b64encode(SIGNS.sign(signed_bytes(said))).decode()]),
            "keys": [PUBLIC],
            **other,
        }
        program = f"import shutil, sys; shutil.copy({str(fetched)!r}, sys.argv[1]); sys.exit({ends_with})"
        copies = f"{sys.executable!r}, '-c', {program!r}, folder"
        text = Path(fetch_sealed_model.__file__).read_text().replace(FETCHES, copies)
        arguments = ["s3://models/ranker", str(tmp_path / "models"), digest_of(file), json.dumps(told)]
        done = subprocess.run(
            [sys.executable, "-c", text, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            return done.stderr
        return {each.name: each.read_bytes() for each in (tmp_path / "models").iterdir()}

    return run


def test_its_server_finds_the_files(run, vault):
    vault.asked.clear()
    assert run() == FILES
    assert vault.asked == [
        ("/v1/auth/prod/kubernetes-here/login", "ml"),
        ("/v1/prod/transit/decrypt/model-ranker", "ml"),
    ]


def test_a_signature_is_looked_at_before_anything_is_fetched(run, vault, tmp_path):
    vault.asked.clear()
    assert "by none of the keys that may sign" in run(keys=[])
    other = statement("ranker", 18, "sha256:" + "1" * 64)
    assert "another model, another version, or with another digest" in run(statement=other)
    assert vault.asked == []
    assert not (tmp_path / "models").exists()


def test_other_bytes_than_those_that_were_named_are_not_opened(run, vault, tmp_path):
    vault.asked.clear()
    other = tmp_path / "model.sealed"
    other.write_bytes(sealed(made(tmp_path / "other", weights=b"")))
    assert f"it has the digest {digest_of(other)}, not" in run(fetched=other)
    assert vault.asked == []


def test_another_version_is_not_opened(run):
    assert "it was sealed as ranker 17. The server does not start with it." in run(version=18, envelope=None)


def test_who_is_somebody_else_is_refused_by_vault(run):
    said = run(token="of-triage")
    assert "s3://models/ranker: Vault refuses `auth/prod/kubernetes-here/login`: 403" in said
    assert "permission denied" in said
    assert "Vault refuses `prod/transit/decrypt/model-triage`: 403" in run(way={"key": "model-triage"})


def test_a_vault_that_is_away_is_told(run):
    assert "Vault does not answer at http://127.0.0.1:9" in run(way={"address": "http://127.0.0.1:9"})


def test_a_model_that_cannot_be_fetched_is_told(run):
    assert run(ends_with=3) == "s3://models/ranker could not be fetched; what is above says why.\n"


def test_a_folder_without_a_sealed_model_is_told(run, tmp_path):
    other = tmp_path / "weights.bin"
    other.write_bytes(b"")
    assert "there is no file `model.sealed`" in run(fetched=other)
