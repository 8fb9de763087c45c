"""A CustomResourceDefinition of our own, and an object of its kind."""

import yaml

SHELVES = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shelves.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Shelf, plural: shelves}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          description: Where books are.
          type: object
          properties:
            spec:
              type: object
              required: [width]
              properties:
                width: {type: integer, description: In centimetres.}
"""


def crd(kind="Shelf", **properties):
    """The CRD, for this kind and with these fields more."""
    found = yaml.safe_load(SHELVES)
    plural = "shelves" if kind == "Shelf" else f"{kind.lower()}s"
    found["metadata"]["name"] = f"{plural}.example.com"
    found["spec"]["names"] = {"kind": kind, "plural": plural}
    schema = found["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    schema["properties"]["spec"]["properties"] |= properties
    return found


def shelf(**spec):
    """An object of the kind."""
    return {
        "apiVersion": "example.com/v1",
        "kind": "Shelf",
        "metadata": {"name": "shelf", "namespace": "default"},
        "spec": {"width": 80, **spec},
    }
