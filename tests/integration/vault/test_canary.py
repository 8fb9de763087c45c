"""Secrets on their way to a real Vault and back: no search of bytes finds them in what is written or told here."""

import json
import traceback

import pulumi
import pulumi_vault as vault

from provisioner.engine.interface import Access, Result
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.report.event_stream import EventStream
from provisioner.report.machine import document, plan_document, resource_document
from provisioner.report.page import html
from provisioner.report.plan_view import PlanView, view_text
from provisioner.report.style import PLAIN
from tests.canary.hunting import files_in, leaks

SECRET = 'K7"é&<+/ %s-\\marked-c7d1'
ONCE = "Wo/é+written-only-c7d1"
NAMED = "paths/é+named-c7d1"


def program(desk, version=1, capability="read"):
    """A secret that is marked, one that is only written, an id that Vault makes up, and a policy that may be wrong."""

    def make(opts):
        mount = vault.Mount("kv", path=f"{desk.prefix}/kv", type="kv", options={"version": "2"}, opts=opts)
        marked = pulumi.Output.secret(json.dumps({"password": SECRET}))
        vault.kv.SecretV2("marked", mount=mount.path, name="marked", data_json=marked, opts=opts)
        vault.kv.SecretV2(
            "once",
            mount=mount.path,
            name="once",
            data_json_wo=json.dumps({"password": f"{ONCE}{version}"}),
            data_json_wo_version=version,
            opts=opts,
        )
        text = f'# {SECRET}\npath "{NAMED}" {{ capabilities = ["{capability}"] }}'
        vault.Policy("policy", name=f"{desk.prefix}-policy", policy=pulumi.Output.secret(text), opts=opts)
        pulumi.export("marked", marked)

    return desk.program(make)


def told(desk, made, places, step):
    """Plans as people, programs and browsers see them, then an apply with its events; how it ended."""
    lines = []
    with desk.engine().open(desk.stack(made), Access.WRITE) as run:
        plan = run.preview(Mode.UPDATE, Source.STATE)
        view = PlanView(environment="dev", plans=(plan,))
        shown = (view_text(view, PLAIN), html(view), document(plan_document("dev", (plan,))), repr(plan))
        done = run.apply(ApprovedPlan(plan, "test"), EventStream(lines.append).told)
        shown += tuple(document(resource_document(each)) for each in run.resources()) + (
            json.dumps(run.export()),
        )
    places |= {
        f"{step} shown": "".join(shown).encode(),
        f"{step} events": "".join(lines).encode(),
        f"{step} end": repr(done).encode(),
    }
    places |= {f"{step} {where}": data for where, data in files_in(desk.folder).items()}
    return done


def test_they_are_found_nowhere(desk, vault, caplog, capsys):
    places = {}
    assert told(desk, program(desk), places, "first").result is Result.DONE
    assert vault.get(f"{desk.prefix}/kv/data/once")["data"]["data"] == {"password": f"{ONCE}1"}
    assert told(desk, program(desk, 2), places, "second").result is Result.DONE
    assert vault.get(f"{desk.prefix}/kv/data/once")["data"]["data"] == {"password": f"{ONCE}2"}
    refused = told(desk, program(desk, 2, "odd"), places, "wrong")
    assert refused.result is Result.FAILED
    assert "odd" in repr(refused), "Vault has said what is wrong with it"
    desk.passphrase = "another one"
    try:
        desk.plan(program(desk, 2))
    except Exception as failure:  # whatever it is, it tells no secret
        places["traceback"] = "".join(traceback.format_exception(failure)).encode() + repr(failure).encode()
    assert "traceback" in places
    places |= {"log": caplog.text.encode(), "screen": "".join(capsys.readouterr()).encode()}
    secrets = {"marked": SECRET, "written only": ONCE, "named": NAMED, "root token": vault.root_token}
    assert leaks(secrets, places) == []
