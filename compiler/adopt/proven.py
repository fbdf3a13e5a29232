"""Tells for each model what is proved, what is explained, what differs, and what was only tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from compiler.adopt.compare import Comparison
from compiler.adopt.proof.given import TAKEN
from compiler.adopt.proof.proof import Proof
from compiler.adopt.verdict import REASONS, Difference, Reason
from compiler.diagnostics.count import counted
from compiler.diagnostics.model import Diagnostic, Severity

# What is told of ways in that are not taken over.
_UNASKED: Final = "a way in lets callers in today that no method of the configuration is for, and nothing is asked about them"

# What is told of the models of a verdict, where anything is proved of them.
_DECIDED: Final = {
    "alike": "decided as today",
    "explained": "decided as today but for what is told below",
    "differs": "decided otherwise",
}


def otherwise(found: Comparison) -> tuple[Diagnostic, ...]:
    """Tell of models whose callers are answered otherwise for no reason that is known, each with a request that shows it."""
    return tuple(_error(one) for proof in found.proofs for one in _shown(proof, found))


def _shown(proof: Proof, found: Comparison) -> Sequence[Difference]:
    several = _of("other", _differences(proof, found))
    return several if proof.why is None else several[:1]


def _error(one: Difference) -> Diagnostic:
    return Diagnostic(
        "decides-otherwise",
        Severity.ERROR,
        f"a caller of `{one.asked.model}` would be answered otherwise than by the policies of the dump",
        None,
        _example(one),
        help=f"write into the items of `{one.asked.model}` what the policies say of this request, or accept that it changes",
    )


def _example(one: Difference) -> str:
    return f"{one.asked}: today {one.today}, then {one.then}"


def _differences(proof: Proof, found: Comparison) -> Sequence[Difference]:
    """Give what the proof found; where there is none, what the requests show that were tried."""
    if proof.why is None:
        return proof.differences
    return (*proof.differences, *(one for one in found.differences if one.asked.model == proof.model))


def _of(reason: Reason, several: Iterable[Difference]) -> list[Difference]:
    return [one for one in several if one.reason == reason]


def compared(found: Comparison) -> Iterator[str]:
    """Sum up: what is proved, the reasons why something changes, and what was tried beside the proof."""
    proved = [one for one in found.proofs if one.why is None]
    count = {verdict: sum(one.verdict == verdict for one in proved) for verdict in _DECIDED}
    told = [f"{counted(count[verdict], 'model')} {words}" for verdict, words in _DECIDED.items() if count[verdict]]
    yield f"proved for every caller and every request: {', '.join(told) or 'nothing'}"
    yield from _by_reason(proved, found)
    lost = [proof for proof in found.proofs if proof.unasked]
    if lost:
        yield f"- {counted(len(lost), 'model')}: {_UNASKED}"
        yield f"    as by {', '.join(lost[0].unasked)}"
    open_ = [proof for proof in found.proofs if proof.why is not None]
    if open_:
        yield f"not proved, and only tried: {counted(len(open_), 'model')}"
    for why in dict.fromkeys(proof.why for proof in open_):
        models = [proof.model for proof in open_ if proof.why == why]
        more = f" and {len(models) - 1} more" if len(models) > 1 else ""
        yield f"- `{models[0]}`{more}: {why}"
    yield from _by_reason(open_, found)
    unknown = found.asked - found.alike - len(found.differences)
    yield (
        f"tried beside the proof: compared {found.asked} requests with the policies of the dump: "
        f"{found.alike} are answered alike, {len(found.differences)} otherwise, {unknown} cannot be told"
    )


def _by_reason(proofs: Sequence[Proof], found: Comparison) -> Iterator[str]:
    everything = [_differences(proof, found) for proof in proofs]
    for reason in REASONS:
        several = [one for differences in everything for one in _of(reason, differences)[:1]]
        if several:
            yield f"- {counted(len(several), 'model')}: {REASONS[reason]}"
            yield f"    as when {_example(several[0])}"


def by_model(found: Comparison) -> Iterator[str]:
    """Tell of each model, and of what the proof does not find in any policy."""
    yield from ("## Model by model", "")
    for proof in found.proofs:
        yield f"- `{proof.model}`: {_verdict(proof)}"
        yield from (f"  - {_UNASKED}: {way}" for way in proof.unasked)
        yield from (f"  - {REASONS[one.reason]}: {_example(one)}" for one in _first_of_each(_differences(proof, found)))
    yield from ("", "The proof takes as given:", "")
    yield from (f"- {one}" for one in TAKEN)
    yield ""


def _first_of_each(several: Sequence[Difference]) -> Iterator[Difference]:
    for reason in REASONS:
        yield from _of(reason, several)[:1]


def _verdict(proof: Proof) -> str:
    match proof.verdict:
        case "alike":
            return "proved alike"
        case "explained":
            return "proved alike, but for what is explained"
        case "differs":
            return (
                "answered otherwise" if proof.why is None else f"answered otherwise, and only tried, because of this: {proof.why}"
            )
        case "sampled":
            return f"only tried, and not proved, because of this: {proof.why}"
