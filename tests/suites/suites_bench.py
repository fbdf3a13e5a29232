"""A small platform with plans, tiers and a team, and what it takes to try a suite on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from compiler.engines.base import Engine
from compiler.engines.celpy_engine import CelpyEngine
from compiler.intent.intent import Intent
from compiler.intent.parse import parse
from compiler.lower.lower import lower
from compiler.program.ir import Program
from compiler.source.load import load_text
from compiler.suites.case import Case
from compiler.suites.load import Loaded, load
from compiler.suites.plain_engine import PlainEngine
from compiler.suites.probes import Probes
from compiler.suites.resolve import resolve
from compiler.suites.result import Result
from compiler.suites.run import run
from compiler.suites.world import Platform, near, platform, questions

TODAY = "2026-06-15"

CONFIG = """\
platform:
  kuadrant: "1.5"
  gateway: {namespace: openshift-ingress, name: maas-default-gateway, hostname: maas.apps.example.com, lowercasesHost: true}
  modelNamespace: llm
  authentication:
    - {name: openshift, kind: tokenReview, audiences: ["https://kubernetes.default.svc"]}
    - {name: tier-tokens, kind: tierToken}
groups:
  free-user: {}
  gold-user: {}
  tier-free-users: {}
  tier-top-users: {}
  ml-people: {}
users:
  alice: {email: alice@example.com}
tiers:
  free: {level: 0, groups: [tier-free-users], tokens: [{limit: 100, window: 1m}], requests: [{limit: 5, window: 2m}]}
  top: {level: 1, groups: [tier-top-users], tokens: [{limit: 1000, window: 1m}]}
models:
  sim: {backend: {kind: LLMInferenceService}, tiers: [free, top]}
  big: {backend: {kind: Service, name: big, port: 8080}, tiers: [top]}
  hidden: {backend: {kind: LLMInferenceService}}
access:
  plans: {models: [sim], groups: [free-user, gold-user]}
  alice: {models: [big], users: [alice]}
subscriptions:
  small: {owner: {groups: [free-user]}, priority: 1, models: {sim: {tokens: [{limit: 100, window: 1m}]}}}
  gold:
    owner: {groups: [gold-user], users: [alice]}
    priority: 2
    models:
      sim: {tokens: [{limit: 500, window: 1m}, {limit: 900, window: 1h}]}
      big: {tokens: [{limit: 500, window: 1m}], per: subscription}
policies:
  pro: {kind: TokenRateLimitPolicy, tokens: [{limit: 5000, window: 1h}]}
teams:
  ml: {groups: [ml-people], defaultPolicy: pro, grants: [{model: big}]}
"""

CALLERS = """\
callers:
  nobody: {credential: none}
  stranger: {}
  fred: {groups: [free-user]}
  gail: {groups: [gold-user]}
  both: {groups: [free-user, gold-user]}
  tina: {groups: [tier-free-users]}
  topsy: {groups: [tier-top-users]}
  robot: {method: tier-tokens, groups: ["system:serviceaccounts:maas-default-gateway-tier-top"]}
  alice: {user: alice}
  mel: {groups: [ml-people]}
"""


@dataclass(frozen=True)
class Bench:
    """A configuration that compiles, and a folder for suites."""

    program: Program
    intent: Intent
    folder: Path

    @property
    def probes(self) -> Probes:
        """Give the boundary callers."""
        return Probes(self.program, self.intent)

    def loaded(self, *suites: str) -> Loaded:
        """Read suites from files `0.yaml`, `1.yaml` and so on."""
        files = [self.folder / f"{index}.yaml" for index in range(len(suites))]
        for file, text in zip(files, suites, strict=True):
            file.write_text(text, encoding="utf-8")
        return load(files)

    def codes(self, *suites: str) -> list[tuple[str, str]]:
        """Give the code and the headline of everything that is wrong with suites."""
        found = self.loaded(*suites)
        return [
            (one.code, one.headline)
            for one in (*found.diagnostics, *resolve(found.suites, self.program, self.intent).diagnostics)
        ]

    def cases(self, *suites: str) -> tuple[Case, ...]:
        """Give the cases of suites with nothing wrong."""
        found = self.loaded(*suites)
        assert not found.diagnostics, found.diagnostics
        resolved = resolve(found.suites, self.program, self.intent)
        assert not resolved.diagnostics, resolved.diagnostics
        return resolved.cases

    def platform(
        self, cases: Sequence[Case], engines: Sequence[Engine] = (PlainEngine(),), *, everything: bool = False
    ) -> Platform:
        """Give the manifests that cases are asked of, or those of all models."""
        asked = questions(cases)
        on, found = platform(self.program if everything else near(self.program, asked), asked, engines)
        assert on is not None, found
        return on

    def results(self, suite: str, engines: Sequence[Engine] = (PlainEngine(),), now: str = TODAY) -> tuple[Result, ...]:
        """Run one suite."""
        cases = self.cases(suite)
        return tuple(run(cases, self.platform(cases, engines), now))

    def failed(self, suite: str) -> dict[str, list[tuple[str, str, str]]]:
        """Give what is wrong with each failed case, by its name."""
        return {
            result.case.name: [(one.what, one.expected, one.got) for one in result.wrong]
            for result in self.results(suite)
            if result.status == "failed"
        }


def bench(folder: Path, config: str = CONFIG) -> Bench:
    """Compile a configuration."""
    documents, problems = load_text("maas.yaml", config.encode())
    intent, found = parse(documents)
    assert intent is not None, (problems, found)
    return Bench(lower(intent), intent, folder)


BASELINE = CelpyEngine()
