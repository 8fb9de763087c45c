"""What an object of the cases stands on, made in Vault without the engine; and what is quoted in several."""

import base64
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

POSTGRES = {
    "plugin_name": "postgresql-database-plugin",
    "connection_url": "postgresql://{{username}}:{{password}}@db.example:5432/features",
    "username": "vault",
    "password": "canary-of-a-database",
}


def public(key):
    """Its public half, as Vault writes it."""
    half = key.public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return half.public_bytes(serialization.Encoding.PEM, form).decode().strip()


PUBLIC_KEY = public(ec.generate_private_key(ec.SECP256R1()))


def nothing(server, prefix):
    return {}


def mounted(type, **options):
    """Stand on an engine of this type at the prefix."""

    def stand(server, prefix):
        server.post(f"sys/mounts/{prefix}", {"type": type, "options": options})
        return {}

    return stand


def admitting(type):
    """Stand on a way to log in, at the prefix."""

    def stand(server, prefix):
        server.post(f"sys/auth/{prefix}", {"type": type})
        return {"accessor": server.get("sys/auth")["data"][f"{prefix}/"]["accessor"]}

    return stand


def with_role(server, prefix):
    known = admitting("approle")(server, prefix)
    server.post(f"auth/{prefix}/role/builds", {"token_policies": ["default"]})
    return known


def with_database(server, prefix):
    mounted("database")(server, prefix)
    server.post(f"{prefix}/config/features", {**POSTGRES, "verify_connection": False, "allowed_roles": "*"})
    return {}


def with_file(server, prefix):
    """A file for a log of its own: two audit devices never share one."""
    return {"file": str(server.audit_log.with_name(f"{prefix}.log"))}


def with_group(server, prefix):
    group = server.post("identity/group", {"name": prefix, "type": "external"})["data"]["id"]
    return {**admitting("jwt")(server, prefix), "group": group}


def with_entity(server, prefix):
    entity = server.post("identity/entity", {"name": prefix})["data"]["id"]
    return {**admitting("jwt")(server, prefix), "entity": entity}


def with_root(server, prefix):
    mounted("pki")(server, prefix)
    server.post(f"sys/mounts/{prefix}/tune", {"max_lease_ttl": "87600h"})
    asked = {"common_name": "Root", "key_type": "ec", "ttl": "8760h"}
    return {"issuer": server.post(f"{prefix}/root/generate/internal", asked)["data"]["issuer_id"]}


def with_request(server, prefix):
    with_root(server, prefix)
    server.post(f"sys/mounts/{prefix}-issuing", {"type": "pki"})
    asked = {"common_name": "Issuing", "key_type": "ec"}
    request = server.post(f"{prefix}-issuing/intermediate/generate/internal", asked)["data"]["csr"]
    return {"csr": request}


def with_signed(server, prefix):
    asked = {"csr": with_request(server, prefix)["csr"], "common_name": "Issuing", "ttl": "4380h"}
    return {"certificate": server.post(f"{prefix}/root/sign-intermediate", asked)["data"]["certificate"]}


def with_authority(server, prefix):
    """A way to log in, and the certificate of somebody who signs; the server's own is one."""
    return {**admitting("kubernetes")(server, prefix), "certificate": server.ca.read_text()}


def signed(key, **claims):
    """A token with these claims, as an issuer signs it with this key (ES256)."""
    parts = [_encoded(json.dumps(part).encode()) for part in ({"alg": "ES256", "typ": "JWT"}, claims)]
    r, s = decode_dss_signature(key.sign(".".join(parts).encode(), ec.ECDSA(hashes.SHA256())))
    return ".".join([*parts, _encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))])


def _encoded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
