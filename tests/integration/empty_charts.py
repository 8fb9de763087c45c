"""A `helm` that fetches nothing: it hands the real one an empty chart of the same name and version."""

import stat
import sys

HELM = """\
#!{python}
import os, pathlib, sys
words = sys.argv[1:]
if "--version" in words:
    name = words[words.index("--namespace") - 1].rpartition("/")[2]
    version = words[words.index("--version") + 1]
    chart = pathlib.Path({charts!r}) / name
    chart.mkdir(parents=True, exist_ok=True)
    (chart / "Chart.yaml").write_text(f"apiVersion: v2\\nname: {{name}}\\nversion: {{version}}\\n")
    words[words.index("--namespace") - 1] = str(chart)
    if "--repo" in words:
        del words[words.index("--repo") : words.index("--repo") + 2]
os.execv({helm!r}, [{helm!r}, *words])
"""


def helm_of_empty_charts(helm, folder):
    """The folder, for the PATH, in which a program of the name `helm` does that."""
    folder.mkdir()
    program = folder / "helm"
    program.write_text(HELM.format(python=sys.executable, charts=str(folder / "charts"), helm=str(helm)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder
