"""Certificates and keys for one run of a server on loopback; they are gone with its folder."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provisioner.providers.certificates import accepting


@dataclass(frozen=True)
class Authority:
    """One who signs certificates; everything it makes is written into its folder."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def made(cls, folder):
        """A new one; its own certificate is `ca.crt`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("test servers")
        certificate = (
            _certificate(name, name, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write(folder / "ca.crt", certificate)
        return cls(folder, key, certificate)

    @property
    def file(self):
        return self.folder / "ca.crt"

    @property
    def trust(self):
        """For connections to whom it has certified; as those of EKS's clusters it says nothing of its key."""
        return accepting(self.file.read_text())

    def server(self, name):
        """Certificate and key of a server on loopback, as two files."""
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        return self._signed(name, _name(name), ExtendedKeyUsageOID.SERVER_AUTH, names)

    def client(self, user, group):
        """Certificate and key of a user in a group, as two files."""
        subject = [(NameOID.ORGANIZATION_NAME, group), (NameOID.COMMON_NAME, user)]
        name = x509.Name([x509.NameAttribute(*attribute) for attribute in subject])
        return self._signed(user, name, ExtendedKeyUsageOID.CLIENT_AUTH, [x509.DNSName(user)])

    def _signed(self, file, subject, use, names):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _certificate(subject, self.certificate.subject, key)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return _write(self.folder / f"{file}.crt", certificate), write_key(self.folder / f"{file}.key", key)


def signing_keys(folder):
    """A key pair that signs tokens: the private and the public file."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = folder / "tokens.pub"
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return write_key(folder / "tokens.key", key), public


def write_key(file, key):
    """Write a private key; returns the file."""
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    file.chmod(0o600)
    return file


def _write(file, certificate):
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return file


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject, issuer, key):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
    )
