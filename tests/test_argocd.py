"""The Application of `out/` may touch what maasc emits, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent


def _read(name: str) -> Any:  # noqa: ANN401 - plain data
    return yaml.safe_load((ROOT / "argocd" / name).read_text(encoding="utf-8"))


def _emitted() -> list[dict[str, Any]]:
    paths = [*ROOT.glob("out/**/*.yaml"), *ROOT.glob("tests/cases/*/out/**/*.yaml")]
    found = [document for path in paths for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
    return [document for document in found if document["kind"] != "Kustomization"]


def test_the_project_allows_exactly_the_kinds_that_are_emitted() -> None:
    for name, namespaced in (("namespaceResourceWhitelist", True), ("clusterResourceWhitelist", False)):
        allowed = {(kind["group"], kind["kind"]) for kind in _read("project.yaml")["spec"][name]}
        found = (document for document in _emitted() if ("namespace" in document["metadata"]) is namespaced)
        assert allowed == {(document["apiVersion"].rpartition("/")[0], document["kind"]) for document in found}


def test_the_project_allows_exactly_the_namespaces_of_our_own_output() -> None:
    ours = [
        document["metadata"].get("namespace") or document["metadata"]["name"]
        for path in ROOT.glob("out/**/*.yaml")
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        if document["kind"] != "Kustomization"
    ]
    assert {one["namespace"] for one in _read("project.yaml")["spec"]["destinations"]} == set(ours)


def test_what_is_taken_out_is_pruned_and_an_empty_folder_is_not_synced() -> None:
    application = _read("application.yaml")
    automated = application["spec"]["syncPolicy"]["automated"]
    assert automated["prune"] is True
    assert automated["allowEmpty"] is False
    assert application["spec"]["project"] == _read("project.yaml")["metadata"]["name"]
    assert (ROOT / application["spec"]["source"]["path"] / "kustomization.yaml").is_file()
