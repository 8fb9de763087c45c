"""Every way to log in, against the real Vault: AppRole, a pod's token, somebody's signed token, a token that ends."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from provisioner.engine.interface import Result
from provisioner.providers.vault.connection import AppRoleLogin, JwtLogin, TokenLogin
from tests.integration.vault.stands import admitting, public, signed
from tests.integration.vault.test_interruptions import EVERYTHING, made, policies, slow_policies
from tests.support.runs import changes


@pytest.fixture
def everything(vault, prefix):
    """The name of a policy that allows all that the tests do."""
    vault.put(f"sys/policies/acl/{prefix}", {"policy": EVERYTHING})
    return prefix


@pytest.fixture
def approle(vault, prefix, everything, tmp_path):
    """Makes the login of an AppRole whose tokens live this long."""

    def make(**limits):
        admitting("approle")(vault, prefix)
        role = f"auth/{prefix}/role/builds"
        vault.post(role, {"token_policies": [everything], **limits})
        role_id = vault.get(f"{role}/role-id")["data"]["role_id"]
        file = tmp_path / "secret-id"
        file.write_text(vault.post(f"{role}/secret-id")["data"]["secret_id"] + "\n")
        return AppRoleLogin(role_id, file, prefix)

    return make


def works(desk):
    program = policies(desk, 2)
    desk.done(program)
    assert len(made(desk)) == 2
    assert changes(desk.plan(program)) == []


def test_by_an_app_role(desk, approle):
    desk.login = approle(token_ttl="1h")
    works(desk)


def test_a_secret_id_that_is_no_longer_good_is_told(desk, approle):
    desk.login = approle()
    desk.login.secret_id_file.write_text("a33e37a5-0000-0000-0000-000000000000")
    said = desk.refused(policies(desk, 1))
    assert "AppRole" in said
    assert str(desk.login.secret_id_file) in said


def test_a_token_that_can_live_no_longer_is_followed_by_a_new_login(desk, approle, vault, prefix):
    desk.login = approle(token_ttl="2s", token_max_ttl="2s")
    desk.done(slow_policies(desk))
    logins = [entry for entry in vault.audited() if entry == ("update", f"auth/{prefix}/login")]
    assert len(logins) > 1


@pytest.fixture
def pod_token(api_server, namespace, tmp_path):
    """A file with the token that the API server signs for a service account `trainer`."""
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    api_server.post(path, {"metadata": {"name": "trainer"}})
    asked = {"spec": {"audiences": ["vault"], "expirationSeconds": 600}}
    file = tmp_path / "pod-token"
    file.write_text(api_server.post(f"{path}/trainer/token", asked)["status"]["token"])
    return file


def kubernetes(vault, api_server, prefix, bound_to, policy):
    admitting("kubernetes")(vault, prefix)
    config = {
        "kubernetes_host": api_server.url,
        "kubernetes_ca_cert": api_server.authority.file.read_text(),
        "token_reviewer_jwt": api_server.token,
    }
    vault.post(f"auth/{prefix}/config", config)
    role = {
        "bound_service_account_names": ["trainer"],
        "bound_service_account_namespaces": [bound_to],
        "audience": "vault",
        "token_policies": [policy],
    }
    vault.post(f"auth/{prefix}/role/team", role)


def test_by_the_token_of_a_pod(desk, vault, api_server, namespace, prefix, everything, pod_token):
    kubernetes(vault, api_server, prefix, namespace, everything)
    desk.login = JwtLogin("team", pod_token, prefix)
    works(desk)


def test_a_pod_of_another_namespace_is_not_let_in(desk, vault, api_server, prefix, everything, pod_token):
    kubernetes(vault, api_server, prefix, "somewhere-else", everything)
    desk.login = JwtLogin("team", pod_token, prefix)
    said = desk.refused(policies(desk, 1))
    assert "namespace not authorized" in said
    assert str(pod_token) in said


def test_by_a_token_that_somebody_has_signed(desk, vault, prefix, everything, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    admitting("jwt")(vault, prefix)
    vault.post(f"auth/{prefix}/config", {"jwt_validation_pubkeys": [public(key)]})
    role = {
        "role_type": "jwt",
        "user_claim": "sub",
        "bound_audiences": ["vault"],
        "token_policies": [everything],
    }
    vault.post(f"auth/{prefix}/role/builds", role)
    file = tmp_path / "token"
    file.write_text(signed(key, sub="build-17", aud="vault", exp=int(time.time()) + 60))
    desk.login = JwtLogin("builds", file, prefix)
    works(desk)


def test_a_token_that_has_ended_is_told_before_anything_is_done(desk, vault, everything, until):
    token = vault.token(everything, ttl="1s")
    until(lambda: vault.ask("GET", "auth/token/lookup-self", token=token)[0] == 403)
    desk.login = TokenLogin(token)
    applied = desk.apply(policies(desk, 1))
    assert applied.result is Result.FAILED
    assert "token" in applied.failures[0].error
    assert made(desk) == []
