"""What seals and signs the models of an environment, and where they go, built from its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final, cast

from environments.load import Loaded
from provisioner.asked import Asked
from provisioner.aws_access import cloud_scope
from provisioner.engine.failures import LocalCloudGone
from provisioner.engine.interface import Access
from provisioner.engine.model_failures import KeyIsNotThere, NoModelStore, NothingSeals
from provisioner.plan.values import revealed
from provisioner.providers.aws.scope import Scope
from provisioner.providers.aws.session import Clients, Connection
from provisioner.providers.aws.upload import upload
from provisioner.providers.interface import Refused
from provisioner.sealing.keys import (
    KmsSealing,
    KmsSigning,
    Sealing,
    Signing,
    TransitSealing,
    TransitSigning,
)
from provisioner.sealing.store import BucketStore, FolderStore, Store, bucket_of
from provisioner.wiring import loaded, recorded

_NOT_THERE: Final = 404
"""What Vault answers of a transit key that does not exist: who would use one of those is told 400."""


@dataclass(frozen=True)
class Models:
    """What one command about models works with. Nothing is called before a key or a store is used."""

    asked: Asked
    files: Loaded

    @property
    def signing_keys(self) -> tuple[str, ...]:
        """The public keys whose signatures count."""
        return self.files.environment.model_store.signing_keys

    @property
    def signs(self) -> bool:
        """Whether models of the environment are signed."""
        return self.files.environment.model_store.signed_by is not None

    def sealing(self) -> Sealing:
        """What makes data keys, and opens them. Raises `NothingSeals`."""
        env = self.files.environment
        match env.model_store.sealed_by:
            case None:
                raise NothingSeals("sealed_by")
            case "vault":
                return TransitSealing(self._ask_vault, f"{env.name}/transit")
            case "kms":
                return KmsSealing(self._call_kms, f"alias/{env.name}-sealing")

    def signing(self) -> Signing:
        """What signs. Raises `NothingSeals`."""
        env = self.files.environment
        match env.model_store.signed_by:
            case None:
                raise NothingSeals("signed_by")
            case "vault":
                return TransitSigning(self._ask_vault, f"{env.name}/transit")
            case "kms":
                return KmsSigning(self._call_kms, f"alias/{env.name}-signing")

    def store(self, to: str | None, endpoint: str | None) -> Store:
        """A folder, a bucket (`s3://…`), or else the environment's own. Raises `NoModelStore`."""
        if to is None:
            return BucketStore(self._own_bucket(), "", self._uploaded_with(None), "store")
        if to.startswith("s3://"):
            return BucketStore(*bucket_of(to), self._uploaded_with(endpoint))
        return FolderStore(Path(to.removeprefix("file://")))

    def _own_bucket(self) -> str:
        env = self.files.environment
        if env.cloud == "none":
            raise NoModelStore(env.name, is_to_come=False)
        workspace = recorded(self.asked)
        for stack in workspace.stacks:
            if (stack.project, stack.region) == ("foundation", env.region):
                with workspace.engine.open(stack, Access.READ) as run:
                    outputs = cast("dict[str, Any]", revealed(dict(run.outputs())))
                if bucket := outputs.get("modelBucket"):
                    return str(bucket)
        raise NoModelStore(env.name, is_to_come=True)

    def _uploaded_with(self, endpoint: str | None) -> Callable[[Path, str, str], None]:
        if not endpoint:
            return lambda file, bucket, key: upload(self._scope, file, bucket, key)
        # Another endpoint is another store: it has credentials of its own, found around us.
        return partial(upload, Scope(Clients(Connection(endpoint)), self.files.environment.region))

    @cached_property
    def _scope(self) -> Scope:
        if (scope := cloud_scope(self.files.environment)) is None:
            raise LocalCloudGone
        return scope

    def _call_kms(self, operation: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._scope.call("kms", operation, sent)

    @cached_property
    def _vault(self) -> Any:
        from provisioner.vault_access import environment_session  # noqa: PLC0415 - where there is one
        from provisioner.vault_wiring import notices  # noqa: PLC0415

        for left_out in notices(self.files):
            raise Refused(left_out)
        return environment_session(self.files)

    def _ask_vault(self, method: str, path: str, body: Mapping[str, Any] | None) -> Mapping[str, Any]:
        answer = self._vault.call(method, path, body)
        if answer.status == _NOT_THERE or "key not found" in answer.message:
            key = path.rpartition("/")[2]
            transit = self.files.environment.encryption.vault
            written = [each.name for each in transit.transit] if transit else []
            raise KeyIsNotThere(key, is_written=key in written)
        if not answer.is_good:
            raise Refused(f"Vault, `{path}`: {answer.message}", code=f"Vault{answer.status}")
        return answer.data


def models_of(asked: Asked) -> Models:
    """For commands about models. Reads the environment's file. Raises `InvalidEnvironment`."""
    return Models(asked, loaded(asked))
