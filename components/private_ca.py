"""A private certificate authority in Vault: a root that signs one issuer, which signs everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_vault as vault

from components.vault_policy import policy

ROLE: Final = "services"
"""By which certificates are asked for."""

CaKey = tuple[Literal["ec", "rsa"], int]
"""Kind of key, and its bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """In seconds; each at most as long as what signs it."""

    root_s: int
    issuer_s: int
    certificate_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateCaArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    name: str
    """What its certificates begin with, as people read them."""
    address: str
    """Of Vault, as those who check certificates reach it."""
    root_mount: str
    issuing_mount: str
    key: CaKey
    lifetimes: Lifetimes
    domains: Sequence[str]
    """Names that are certified, with all below them."""
    policies: str
    """How the name of its policy begins: that of the environment."""


class PrivateCa(pulumi.ComponentResource):
    """Two engines, so that the root signs nothing but its issuer; neither key ever leaves Vault."""

    certificate: pulumi.Output[str]
    """Of the root: what everything is trusted by."""

    def __init__(self, name: str, args: PrivateCaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:security:PrivateCa", name, {"origin": args.origin}, opts)
        root = self._root(name, args)
        issuing = self._engine(f"{name}-issuing", args.issuing_mount, args.lifetimes.issuer_s)
        signed = self._issuer(name, args, root, issuing)
        self._urls(f"{name}-root", args, args.root_mount, root)
        self._urls(f"{name}-issuing", args, args.issuing_mount, issuing)
        self._role(name, args, issuing, signed)
        rules = {f"{args.issuing_mount}/sign/{ROLE}": ("create", "update")}
        policy(f"{name}-certificates", f"{args.policies}-certificates", rules, self._child())
        self.certificate = root.certificate
        self.register_outputs({"certificate": self.certificate})

    def _engine(self, name: str, path: str, longest_s: int) -> vault.Mount:
        return vault.Mount(
            name,
            path=path,
            type="pki",
            description="Certificates",
            max_lease_ttl_seconds=longest_s,
            opts=self._child(),
        )

    def _root(self, name: str, args: PrivateCaArgs) -> vault.pkisecret.SecretBackendRootCert:
        engine = self._engine(f"{name}-root", args.root_mount, args.lifetimes.root_s)
        kind, bits = args.key
        return vault.pkisecret.SecretBackendRootCert(
            f"{name}-root",
            backend=engine.path,
            type="internal",
            common_name=f"{args.name} root",
            issuer_name="root",
            ttl=f"{args.lifetimes.root_s}s",
            key_type=kind,
            key_bits=bits,
            max_path_length=1,
            exclude_cn_from_sans=True,
            opts=self._child(),
        )

    def _issuer(
        self,
        name: str,
        args: PrivateCaArgs,
        root: vault.pkisecret.SecretBackendRootCert,
        issuing: vault.Mount,
    ) -> pulumi.Resource:
        kind, bits = args.key
        asked = vault.pkisecret.SecretBackendIntermediateCertRequest(
            f"{name}-issuer",
            backend=issuing.path,
            type="internal",
            common_name=f"{args.name} issuer",
            key_type=kind,
            key_bits=bits,
            exclude_cn_from_sans=True,
            opts=self._child(),
        )
        signed = vault.pkisecret.SecretBackendRootSignIntermediate(
            f"{name}-issuer",
            backend=root.backend,
            csr=asked.csr,
            common_name=f"{args.name} issuer",
            ttl=f"{args.lifetimes.issuer_s}s",
            max_path_length=0,
            exclude_cn_from_sans=True,
            opts=self._child(),
        )
        return vault.pkisecret.SecretBackendIntermediateSetSigned(
            f"{name}-issuer", backend=issuing.path, certificate=signed.certificate_bundle, opts=self._child()
        )

    def _urls(self, name: str, args: PrivateCaArgs, mount: str, after: pulumi.Resource) -> None:
        """What stands in every certificate: where its issuer's is, and what was revoked."""
        vault.pkisecret.SecretBackendConfigUrls(
            name,
            backend=mount,
            issuing_certificates=[f"{args.address}/v1/{mount}/ca"],
            crl_distribution_points=[f"{args.address}/v1/{mount}/crl"],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _role(self, name: str, args: PrivateCaArgs, issuing: vault.Mount, signed: pulumi.Resource) -> None:
        vault.pkisecret.SecretBackendRole(
            name,
            backend=issuing.path,
            name=ROLE,
            allowed_domains=list(args.domains),
            allow_bare_domains=True,
            allow_subdomains=True,
            allow_localhost=False,
            # One would speak for every host below a domain, also for those of others; each has its own.
            allow_wildcard_certificates=False,
            allow_ip_sans=False,
            enforce_hostnames=True,
            # cert-manager names hosts among the alternatives alone, as browsers read them.
            require_cn=False,
            key_type="any",
            ttl=str(args.lifetimes.certificate_s),
            max_ttl=str(args.lifetimes.certificate_s),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[signed]),
        )

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)
