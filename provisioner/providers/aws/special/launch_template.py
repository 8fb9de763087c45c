"""Launch templates: never changed, only followed by another version, which may become the default."""

from __future__ import annotations

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.catalog.ec2_compute import SET_DEFAULT
from provisioner.providers.aws.difference import changed
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.reading import main_document
from provisioner.providers.interface import Object

FOLLOWS = "updateDefaultVersion"
DEFAULT = "defaultVersion"


class LaunchTemplates(TableDriver):
    """Launch templates."""

    def planned(self, old: Object | None, new: Properties) -> Properties:
        """The outputs as far as they are known before the step."""
        known = super().planned(old, new)
        moves = old is not None and new.get(FOLLOWS) and any(changed(self.spec, old.inputs, new))
        return {**known, DEFAULT: UNKNOWN} if moves else known

    def make_changes(self, target: Target, old: Properties, new: Properties) -> None:
        """A new version for what differs, and the newest one as the default if the program wants that."""
        super().make_changes(target, old, new)
        if not new.get(FOLLOWS):
            return
        now = main_document(self.spec, target)
        if now and now["LatestVersionNumber"] != now["DefaultVersionNumber"]:
            run(SET_DEFAULT, target, {"DefaultVersion": str(now["LatestVersionNumber"])})
