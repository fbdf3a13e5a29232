"""Objects carry the waves that they are applied in, and what is removed goes in the opposite order, as Argo CD does it."""

from __future__ import annotations

from typing import Any

from diff_bench import side
from diff_corpus import BASE, edited, put

from compiler.diff.side import Object, Side
from compiler.diff.waves import Operation, states, waves
from compiler.targets.waves import PRUNE_LAST, SYNC_OPTIONS, SYNC_WAVE, Wave


def marks_of(of: Side) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for (kind, _, name), one in of.objects.items():
        metadata: Any = one.data["metadata"]
        found[kind, name] = metadata["annotations"]
    return found


def test_limits_come_before_the_policies_that_let_callers_reach_them() -> None:
    found = {key: int(one[SYNC_WAVE]) for key, one in marks_of(side({"a.yaml": BASE})).items()}
    assert found["TokenRateLimitPolicy", "gateway-token-rate-limits"] == Wave.GATEWAY_LIMITS
    assert found["AuthPolicy", "gateway-auth-policy"] == Wave.GATEWAY_AUTH
    assert found["HTTPRoute", "maas-model-qwen"] == Wave.ROUTES
    assert found["TokenRateLimitPolicy", "maas-trlp-qwen"] == found["RateLimitPolicy", "maas-rlp-qwen"] == Wave.LIMITS
    assert found["AuthPolicy", "maas-auth-qwen"] == Wave.AUTH
    assert found["ConfigMap", "tier-to-group-mapping"] == Wave.TIERS < Wave.KEYS == max(Wave)


def test_on_the_gateway_permissions_come_last() -> None:
    tiers = {name: part for name, part in BASE.items() if name in ("platform", "tiers", "models")}
    config = {**tiers, "groups": {"free": {}, "paid": {}}, "platform": {**BASE["platform"], "attach": "gateway"}}
    found = {key: int(one[SYNC_WAVE]) for key, one in marks_of(side({"a.yaml": config})).items()}
    assert found["RateLimitPolicy", "gateway-rate-limits"] == Wave.GATEWAY_LIMITS < found["AuthPolicy", "gateway-auth-policy"]
    assert found["Role", "maas-post-qwen"] == Wave.AUTH < found["RoleBinding", "maas-post-qwen"]


def test_only_limits_of_requests_are_pruned_last() -> None:
    last = {kind for (kind, _), one in marks_of(side({"a.yaml": BASE})).items() if one.get(SYNC_OPTIONS) == PRUNE_LAST}
    assert last == {"RateLimitPolicy"}


def plain(kind: str, name: str, **marks: str) -> Object:
    data = {"kind": kind, "metadata": {"namespace": "n", "name": name, "annotations": marks}}
    return Object((kind, "n", name), "a.yaml", data)


def of(*objects: Object) -> Side:
    program = side({"a.yaml": BASE}).program
    return Side("", "", program, side({"a.yaml": BASE}).sources, {"a.yaml": tuple(one.data for one in objects)})


def test_what_is_removed_goes_in_the_opposite_order_and_last_goes_last() -> None:
    marks = [{SYNC_WAVE: str(number)} for number in (1, 2, 5)]
    late = {**marks[0], SYNC_OPTIONS: f"Replace=true, {PRUNE_LAST}"}
    base = of(*(plain("Role", f"r{index}", **one) for index, one in enumerate(marks)), plain("Role", "last", **late))
    head = of(plain("Role", "new", **{SYNC_WAVE: "3"}), plain("Role", "odd", **{SYNC_WAVE: "later"}))
    assert [(number, [str(one) for one in step]) for number, step in waves(base, head)] == [
        (0, ["Role n/odd"]),
        (1, ["Role n/r2 removed"]),
        (2, ["Role n/r1 removed"]),
        (3, ["Role n/new"]),
        (5, ["Role n/r0 removed"]),
        (6, ["Role n/last removed"]),
    ]


def test_within_a_wave_any_order_is_looked_at() -> None:
    steps = tuple(Operation(("Role", "n", name), None, plain("Role", name)) for name in "abcdefgh")
    seen = [{one.key[2] for one in state.done} for state in states({}, (steps[:2], steps[2:3]))]
    assert seen == [{"a"}, {"b"}, {"a", "b"}]
    assert len(list(states({}, (steps,)))) == 7
    assert [len(state.objects) for state in states({}, (steps[:1], steps[1:2]))] == [1]
    gone = Operation(("Role", "n", "a"), plain("Role", "a"), None)
    assert [len(state.objects) for state in states({gone.key: plain("Role", "a")}, ((gone,), steps[1:2]))] == [0]


def test_what_is_the_same_is_not_applied() -> None:
    base = side({"a.yaml": BASE})
    assert waves(base, base) == ()
    changed = side({"a.yaml": edited(put("tiers/small/tokens/0/limit", 7))})
    assert [number for number, _ in waves(base, changed)] == [Wave.LIMITS]
