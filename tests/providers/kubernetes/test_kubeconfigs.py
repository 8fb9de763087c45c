"""Kubeconfigs: which cluster a context means, as whom, and what is said of those that lead nowhere."""

import base64
import json
import stat
import sys
from datetime import UTC, datetime, timedelta

import pytest

from provisioner.providers.interface import NO_CREDENTIALS, Refused
from provisioner.providers.kubernetes.credentials import Credentials
from provisioner.providers.kubernetes.kubeconfig import Access, ExecPlugin, from_files, from_input, from_text
from provisioner.providers.kubernetes.reaching import cannot_reach, proxy_around

TEXT = """
current-context: here
contexts:
- {name: here, context: {cluster: one, user: me, namespace: mine}}
- {name: there, context: {cluster: two, user: robot}}
clusters:
- name: one
  cluster: {server: "https://10.0.0.1:6443/", certificate-authority-data: Q0E=, tls-server-name: api, proxy-url: "socks5://127.0.0.1:1080"}
- name: two
  cluster: {server: "https://two.example", insecure-skip-tls-verify: true}
users:
- {name: me, user: {client-certificate: me.pem, client-key-data: S0VZ}}
- name: robot
  user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./login, args: [a, b], env: [{name: X, value: y}], installHint: get it}}
"""


def config(tmp_path, text=TEXT):
    return from_text(text, "the file", tmp_path)


def test_a_context_leads_to_a_cluster_and_a_user(tmp_path):
    (tmp_path / "me.pem").write_text("CERTIFICATE")
    assert config(tmp_path).access() == Access(
        context="here",
        server="https://10.0.0.1:6443",
        namespace="mine",
        authority="CA",
        tls_name="api",
        proxy="socks5://127.0.0.1:1080",
        certificate="CERTIFICATE",
        key="KEY",
    )


def test_a_plug_in_is_relative_to_its_file(tmp_path):
    found = config(tmp_path).access("there")
    assert found.trusts_anybody
    assert found.plugin == ExecPlugin(
        api_version="client.authentication.k8s.io/v1beta1",
        command=str(tmp_path / "login"),
        arguments=("a", "b"),
        environment=(("X", "y"),),
        hint="get it",
    )


def test_a_context_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(Refused, match="the file has no context `prod`; the contexts in it: `here`, `there`"):
        config(tmp_path).access("prod")
    with pytest.raises(Refused, match="names no current context; the contexts in it: none"):
        config(tmp_path, "{}").access()


def test_of_several_files_the_first_counts(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("clusters: [{name: two, cluster: {server: 'https://first'}}]")
    other.write_text(TEXT)
    assert from_files([one, tmp_path / "missing", other]).access("there").server == "https://first"


def test_what_cannot_be_read_is_told(tmp_path):
    with pytest.raises(Refused, match="there is no kubeconfig at"):
        from_files([tmp_path / "missing"])
    with pytest.raises(Refused, match="is no YAML"):
        config(tmp_path, "a: [")
    with pytest.raises(Refused, match="is no kubeconfig"):
        config(tmp_path, "a text")
    with pytest.raises(Refused, match="`client-certificate` of the kubeconfig cannot be read"):
        config(tmp_path).access()


def test_a_provider_is_given_a_file_or_what_would_be_in_one(tmp_path):
    (tmp_path / "config").write_text(TEXT)
    assert from_input(str(tmp_path / "config")).current == "here"
    assert from_input(TEXT).current == "here"
    assert from_input(json.dumps({"current-context": "here"})).current == "here"


def script(tmp_path, text):
    file = tmp_path / "login"
    file.write_text(f"#!{sys.executable}\n{text}")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return ExecPlugin(api_version="client.authentication.k8s.io/v1", command=str(file), hint="get it")


def asking(plugin, **more):
    return Access(context="here", server="https://x", plugin=plugin, **more)


def test_a_plug_in_is_asked_once_until_its_answer_runs_out(tmp_path):
    now = [datetime(2026, 11, 21, tzinfo=UTC)]
    ends = now[0] + timedelta(minutes=5)
    answer = {"status": {"token": "T", "expirationTimestamp": f"{ends:%Y-%m-%dT%H:%M:%SZ}"}}
    asked = tmp_path / "asked"
    plugin = script(tmp_path, f"open({str(asked)!r}, 'a').write('x')\nprint({json.dumps(answer)!r})")
    credentials = Credentials(asking(plugin), lambda: now[0])
    assert [credentials.current().authorization for _ in range(3)] == ["Bearer T"] * 3
    assert asked.read_text() == "x"
    now[0] = ends
    credentials.current()
    assert asked.read_text() == "xx"


def test_a_plug_in_is_told_who_asks(tmp_path):
    plugin = script(
        tmp_path,
        "import json, os\n"
        "asked = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "print(json.dumps({'status': {'token': asked['kind'] + str(asked['spec']['interactive'])}}))",
    )
    assert Credentials(asking(plugin)).current().authorization == "Bearer ExecCredentialFalse"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import sys; sys.exit('log in first')", "failed with exit code 1: log in first"),
        ("print('hello')", "did not answer with an ExecCredential"),
    ],
)
def test_a_plug_in_that_does_not_know_is_told(tmp_path, text, said):
    with pytest.raises(Refused, match=said) as refused:
        Credentials(asking(script(tmp_path, text))).current()
    assert refused.value.code == NO_CREDENTIALS


