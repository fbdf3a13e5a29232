"""What others do with the same objects: `python benchmarks/peers.py jinja2|pyyaml INPUT OUTPUT`, each a process of its own.

`resolve OUT INPUT` makes that input from finished manifests, `chart OUT CHART` a chart for Helm with its values, and
`equal OUT OTHER` fails unless two outputs hold the same. `texts OUT INPUT` gathers the files, and `write INPUT OUTPUT` writes
them again: what remains when there is nothing left to do but that.
Both peers read objects that are already resolved, as JSON, and write one file for each model. That is in their favour: they
read no configuration, check nothing, and find out nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

_MODEL: Final = """\
{% for document in documents %}{% if not loop.first %}---
{% endif %}apiVersion: {{ document.apiVersion }}
kind: {{ document.kind }}
metadata:
  name: {{ document.metadata.name }}
  namespace: {{ document.metadata.namespace }}
  labels:
{% for key, value in document.metadata.labels.items() %}    {{ key }}: {{ value }}
{% endfor %}  annotations:
{% for key, value in document.metadata.annotations.items() %}    {{ key }}: {{ value }}
{% endfor %}spec:
{% if document.kind == '"HTTPRoute"' %}  parentRefs:
{% for parent in document.spec.parentRefs %}    - namespace: {{ parent.namespace }}
      name: {{ parent.name }}
{% endfor %}  hostnames: [{{ document.spec.hostnames | join(", ") }}]
  rules:
{% for rule in document.spec.rules %}    - matches:
{% for match in rule.matches %}        - path:
            type: {{ match.path.type }}
            value: {{ match.path.value }}
{% endfor %}      filters:
{% for filter in rule.filters %}        - type: {{ filter.type }}
          urlRewrite:
            path:
              type: {{ filter.urlRewrite.path.type }}
              replacePrefixMatch: {{ filter.urlRewrite.path.replacePrefixMatch }}
{% endfor %}      backendRefs:
{% for backend in rule.backendRefs %}        - name: {{ backend.name }}
          port: {{ backend.port }}
{% endfor %}{% endfor %}{% else %}  targetRef:
    group: {{ document.spec.targetRef.group }}
    kind: {{ document.spec.targetRef.kind }}
    name: {{ document.spec.targetRef.name }}
{% if document.kind == '"AuthPolicy"' %}  rules:
    authentication:
{% for name, method in document.spec.rules.authentication.items() %}      {{ name }}:
        priority: {{ method.priority }}
        kubernetesTokenReview:
          audiences: [{{ method.kubernetesTokenReview.audiences | join(", ") }}]
        overrides:
{% for key, value in method.overrides.items() %}          {{ key }}:
            expression: {{ value.expression }}
{% endfor %}{% endfor %}    authorization:
{% for name, rule in document.spec.rules.authorization.items() %}      {{ name }}:
        priority: {{ rule.priority }}
        patternMatching:
          patterns:
{% for pattern in rule.patternMatching.patterns %}            - predicate: {{ pattern.predicate }}
{% endfor %}{% endfor %}    response:
{% for name in ("unauthenticated", "unauthorized") %}      {{ name }}:
        code: {{ document.spec.rules.response[name].code }}
        message:
          value: {{ document.spec.rules.response[name].message.value }}
{% endfor %}      success:
        filters:
{% for name, filter in document.spec.rules.response.success.filters.items() %}          {{ name }}:
            priority: {{ filter.priority }}
            json:
              properties:
{% for key, value in filter.json.properties.items() %}                {{ key }}:
                  expression: {{ value.expression }}
{% endfor %}{% endfor %}        headers:
{% for name, header in document.spec.rules.response.success.headers.items() %}          {{ name }}:
            priority: {{ header.priority }}
            plain:
{% for key, value in header.plain.items() %}              {{ key }}: {{ value }}
{% endfor %}{% endfor %}{% else %}  limits:
{% for name, limit in document.spec.limits.items() %}    {{ name }}:
      rates:
{% for rate in limit.rates %}        - limit: {{ rate.limit }}
          window: {{ rate.window }}
{% endfor %}      when:
{% for condition in limit.when %}        - predicate: {{ condition.predicate }}
{% endfor %}{% if limit.counters %}      counters:
{% for counter in limit.counters %}        - expression: {{ counter.expression }}
{% endfor %}{% endif %}{% endfor %}{% endif %}{% endif %}{% endfor %}"""


def _resolved(documents: dict[str, list[Any]], *, spelt: bool) -> str:
    """Give the input of a peer; `spelt` writes each string as YAML already, which a template does not do by itself."""

    def spell(value: Any) -> Any:  # noqa: ANN401 - JSON
        match value:
            case dict():
                return {key: spell(item) for key, item in value.items()}
            case list():
                return [spell(item) for item in value]
            case str():
                return json.dumps(value)
            case _:
                return value

    return json.dumps({path: spell(found) if spelt else found for path, found in documents.items()})


def _jinja2(documents: dict[str, list[Any]], out: Path) -> None:
    import jinja2  # noqa: PLC0415 - only this peer pays for it

    template = jinja2.Environment(autoescape=False).from_string(_MODEL)  # noqa: S701 - YAML is no HTML
    for path, found in documents.items():
        _write(out / path, template.render(documents=found))


def _pyyaml(documents: dict[str, list[Any]], out: Path) -> None:
    import yaml  # noqa: PLC0415 - the same

    for path, found in documents.items():
        _write(out / path, yaml.dump_all(found, Dumper=yaml.CSafeDumper, sort_keys=False))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _resolve(out: Path, made: Path) -> None:
    import yaml  # noqa: PLC0415 - the same

    files = sorted(path for path in out.glob("models/**/*.yaml") if path.name != "kustomization.yaml")
    documents = {str(path.relative_to(out)): list(yaml.load_all(path.read_bytes(), yaml.CSafeLoader)) for path in files}
    made.write_text(_resolved(documents, spelt=made.name.startswith("jinja2")), encoding="utf-8")


def _texts(out: Path, made: Path) -> None:
    files = sorted(path for path in out.rglob("*") if path.is_file())
    made.write_text(json.dumps({str(path.relative_to(out)): path.read_text(encoding="utf-8") for path in files}))


def _written(texts: dict[str, str], out: Path) -> None:
    for path, text in texts.items():
        _write(out / path, text)


def _chart(out: Path, chart: Path) -> None:
    import yaml  # noqa: PLC0415 - the same

    files = sorted(path for path in out.glob("models/**/*.yaml") if path.name != "kustomization.yaml")
    objects = [found for path in files for found in yaml.load_all(path.read_bytes(), yaml.CSafeLoader)]
    _write(chart / "Chart.yaml", "apiVersion: v2\nname: models\nversion: 1.0.0\n")
    _write(chart / "templates" / "all.yaml", "{{ range .Values.objects }}---\n{{ toYaml . }}\n{{ end }}")
    # A file of a chart may have 5 MiB; one of values that lies elsewhere has no limit.
    _write(chart.with_suffix(".json"), json.dumps({"objects": objects}))


def _equal(out: Path, other: Path) -> None:
    ours, theirs = _objects(out), _objects(other)
    if ours != theirs:
        raise SystemExit(f"{sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))[:3]} differ")


def _objects(out: Path) -> dict[str, Any]:
    """Give the objects of the models in a folder, or in one file."""
    import yaml  # noqa: PLC0415 - the same

    files = [out] if out.is_file() else sorted(path for path in out.rglob("*.yaml") if path.name != "kustomization.yaml")
    found = (one for path in files for one in yaml.load_all(path.read_bytes(), yaml.CSafeLoader))
    named = ((f"{one['kind']} {one['metadata'].get('namespace')}/{one['metadata']['name']}", one) for one in found)
    return {name: one for name, one in named if one["metadata"].get("namespace", "").startswith("team-")}


if __name__ == "__main__":
    action, first, second = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if action in ("resolve", "chart", "equal", "texts"):
        {"resolve": _resolve, "chart": _chart, "equal": _equal, "texts": _texts}[action](first, second)
    else:
        {"jinja2": _jinja2, "pyyaml": _pyyaml, "write": _written}[action](json.loads(first.read_bytes()), second)
