"""`engine run up --skip-preview` in a real cluster: one run, nothing tried first, nothing of others touched."""

import pytest

from provisioner.cli.main import run

CONFIG_MAPS = "/api/v1/namespaces/{}/configmaps"
PROGRAM = """\
import pulumi_kubernetes as kubernetes
for number in range({count}):
    kubernetes.core.v1.ConfigMap(
        f"m-{{number}}", metadata={{"name": f"m-{{number}}", "namespace": "{namespace}"}}, data={{"colour": "{colour}"}}
    )
"""


@pytest.fixture
def project(tmp_path, api_server, namespace, monkeypatch, capsys):
    """A project; writes its program, runs it, and answers with exit code and what was said."""
    monkeypatch.setenv("KUBECONFIG", str(api_server.kubeconfig))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: many\nruntime: python\n")

    def up(count, colour):
        text = PROGRAM.format(count=count, namespace=namespace, colour=colour)
        (tmp_path / "__main__.py").write_text(text)
        code = run(["engine", "run", "up", "--stack", "dev", "--skip-preview"])
        told = capsys.readouterr()
        return code, told.out, told.err

    return up


@pytest.fixture
def colours(api_server, namespace):
    """What the objects of the namespace say."""

    def look():
        items = api_server.get(CONFIG_MAPS.format(namespace))["items"]
        return {
            each["metadata"]["name"]: each["data"]["colour"] for each in items if "colour" in each["data"]
        }

    return look


def test_objects_are_made_changed_and_left_alone(project, colours):
    assert project(12, "red")[0] == 0
    assert colours() == {f"m-{number}": "red" for number in range(12)}
    code, out, _ = project(14, "blue")
    assert (code, "2 created, 12 updated" in out) == (0, True), out
    assert set(colours().values()) == {"blue"}
    assert "nothing changed" in project(14, "blue")[1]


def test_what_is_somebody_elses_is_found_among_many(project, api_server, namespace, colours):
    theirs = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"colour": "theirs"}}
    for name in ("m-0", "m-9"):  # one that is looked at, one that is listed
        body = {**theirs, "metadata": {"name": name, "namespace": namespace}}
        api_server.apply(f"{CONFIG_MAPS.format(namespace)}/{name}", body, "somebody")
    code, out, _ = project(12, "red")
    assert code == 1
    assert "exists already" in out
    assert {name for name, colour in colours().items() if colour == "theirs"} == {"m-0", "m-9"}


def test_nothing_is_removed(project, colours):
    project(3, "red")
    code, _, err = project(2, "red")
    assert (code, "RUN-057" in err) == (1, True)
    assert len(colours()) == 3
