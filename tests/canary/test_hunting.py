"""The hunt for a secret finds it in every spelling and in every kind of place: else it would prove nothing."""

import base64
import gzip
import html
import io
import json
import os
import subprocess
import sys
import urllib.parse
import zipfile
import zlib

import pytest

from tests.canary.hunting import Watcher, files_in, leaks, traces

SECRET = 'K7"é&<+/ %s-\\canary-5d1e'


def zipped(data):
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("state.json", data)
    return found.getvalue()


RAW = SECRET.encode()
WRITTEN = {
    "as it is": RAW,
    "as JSON": json.dumps({"password": SECRET}).encode(),
    "as JSON with letters": json.dumps({"password": SECRET}, ensure_ascii=False).encode(),
    "in a URL": f"https://host/?q={urllib.parse.quote(SECRET, safe='')}".encode(),
    "in a form": urllib.parse.urlencode({"q": SECRET}).encode(),
    "in HTML": f"<td>{html.escape(SECRET)}</td>".encode(),
    "as hex": RAW.hex().encode(),
    "in a traceback": f"KeyError: {SECRET!r}".encode(),
    "in base64": base64.b64encode(RAW),
    "in base64 behind one byte": base64.b64encode(b"{" + RAW + b"}"),
    "in base64 behind two bytes": base64.b64encode(b'{"' + RAW + b'"}'),
    "in base64 for URLs": base64.urlsafe_b64encode(b"ab" + RAW),
    "gzipped": b"head" + gzip.compress(RAW) + b"tail",
    "deflated": zlib.compress(RAW),
    "zipped": zipped(RAW),
    "gzipped in a zip": zipped(gzip.compress(base64.b64encode(RAW))),
    "as Helm keeps it": base64.b64encode(gzip.compress(RAW)),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_it_is_found(form):
    assert traces(
        SECRET,
        b"before " * 3 + WRITTEN[form]
        if "zip" not in form and "defl" not in form and "Helm" not in form
        else WRITTEN[form],
    )


def test_nothing_is_found_where_nothing_is():
    assert not traces(SECRET, json.dumps({"password": "[secret]"}).encode() + gzip.compress(os.urandom(1000)))


def test_it_is_found_in_files_with_their_names(tmp_path):
    (tmp_path / "state" / "history").mkdir(parents=True)
    (tmp_path / "state" / "history" / "1.json.gz").write_bytes(gzip.compress(RAW))
    assert leaks({"config": SECRET}, files_in(tmp_path))[0][:2] == ("config", "state/history/1.json.gz")


@pytest.mark.parametrize("place", ["cmdline", "environ"])
def test_it_is_found_at_children_of_children(place):
    code = "import time; time.sleep(2)"
    start = (
        "import subprocess, os, sys;"
        "secret = sys.stdin.read();"
        f"subprocess.run([sys.executable, '-c', {code!r}, *([secret] if {place == 'cmdline'} else [])],"
        f" env={{**os.environ, **({{'TOKEN': secret}} if {place == 'environ'} else {{}})}})"
    )
    process = subprocess.Popen([sys.executable, "-c", start], stdin=subprocess.PIPE, text=True)
    with Watcher(lambda: process.pid) as watcher:
        process.communicate(SECRET)
    assert {where.rpartition("/")[2] for _, where, _ in leaks({"it": SECRET}, watcher.seen)} == {place}
