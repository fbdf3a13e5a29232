"""Show how the manifests of one model grow with its subscriptions: `python benchmarks/growth.py` writes it to RESULTS.md.

Everything is counted and nothing timed, so that the section is the same on every machine. The last columns are the other bridge,
which excludes in each limit the groups of all better subscriptions, as the controller that we replace does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from compiler import pipeline
from compiler.effective.cost import costs, expressions
from compiler.program.ir import Program
from compiler.render.layout import Documents, render
from compiler.source.load import load_texts
from compiler.targets.emit import emit

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
STEPS: Final = (1, 10, 100, 250, 500, 1_000)

# Equal budgets share a limit, so that the number of limits is that of the plans that are sold.
_BUDGETS: Final = 10
_NOWHERE: Final = Path("no-such-folder")
_HEAD: Final = "## Growth\n"
_SAID: Final = """\
Written by `python benchmarks/growth.py`: one model, subscriptions with one group each, {budgets} different budgets. Bytes are
those of the texts of all expressions, and of the whole policy of limits. *Exclusions* are the same subscriptions with
`bridge: groups`, whose limits each exclude the groups of all better ones.

| subscriptions | limits | expressions, bytes | longest | group literals | policy of limits, bytes | \
exclusions: limits | expressions of limits, bytes |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def configuration(subscriptions: int, bridge: str) -> str:
    """Give a configuration of one model with so many subscriptions, each of one group."""
    names = [f"department-{index:04}" for index in range(subscriptions)]
    return "".join(_lines(names, bridge))


def _lines(names: Sequence[str], bridge: str) -> Iterator[str]:
    yield 'platform:\n  kuadrant: "1.5"\n'
    yield "  gateway: {namespace: ingress, name: gateway, hostname: maas.example.com, lowercasesHost: true}\n"
    yield f"  bridge: {bridge}\n  authentication:\n    - {{name: openshift, kind: tokenReview, audiences: [a]}}\n"
    yield "models:\n  llm/model: {backend: {kind: LLMInferenceService}}\n"
    yield from ("groups:\n", *(f"  {name}: {{}}\n" for name in names))
    yield f"access:\n  all: {{models: [llm/model], groups: [{', '.join(names)}]}}\nsubscriptions:\n"
    for index, name in enumerate(names):
        budget = f"{{tokens: [{{limit: {1000 + index % _BUDGETS}, window: 1h}}]}}"
        yield f"  plan-{index:04}: {{owner: {{groups: [{name}]}}, priority: {index}, models: {{llm/model: {budget}}}}}\n"


def compiled(subscriptions: int, bridge: str = "selected") -> tuple[Program, Documents]:
    """Compile one of them as far as its manifests."""
    front = pipeline.front_of(*load_texts({"maas.yaml": configuration(subscriptions, bridge)}), _NOWHERE)
    if front.program is None:
        raise ValueError("the configuration has errors")
    return front.program, render(emit(front.program)).documents


def section() -> str:
    """Give the section."""
    rows = "".join(f"| {' | '.join(f'{cell:,}' for cell in _row(count))} |\n" for count in STEPS)
    return f"{_HEAD}\n{_SAID.format(budgets=_BUDGETS)}{rows}"


def _row(count: int) -> tuple[int, ...]:
    program, documents = compiled(count)
    (cost,) = costs(program, documents, program.models).models
    limiting = next(size for name, size in cost.objects if name.startswith("TokenRateLimitPolicy/"))
    _, excluding = compiled(count, "groups")
    limits = next(one for one in excluding["models/llm/model.yaml"] if one["kind"] == "TokenRateLimitPolicy")
    written = _bytes(documents["models/llm/model.yaml"])
    return (count, cost.limits, written, cost.longest, cost.groups, limiting, len(_limits(limits)), _bytes(limits))


def _limits(policy: Any) -> dict[str, Any]:  # noqa: ANN401 - plain data
    found: dict[str, Any] = policy["spec"]["limits"]
    return found


def _bytes(value: object) -> int:
    return sum(len(text.encode()) for text in expressions(value))


def main() -> None:
    """Write the section in the place of the old one, at the end of the page."""
    before = RESULTS.read_text(encoding="utf-8").partition(f"\n{_HEAD}")[0]
    RESULTS.write_text(f"{before}\n{section()}", encoding="utf-8")


if __name__ == "__main__":
    main()