def test_a_plug_in_that_is_missing_is_told_with_how_to_get_it():
    missing = ExecPlugin(api_version="v1", command="no-such-login", hint="brew install login")
    with pytest.raises(Refused, match="there is no such program; brew install login"):
        Credentials(asking(missing)).current()


def test_tokens_files_and_passwords(tmp_path):
    file = tmp_path / "token"
    file.write_text("from a file\n")
    access = Access(context="here", server="https://x", token_file=file)
    assert Credentials(access).current().authorization == "Bearer from a file"
    access = Access(context="here", server="https://x", basic="me:secret")
    assert base64.b64decode(Credentials(access).current().authorization[6:]) == b"me:secret"


def test_a_token_that_is_refused_is_renewed_once(package, api, tmp_path, kubeconfig):
    api.tokens = {"new"}
    token = tmp_path / "token"
    token.write_text("old")
    text = json.loads(kubeconfig.read_text())
    text["users"][0]["user"] = {"tokenFile": "token"}
    kubeconfig.write_text(json.dumps(text))
    client = package.configure({}).cluster._client
    client._credentials.current()
    token.write_text("new")
    assert client.call("GET", "/api/v1").status == 200


def test_the_way_to_a_private_address_is_told(golden, monkeypatch):
    def asked(host, _):
        if host.endswith("amazonaws.com"):
            raise OSError("unknown here")
        return [(0, 0, 0, "", (host, 0))]

    monkeypatch.setattr("provisioner.providers.kubernetes.reaching.socket.getaddrinfo", asked)
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    eks = "https://0a1b.gr7.us-east-1.eks.amazonaws.com"
    access = [
        Access(context="on-prem", server="https://10.1.2.3:6443"),
        Access(context="prod", server=eks),
        Access(context="proxied", server="https://10.1.2.3", proxy="socks5://127.0.0.1:1080"),
        Access(context="public", server="https://8.8.8.8"),
        Access(context="told", server="https://10.1.2.3", way_in="Ask the network team."),
    ]
    golden("\n\n".join(cannot_reach(one, "timed out") for one in access) + "\n")


@pytest.mark.parametrize(
    ("server", "proxy"),
    [
        ("https://127.0.0.1:6443", ""),
        ("https://localhost:6443", ""),
        ("https://[::1]:6443", ""),
        ("https://10.1.2.3", ""),
        ("https://inside.example.com", ""),
        ("https://11.1.2.3", "http://proxy:3128"),
        ("https://api.example.org", "http://proxy:3128"),
        ("http://api.example.org", ""),
    ],
)
def test_the_proxy_of_all_programs_is_for_what_is_elsewhere(monkeypatch, server, proxy):
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.setenv("no_proxy", "10.0.0.0/8,.example.com")
    assert proxy_around(server) == proxy
