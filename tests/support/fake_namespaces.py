"""A Vault on loopback with namespaces, as OpenBao 2.5 answers: each status and each body was seen there."""

from tests.support.fake_vault import FakeVault

ROOT = "sys/namespaces/"
PATCH = "application/merge-patch+json"


class FakeNamespaces(FakeVault):
    """What is in a namespace is beside what is in another one; a removed one is gone a few looks later."""

    def __init__(self):
        super().__init__()
        self.namespaces = {}
        """By full path, with a slash at the end."""
        self.looks = 2
        """How often one that is removed is still told."""
        self.inside = {"": self.documents}
        self._at = ""
        self._content = ""

    def _served(self, method, path, body, headers):
        self._at = f"{headers['X-Vault-Namespace']}/" if headers.get("X-Vault-Namespace") else ""
        self._content = headers.get("Content-Type")
        return super()._served(method, path, body, headers)

    def _kept(self, method, path, body):
        around = self.namespaces.get(self._at)
        if self._at and around is None:
            return 404, {"errors": ["namespace not found"]}, {}
        if around and around["tainted"]:
            said = f'no handler for route "{path}" on namespace "{self._at}".'
            return 404, {"errors": [f"{said} route entry or namespace is tainted."]}, {}
        if path.startswith(ROOT):
            return self._namespace(method, path.removeprefix(ROOT).strip("/"), body)
        self.documents = self.inside.setdefault(self._at, {})
        return super()._kept(method, path, body)

    def _namespace(self, method, name, body):
        if "/" in name:
            return 400, {"errors": ["namespace name cannot contain /"]}, {}
        path = f"{self._at}{name}/"
        there = self.namespaces.get(path)
        if method in ("GET", "DELETE"):
            return self._removed(path, there) if method == "DELETE" else self._told(path, there)
        if there and there["tainted"]:
            return 400, {"errors": ["namespace with that name exists and is currently tainted"]}, {}
        said = body.get("custom_metadata") or {}
        if method == "PATCH":
            if self._content != PATCH:
                return 400, {"errors": ["mime: no media type"]}, {}
            merged = {**there["custom_metadata"], **said}
            said = {key: value for key, value in merged.items() if value is not None}
        new = {"id": f"id-of-{name}", "locked": False, "path": path, "tainted": False, "uuid": "6e5c130b"}
        self.namespaces[path] = {**(there or new), "custom_metadata": said}
        return 200, {"data": self.namespaces[path]}, {}

    def _told(self, path, there):
        if there and there["tainted"]:
            there["looks"] -= 1
            if there["looks"] < 0:
                del self.namespaces[path]
                return 404, {"errors": []}, {}
        return (200, {"data": there}, {}) if there else (404, {"errors": []}, {})

    def _removed(self, path, there):
        if there is None:
            return 200, {"data": None, "warnings": ["requested namespace does not exist"]}, {}
        if any(other.startswith(path) and other != path for other in self.namespaces):
            said = f'cannot delete namespace ("{path}") containing child namespaces'
            return 400, {"errors": [said]}, {}
        there |= {"tainted": True, "looks": self.looks}
        self.inside.pop(path, None)
        return 200, {"data": {"status": "in-progress"}}, {}
