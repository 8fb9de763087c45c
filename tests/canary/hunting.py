"""Looks for a secret in bytes: as it is, and in every spelling in which something may have written it down."""

import base64
import binascii
import gzip
import html
import io
import json
import threading
import time
import urllib.parse
import zipfile
import zlib
from pathlib import Path

DEEPEST = 3
"""An archive in an archive in an archive."""


def spellings(secret):
    """Form -> the bytes that give the secret away in that form."""
    raw = secret.encode()
    found = {
        "plain": raw,
        "UTF-16": secret.encode("utf-16-le"),
        "hex": binascii.hexlify(raw),
        "HEX": binascii.hexlify(raw).upper(),
        "URL": urllib.parse.quote(secret, safe="").encode(),
        "form": urllib.parse.quote_plus(secret).encode(),
        "JSON": json.dumps(secret)[1:-1].encode(),
        "JSON with letters": json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        "HTML": html.escape(secret).encode(),
        "Python": repr(secret)[1:-1].encode(),
        "Python bytes": repr(raw)[2:-1].encode(),
    }
    for offset in range(3):
        # What stands before and behind shifts it; the characters that share bits with neighbours are left out.
        shifted = base64.b64encode(b"\0" * offset + raw + b"\0" * 3)
        inner = shifted[-(-8 * offset // 6) : 8 * (offset + len(raw)) // 6]
        found[f"base64, offset {offset}"] = inner
        found[f"base64url, offset {offset}"] = inner.replace(b"+", b"-").replace(b"/", b"_")
    return found


def traces(secret, data, depth=DEEPEST):
    """The forms in which the secret is in the data, also within archives that are in it."""
    found = {form for form, text in spellings(secret).items() if text in data}
    if depth:
        for member in members(data):
            found |= {f"{form}, packed" for form in traces(secret, member, depth - 1)}
    return found


def members(data):
    """What is unpacked from gzip, zlib and zip wherever it begins."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    at = data.find(b"\x1f\x8b\x08")
    while at >= 0:
        try:
            yield zlib.decompressobj(wbits=31).decompress(data[at:])
        except zlib.error:
            pass
        at = data.find(b"\x1f\x8b\x08", at + 1)
    if data[:1] == b"\x78":
        try:
            yield zlib.decompress(data)
        except zlib.error:
            pass
    try:
        text = data.strip()
        if len(text) > 16 and text[:4] == b"H4sI":  # gzip in base64, as Helm and Kubernetes keep it
            yield gzip.decompress(base64.b64decode(text))
    except (binascii.Error, OSError, EOFError):
        pass


def leaks(secrets, places):
    """(which secret, where, in which form), for each one found; `places` are name -> bytes."""
    return sorted(
        (name, place, form)
        for name, secret in secrets.items()
        for place, data in places.items()
        for form in traces(secret, data)
    )


def files_in(folder, leave_out=()):
    """Every file below a folder, by its path."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(Path(folder).rglob("*"))
        if file.is_file() and not file.is_symlink() and file.name not in leave_out
    }


class Watcher:
    """Notes command lines and environments of all processes below one, as long as it lasts."""

    def __init__(self, root):
        self.seen = {}
        self._root = root
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    def _watch(self):
        while not self._done.is_set():
            self._look()
            time.sleep(0.02)

    def _look(self):
        family = {self._root()}
        for process in sorted(
            (each for each in Path("/proc").iterdir() if each.name.isdigit()), key=lambda each: int(each.name)
        ):
            try:
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
                pid = int(process.name)
                if parent in family or pid in family:
                    family.add(pid)
                    self.seen.setdefault(f"/proc/{pid}/cmdline", b"")
                    self.seen[f"/proc/{pid}/cmdline"] += (process / "cmdline").read_bytes()
                    if pid != self._root():
                        self.seen[f"/proc/{pid}/environ"] = (process / "environ").read_bytes()
            except (OSError, ValueError, IndexError):
                pass
