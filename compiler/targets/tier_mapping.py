"""The ConfigMap from which the MaaS API learns the tier of a group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.kube.base import Manifest
from compiler.kube.core import ConfigMap
from compiler.program.ir import Program, Tier
from compiler.render import yaml
from compiler.targets.common import metadata

NAME: Final = "tier-to-group-mapping"


def manifests(program: Program) -> Iterator[Manifest]:
    """Give the ConfigMap `tier-to-group-mapping` beside the MaaS API: key `tiers`, a YAML list, lowest level first."""
    if not program.tiers:
        return
    lowest_first = sorted(program.tiers, key=lambda tier: (tier.level, tier.name))
    labels = {"app": "maas-api", "component": "tier-mapping"}
    named = metadata(NAME, program.platform.maas_api.namespace, adopted=True, labels=labels)
    yield ConfigMap(named, {"tiers": yaml.value([_entry(tier) for tier in lowest_first])})


def _entry(tier: Tier) -> dict[str, object]:
    optional = {"displayName": tier.display_name, "description": tier.description}
    given = {key: value for key, value in optional.items() if value is not None}
    return {"name": tier.name, **given, "level": tier.level, "groups": list(tier.groups)}
