"""Launch templates, where moto mixes up the tags of a template with those of what is launched from it."""

from __future__ import annotations

from typing import Any, Final

from moto.ec2.utils import parse_user_data  # pyright: ignore[reportMissingTypeStubs]

from provisioner.local.ec2.tagging import check_dry_run, forget, passes, tag_new, tags_of
from provisioner.local.operation import Answer, Call, Operation, Refusal, page

FILTERS: Final = {"launch-template-name": "LaunchTemplateName"}
SHORTEST_NAME: Final = 3


def create_launch_template(call: Call) -> Answer:
    """A template with a first version; the same one again for the same client token."""
    ec2, name = call.backend, call["LaunchTemplateName"]
    existing = ec2.launch_templates.get(ec2.launch_template_name_to_ids.get(name))
    if existing and call.get("ClientToken") and existing.client_token == call["ClientToken"]:
        return {"LaunchTemplate": _told(call, existing)}
    if len(name) < SHORTEST_NAME:
        text = "Launch template names must be between 3 and 128 characters in length."
        raise Refusal("InvalidLaunchTemplateName.MalformedException", text)
    check_dry_run(call)
    data = dict(call["LaunchTemplateData"])
    if "UserData" in data:
        data["UserData"] = parse_user_data(data["UserData"])
    template = ec2.create_launch_template(name, call.get("VersionDescription"), data, {})
    template.client_token = call.get("ClientToken")
    tag_new(call, "launch-template", template.id)
    return {"LaunchTemplate": _told(call, template)}


def describe_launch_templates(call: Call) -> Answer:
    """The templates with the tags that they have now; an unknown name or id is refused."""
    ec2 = call.backend
    asked = [_by_id(call, one) for one in call.parts("LaunchTemplateIds")]
    asked += [_by_name(call, one) for one in call.parts("LaunchTemplateNames")]
    named = call.get("LaunchTemplateIds") or call.get("LaunchTemplateNames")
    told = {one.id: _told(call, one) for one in (asked if named else ec2.launch_templates.values())}
    wanted = [one for one, template in told.items() if passes(template, call.parts("Filters"), FILTERS)]
    check_dry_run(call)
    names, token = page(wanted, call)
    return {"LaunchTemplates": [told[one] for one in names], "NextToken": token}


def delete_launch_template(call: Call) -> Answer:
    """The template as it was; an unknown name or id is refused."""
    if call.get("LaunchTemplateId"):
        template = _by_id(call, call["LaunchTemplateId"])
    else:
        template = _by_name(call, call.get("LaunchTemplateName"))
    check_dry_run(call)
    told = _told(call, template)
    call.backend.delete_launch_template(None, template.id)
    forget(call, template.id)
    return {"LaunchTemplate": told}


def _by_id(call: Call, identifier: str) -> Any:
    found = call.backend.launch_templates.get(identifier)
    if found is None:
        text = f"The specified launch template, with template ID {identifier}, does not exist."
        raise Refusal("InvalidLaunchTemplateId.NotFound", text)
    return found


def _by_name(call: Call, name: str | None) -> Any:
    found = call.backend.launch_template_name_to_ids.get(name)
    if found is None:
        text = f"The specified launch template, with template name {name}, does not exist."
        raise Refusal("InvalidLaunchTemplateName.NotFoundException", text)
    return call.backend.launch_templates[found]


def _told(call: Call, template: Any) -> dict[str, Any]:
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "CreateTime": template.create_time,
        "CreatedBy": f"arn:{call.partition}:iam::{call.account}:root",
        "DefaultVersionNumber": template.default_version_number,
        "LatestVersionNumber": template.latest_version_number,
        "Tags": tags_of(call, template.id),
    }


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_launch_template,
    describe_launch_templates,
    delete_launch_template,
)
