"""Servers with certificates like those of EKS's clusters, which say nothing of keys: accepted as by kubectl.

Each test is run with what Python 3.13 began to demand, under whichever Python it is.
"""

import contextlib
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from provisioner import image_registry
from provisioner.image_registry import ImageRegistry
from provisioner.providers.certificates import accepting
from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.client import ApiClient
from provisioner.providers.kubernetes.credentials import Credentials
from provisioner.providers.kubernetes.kubeconfig import Access
from provisioner.providers.kubernetes.waiting import Clock
from provisioner.providers.vault.transport import Transport
from provisioner.registry_login import logins
from tests.servers.certificates import Authority

DIGEST = f"sha256:{'1' * 64}"


@pytest.fixture(autouse=True)
def demanding(monkeypatch):
    """Python's and urllib3's own connections, as they are from Python 3.13 on."""

    def strict(made):
        def context(*positional, **named):
            found = made(*positional, **named)
            found.verify_flags |= ssl.VERIFY_X509_STRICT
            return found

        return context

    monkeypatch.setattr(ssl, "create_default_context", strict(ssl.create_default_context))
    monkeypatch.setattr(
        urllib3.util.ssl_, "create_urllib3_context", strict(urllib3.util.ssl_.create_urllib3_context)
    )


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.made(tmp_path_factory.mktemp("authority"))


class Greeting(BaseHTTPRequestHandler):
    """Has the same for everybody."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Docker-Content-Digest", DIGEST)
        self.send_header("Content-Length", "2")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"{}")

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Quiet(ThreadingHTTPServer):
    """Greets each client when it speaks; who hangs up because of our certificate is no news."""

    def __init__(self, certificate, key):
        super().__init__(("127.0.0.1", 0), Greeting)
        self.certified = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.certified.load_cert_chain(certificate, key)

    def finish_request(self, request, client_address):
        with contextlib.suppress(OSError), self.certified.wrap_socket(request, server_side=True) as spoken:
            super().finish_request(spoken, client_address)


@pytest.fixture(scope="module")
def port(authority):
    with Quiet(*authority.server("server")) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def others(tmp_path):
    """The file of an authority that has signed nothing here."""
    return Authority.made(tmp_path).file


def cluster(port, file, name="localhost"):
    server = f"https://127.0.0.1:{port}"
    access = Access(context="here", server=server, authority=file.read_text(), tls_name=name)
    clock = Clock()
    clock.broken_off.set()
    return ApiClient(access, Credentials(access), clock).call("GET", "/version")


def test_an_api_server(port, authority):
    assert cluster(port, authority.file).is_good


def test_an_api_server_that_another_has_signed_is_not_trusted(port, others):
    with pytest.raises(Refused, match="is not trusted"):
        cluster(port, others)


def test_an_api_server_under_a_name_that_is_not_in_its_certificate_is_not_trusted(port, authority):
    with pytest.raises(Refused, match="is not trusted"):
        cluster(port, authority.file, name="api.example.com")


def test_a_vault(port, authority):
    assert Transport(f"https://127.0.0.1:{port}", authority.file).send("GET", "sys/health", None, {}).is_good


def test_a_vault_that_another_has_signed_is_not_trusted(port, others):
    with pytest.raises(Refused, match="is not trusted"):
        Transport(f"https://127.0.0.1:{port}", others).send("GET", "sys/health", None, {})


def digest(monkeypatch, port, file):
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setattr(image_registry, "_is_here", lambda _: False)
    (found,) = ImageRegistry(f"127.0.0.1:{port}", logins({})).digests([f"127.0.0.1:{port}/a/b:1"])
    return found


def test_a_registry(monkeypatch, port, authority):
    assert digest(monkeypatch, port, authority.file).digest == DIGEST


def test_a_registry_that_another_has_signed_is_not_trusted(monkeypatch, port, others):
    monkeypatch.setattr(image_registry, "_AGAIN", False)
    found = digest(monkeypatch, port, others)
    assert (found.digest, "certificate" in found.refused) == (None, True)


def test_an_authority_in_the_middle_may_be_the_one_that_is_trusted(port, authority, tmp_path):
    above = Authority.made(tmp_path)
    signed = (
        x509.CertificateBuilder()
        .subject_name(authority.certificate.subject)
        .issuer_name(above.certificate.subject)
        .public_key(authority.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(above.certificate.not_valid_before_utc)
        .not_valid_after(above.certificate.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(above.key, hashes.SHA256())
    )
    middle = signed.public_bytes(serialization.Encoding.PEM).decode()
    with urllib3.PoolManager(ssl_context=accepting(middle)) as pool:
        assert pool.request("GET", f"https://127.0.0.1:{port}").status == 200
