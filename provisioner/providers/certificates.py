"""Whose certificates a TLS connection of ours accepts: the same under each version of Python.

Python 3.13 began to refuse authorities whose certificates do not name the key that signed them, or what it
may be used for (`VERIFY_X509_STRICT`). Those that EKS and kubeadm made for clusters are of that kind, as are
many companies' own, and every other client of a cluster, a Vault and a registry accepts them.
"""

from __future__ import annotations

import ssl


def accepting(authorities: str = "") -> ssl.SSLContext:
    """For servers whose certificates these authorities signed, in PEM; empty: those that Python trusts.

    Raises `ssl.SSLError` for what are no certificates.
    """
    return as_others_accept(ssl.create_default_context(cadata=authorities or None))


def as_others_accept(context: ssl.SSLContext) -> ssl.SSLContext:
    """The context, from now on with the demands of kubectl, Vault's CLI and Terraform, which Go makes.

    Signatures, names, dates and the right to sign are looked at as before; a chain may end at an authority
    in the middle where that is the one to be trusted.
    """
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
