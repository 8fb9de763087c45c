"""Charts are installed, upgraded and removed by the real `helm` program, in a real cluster."""

import contextlib
import functools
import http.server
import os
import subprocess
import threading

import pulumi_kubernetes as kubernetes
import pytest

from provisioner.engine.interface import Result
from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.definition_sources import InChart
from provisioner.providers.kubernetes.schema_store import Origin
from tests.support.definitions import SHELVES
from tests.support.runs import changes

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: greeter\nversion: 1.2.0\nappVersion: 3.4.5\n",
    "values.yaml": "greeting: hello\n",
    "templates/greeting.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: greeting}
data: {greeting: {{ .Values.greeting | quote }}}
""",
}


@pytest.fixture
def chart(tmp_path):
    folder = tmp_path / "greeter"
    for name, text in CHART.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def helm_on_path(helm, monkeypatch):
    monkeypatch.setenv("PATH", f"{helm.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def release(desk, chart):
    """A program with a release of the chart, by its values."""

    def program(**values):
        def make(opts):
            kubernetes.helm.v3.Release(
                "greeter",
                name="greeter",
                chart=str(chart),
                namespace=desk.namespace,
                values=values,
                opts=opts,
            )

        return desk.program(make)

    return program


def greeting(api_server, namespace):
    code, answer = api_server.ask("GET", f"/api/v1/namespaces/{namespace}/configmaps/greeting")
    return answer["data"]["greeting"] if code == 200 else None


@pytest.mark.usefixtures("helm_on_path")
def test_a_release_is_installed_changed_and_removed(desk, release, api_server, namespace):
    desk.done(release(greeting="good morning"))
    assert greeting(api_server, namespace) == "good morning"
    assert changes(desk.plan(release(greeting="good morning"))) == []
    assert changes(desk.plan(release(greeting="good night"))) == ["~ greeter (values)"]
    desk.done(release(greeting="good night"))
    assert greeting(api_server, namespace) == "good night"
    assert desk.destroy().result is Result.DONE
    assert greeting(api_server, namespace) is None
    assert api_server.get(f"/api/v1/namespaces/{namespace}/secrets")["items"] == []


@pytest.mark.usefixtures("helm_on_path")
def test_what_is_wrong_with_a_chart_is_told_in_its_own_words(desk, release, chart):
    (chart / "templates/broken.yaml").write_text("{{ .Values.greeting")
    said = desk.refused(release())
    assert "broken.yaml" in said
    assert "unclosed action" in said


def test_without_the_program_it_is_said_what_to_install_and_a_plan_needs_none(desk, release, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert changes(desk.plan(release())) == ["+ greeter"]
    said = desk.refused(release())
    assert "`helm`" in said
    assert "install" in said


def test_the_kinds_that_a_chart_brings_are_read_without_a_cluster(helm_on_path, helm, tmp_path):
    """The chart brings one as a file and one as a template, which takes a value; it is in a repository."""
    files = {
        "Chart.yaml": "apiVersion: v2\nname: shelves\nversion: 1.0.0\n",
        "crds/shelves.yaml": SHELVES,
        "templates/boards.yaml": "{{ if .Values.boards }}\n"
        + SHELVES.replace("Shelf", "Board").replace("shelves", "boards")
        + "{{ end }}\n",
    }
    for name, text in files.items():
        (tmp_path / "shelves" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shelves" / name).write_text(text)
    shop = tmp_path / "shop"
    subprocess.run(
        [helm, "package", tmp_path / "shelves", "--destination", shop], check=True, capture_output=True
    )
    with serving(shop) as address:
        subprocess.run([helm, "repo", "index", shop, "--url", address], check=True, capture_output=True)
        source = InChart(
            origin=Origin(name="shelves", version="1.0.0", kinds=()),
            repository=address,
            chart="shelves",
            namespace="default",
            values={"boards": True},
        )
        assert source.definitions().kinds.keys() == {"example.com/Shelf", "example.com/Board"}
    with pytest.raises(Refused, match="^helm: "):
        source.definitions()


@contextlib.contextmanager
def serving(folder):
    """The address of a web server for a folder."""
    handler = functools.partial(_Silent, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass
