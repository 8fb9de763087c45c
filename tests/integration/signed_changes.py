"""What somebody may change in what serves a signed model, each as a function of its part; and what is said then."""

BUSYBOX = {
    "image": "registry.example/busybox:1",
    "command": ["true"],
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
UNSIGNED = "was not found among those with a signature that holds"
NOT_OURS = "was not found to be the environment's own program"
OTHERS = "others than the fetching program could change the model"


def changed(name):
    def digest(served, _):
        served["annotations"]["provisioner/model-digest"] = "sha256:" + "0" * 64

    def version(served, _):
        served["labels"]["provisioner/model-version"] = "99"

    def no_digest(served, _):
        del served["annotations"]["provisioner/model-digest"]

    def another_model(served, other):
        served["annotations"]["provisioner/model-digest"] = other

    def digest_told(served, _):
        served["initContainers"][0]["args"][2] = "sha256:" + "0" * 64

    def program(served, _):
        served["initContainers"][0]["command"] = ["sh", "-c", "true"]

    def one_program_more(served, _):
        served["initContainers"][0]["command"][2] += "\nimport os; os.system('fetch something else')"

    def image(served, _):
        served["initContainers"][0]["image"] = "registry.example/mine:1"

    def nothing_fetches(served, _):
        del served["initContainers"]

    def settings_of_its_libraries(served, _):
        served["initContainers"][0]["env"].append({"name": "AWS_CONFIG_FILE", "value": "/tmp/mine"})

    def another_home(served, _):
        (home,) = [each for each in served["initContainers"][0]["env"] if each["name"] == "HOME"]
        home["value"] = "/mnt/models"

    def modules_of_its_own(served, _):
        served["initContainers"][0]["env"].append({"name": "PYTHONPATH", "value": "/tmp"})

    def settings_of_a_config_map(served, _):
        served["initContainers"][0]["envFrom"] = [{"configMapRef": {"name": "mine"}}]

    def a_value_from_elsewhere(served, _):
        mine = {"configMapKeyRef": {"name": "mine", "key": "path"}}
        served["initContainers"][0]["env"].append({"name": "PYTHONPATH", "valueFrom": mine})

    def where_it_starts(served, _):
        served["initContainers"][0]["workingDir"] = "/tmp"

    def nobody_waits_for_it(served, _):
        served["initContainers"][0]["restartPolicy"] = "Always"

    def files_of_its_own(served, _):
        served["volumes"].append({"name": "mine", "configMap": {"name": "mine"}})
        mount = {"name": "mine", "mountPath": "/usr/lib/python3.11/hashlib.py", "subPath": "hashlib.py"}
        served["initContainers"][0]["volumeMounts"].append(mount)

    def another_folder(served, _):
        (mount,) = [
            each for each in served["initContainers"][0]["volumeMounts"] if each["name"] == "mnt-models"
        ]
        mount["mountPath"] = "/mnt/elsewhere"

    def a_volume_that_is_full(served, _):
        (volume,) = [each for each in served["volumes"] if each["name"] == "mnt-models"]
        del volume["emptyDir"]
        volume["persistentVolumeClaim"] = {"claimName": "mine"}

    def one_before_it(served, _):
        served["initContainers"].insert(0, another("scratch"))

    def one_after_it(served, _):
        served["initContainers"].append(another("mnt-models"))

    return locals()[name]


def another(volume):
    mounts = [{"name": volume, "mountPath": "/mine"}]
    return {**BUSYBOX, "name": "mine", "volumeMounts": mounts}


CHANGES = {
    "digest": UNSIGNED,
    "version": UNSIGNED,
    "no_digest": UNSIGNED,
    "another_model": UNSIGNED,
    "digest_told": NOT_OURS,
    "program": NOT_OURS,
    "one_program_more": NOT_OURS,
    "image": NOT_OURS,
    "nothing_fetches": NOT_OURS,
    "settings_of_its_libraries": NOT_OURS,
    "another_home": NOT_OURS,
    "modules_of_its_own": NOT_OURS,
    "settings_of_a_config_map": NOT_OURS,
    "a_value_from_elsewhere": NOT_OURS,
    "where_it_starts": NOT_OURS,
    "nobody_waits_for_it": NOT_OURS,
    "files_of_its_own": NOT_OURS,
    "another_folder": NOT_OURS,
    "a_volume_that_is_full": OTHERS,
    "one_before_it": OTHERS,
    "one_after_it": OTHERS,
}
"""What somebody changes in a model that is signed, and what the API server says."""
