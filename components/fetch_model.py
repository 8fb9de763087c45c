"""Runs in the image of KServe's storage initializer: a model is fetched, and has to be the right one."""

import hashlib
import os
import subprocess
import sys


def digest_of(folder: str) -> str:
    """Of one file its own; of several that of the list that `sha256sum` makes of them, sorted by name."""
    # What the hub's client keeps in `.cache` is another thing every time.
    found = [(at, names) for at, _, names in os.walk(folder) if "/.cache/" not in f"{at}/"]
    files = sorted(f"{at}/{name}" for at, names in found for name in names)
    digests = {f".{file.removeprefix(folder)}": _of_file(file) for file in files}
    if len(digests) == 1:
        return f"sha256:{next(iter(digests.values()))}"
    lines = "".join(f"{digest}  {file}\n" for file, digest in digests.items())
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


def _of_file(path: str) -> str:
    with open(path, "rb") as stream:  # noqa: PTH123
        return hashlib.file_digest(stream, "sha256").hexdigest()


def main(uri: str, folder: str, wanted: str) -> None:
    """Ends with a message if the model cannot be fetched, or is another one."""
    if subprocess.call(["/storage-initializer/scripts/initializer-entrypoint", uri, folder]):  # noqa: S603
        sys.exit(f"{uri} could not be fetched; what is above says why.")
    if (found := digest_of(folder)) != wanted:
        sys.exit(f"{uri} has the digest {found}, not {wanted}: the server does not start with it.")


if __name__ == "__main__":
    main(*sys.argv[1:])
