"""Records what Pulumi's engine says of a small plan, for the tests that read it back without the engine.

    PATH=/folder/of/pulumi:$PATH python -m tests.live_engine.recording

Secrets are written in clear: they are `3` and the like.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import pulumi
from pulumi.automation.events import EngineEvent

from provisioner.engine.interface import Access
from provisioner.plan.model import Mode, Source
from tests.live_engine.desk import RealDesk
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.programs import things

FILE = Path(__file__).parents[1] / "engine" / "pulumi_cli" / "recorded" / "changes.json"
LEFT_OUT = ("seed", "sourcePosition", "stackTrace", "created", "modified")
TOLD = ("resourcePreEvent", "resOutputsEvent", "resOpFailedEvent", "summaryEvent")


def before():
    things(a={"size": 1, "name": "a"}, b={"size": 1, "name": "b", "needs": "a"}, c={"size": 1, "name": "c"})()


def after():
    opts = pulumi.ResourceOptions(provider=FakeRegistry("here"))
    a = Thing("a", size=2, name="a", zone="z", opts=opts)
    Thing("b", size=1, name="b", parent_id=a.id, opts=opts)
    d = Thing("d", size=pulumi.Output.secret(3), name="d", opts=opts)
    pulumi.export("arn", a.arn)
    pulumi.export("secret", d.size)


def main():
    heard = []
    made = EngineEvent.from_json.__func__

    def hearing(cls, data):
        heard.append(data)
        return made(cls, data)

    with tempfile.TemporaryDirectory() as folder:
        desk = RealDesk(Path(folder))
        desk.apply(before)
        EngineEvent.from_json = classmethod(hearing)
        with desk.engine().open(desk.stack(after), Access.READ) as run:
            saved = run.kept(run.preview(Mode.UPDATE, Source.STATE))
            state = run.export()["deployment"]
            sealer = run._means.sealing(saved.secrets)
    version = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=True).stdout.strip()
    recorded = {
        "pulumi": version,
        "events": [each for each in heard if any(name in each for name in TOLD)],
        "resourcePlans": opened(saved.raw["pulumi"]["resourcePlans"], sealer),
        "deployment": opened({"resources": state["resources"]}, sealer),
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n")


def opened(value, sealer):
    if isinstance(value, dict) and "ciphertext" in value:
        clear = {name: each for name, each in value.items() if name != "ciphertext"}
        return {**clear, "plaintext": sealer.open(value["ciphertext"])}
    if isinstance(value, dict):
        return {name: opened(each, sealer) for name, each in value.items() if name not in LEFT_OUT}
    return [opened(each, sealer) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
