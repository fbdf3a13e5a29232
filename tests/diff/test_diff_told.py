"""How a comparison is told: at the right line, in few words, and never longer than a comment may be."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from diff_bench import compared, side
from diff_corpus import BASE, Config, both, drop, edited, everywhere, put
from msgspec.structs import replace

from compiler.diff import words
from compiler.diff.compare import Comparison
from compiler.diff.cover import Kind
from compiler.diff.formats import findings, markdown, plain, text
from compiler.diff.gates import judged, tripped
from compiler.diff.result import Also, Callers, Cause, Change, Diff, ObjectChange, Row, Safety, Step, Witness, merged
from compiler.diff.scope import Scope, scope
from compiler.diff.verdict import verdict
from compiler.intent.normal import normal

CALLERS = Callers((Kind(groups=(("research",),)),))
CAUSE = Cause("head", "config/a.yaml", 3, "access.a.groups", "config/a.yaml")
ROW = Row((Change.GAINED,), ("llm/granite",), CALLERS, "refused", "5 tokens per 1m by `gold`", None, (CAUSE,))
STEP = Step(Safety.UNSAFE, ("llm/granite",), CALLERS, ("RateLimitPolicy a/b",), ("AuthPolicy a/b",), "they have more", "user `x`")


def test_every_edit_of_several_is_put_down_to_its_own_line() -> None:
    head = edited(
        both(
            put("access/lab/users", []),
            put("subscriptions/gold-big/models/granite/tokens/0/limit", 1),
            put("models/guard/tiers", ["small"]),
            put("tiers/small/displayName", "Small"),
            put("policies/crew/tokens/0/limit", 5),
        )
    )
    diff = Comparison(side({"a.yaml": BASE}), side({"b.yaml": head})).run()
    told = {(row.changes[0].value, row.models[0], row.causes[0].what) for row in diff.rows}
    assert ("access-lost", "llm/qwen", "access.lab.users.0") in told
    assert ("access-gained", "llm/guard", "models.guard.tiers") in told
    assert ("budget-lowered", "llm/granite", "subscriptions.gold-big.models.granite.tokens.0.limit") in told
    assert {row.causes[0].what.partition(".")[0] for row in diff.rows if "team:ops" in row.before} == {"policies"}
    assert [cause.what for cause in diff.inert] == ["tiers.small.displayName"]


def _causes(change: Change, base: Config, head: Config, model: str | None = None) -> set[str]:
    """Give what all rows of a change are put down to, on one model or on all."""
    rows = [row for row in compared(base, head).rows if change in row.changes and (model is None or model in row.models)]
    return {cause.what for row in rows for cause in row.causes}


def test_whoever_is_refused_is_refused_by_no_amount() -> None:
    """Though the amount is of the entry that metered them, and on the same item."""
    tier = both(put("models/granite/tiers", ["large"]), put("tiers/small/tokens/0/limit", 200))
    assert _causes(Change.LOST, BASE, edited(tier)) == {"models.granite.tiers.0"}
    owner = both(put("subscriptions/lab-day/owner/users", []), put("subscriptions/lab-day/models/qwen/tokens/0/limit", 400))
    assert _causes(Change.LOST, BASE, edited(owner)) == {"subscriptions.lab-day.owner.users.0"}


def test_one_entry_gives_another_budget_by_its_amounts_alone() -> None:
    """Whoever else it is for now, and on whatever other models."""
    grants = [{"model": "granite"}, {"model": "qwen", "role": "invoke"}]
    base = edited(put("teams/ops/grants", grants))
    fewer = both(put("teams/ops/grants", grants[1:]), put("policies/crew/tokens/0/limit", 200))
    assert _causes(Change.LOWERED, base, edited(fewer), "llm/qwen") == {"policies.crew.tokens.0.limit"}
    assert _causes(Change.LOST, base, edited(fewer)) == {"teams.ops.grants.0"}
    more = both(put("teams/ops/grants", [*BASE["teams"]["ops"]["grants"], grants[0]]), put("policies/crew/tokens/0/limit", 200))
    assert _causes(Change.LOWERED, BASE, edited(more)) == {"policies.crew.tokens.0.limit"}
    others = both(put("tiers/small/groups", ["free", "lab"]), put("tiers/small/tokens/0/limit", 200))
    rows = [row for row in compared(BASE, edited(others)).rows if "`tier:small`" in row.before and "`tier:small`" in row.after]
    assert {cause.what for row in rows for cause in row.causes} == {"tiers.small.tokens.0.limit"}


def test_a_default_that_is_spelt_out_is_no_cause() -> None:
    """It is said to have been edited; why budgets change is another line."""
    head = edited(
        both(
            put("platform/attach", "route"),
            put("teams/ops/members/0/role", "owner"),
            put("teams/ops/grants/0/user", None),
            put("policies/crew/per", "team"),
            put("policies/crew/tokens/0", {"limit": 5, "window": "60m"}),
            put("tiers/small/unlimited", value=False),
            put("tiers/small/tokens/0/limit", 1),
        )
    )
    diff = compared(BASE, head)
    causes = {cause.what for row in diff.rows for cause in row.causes}
    assert causes == {"policies.crew.tokens.0.limit", "tiers.small.tokens.0.limit"}
    assert {cause.what for cause in diff.inert} >= {"platform.attach", "tiers.small.unlimited", "teams.ops.grants.0.user"}


def test_a_default_against_something_else_is_told_where_it_is_written() -> None:
    (row, *_) = compared(edited(put("platform/bridge", "groups")), edited(put("platform/bridge", "selected"))).rows
    assert [(cause.side, cause.what) for cause in row.causes] == [("head", "platform.bridge")]
    (row, *_) = compared(edited(put("platform/bridge", "groups")), BASE).rows
    assert [(cause.side, cause.what) for cause in row.causes] == [("base", "platform.bridge")]


def test_rows_that_differ_only_in_the_entry_asked_for_are_one() -> None:
    subscriptions = {
        name: {
            "owner": {"groups": ["free"]},
            "priority": order,
            "models": {"qwen": {"tokens": [{"limit": limit, "window": "1m"}]}},
        }
        for name, order, limit in (("a", 3, 1), ("b", 2, 2), ("c", 1, 3))
    }
    base = edited(both(put("access/new", {"models": ["qwen"], "groups": ["free"]}), put("subscriptions", subscriptions)))
    head = deepcopy(base)
    for access in ("access/new/groups", *(f"subscriptions/{name}/owner/groups" for name in "abc")):
        put(access, ["free", "lab"])(head)
    diff = compared(base, head)
    row = next(row for row in diff.rows if row.also)
    assert [one.asking for one in row.also] == ["b", "c"]
    assert [one.witness.headers for one in row.also if one.witness] == [(("x-maas-subscription", name),) for name in "bc"]
    assert [one.callers.asking for one in row.each] == [None, "b", "c"]
    assert {cause.what for cause in row.causes} == {f"subscriptions.{name}.owner.groups.1" for name in "abc"}, "lab had access"
    asked = "for `b`: refused, then 2 tokens per 1m by `b`"
    assert f"\n  asking   {asked}\n" in text.render(diff)
    assert f"asking {asked}; asking for `c`" in markdown.render(diff)
    assert any(note.text == f"asking {asked}" for one in findings.diagnostics(diff, "a.yaml") for note in one.notes)
    assert json.loads(plain.render(diff))["rows"][0]["also"][0]["asking"] == "b"


def test_very_many_entries_asked_for_are_counted() -> None:
    also = tuple(Also(f"e{index}", index == 0, "refused", "1 token", None) for index in range(11))
    causes = tuple(replace(CAUSE, line=index) for index in range(10))
    told = text.render(Diff((replace(ROW, also=also, causes=causes),), ()))
    assert "  asking   for `e0` or having it first: refused, then 1 token\n" in told
    assert "  asking   for 3 more entries\n" in told
    assert "  because  2 more lines\n" in told


def test_who_is_let_in_and_metered_by_two_edits_is_put_down_to_both() -> None:
    head = edited(both(put("access/lab/groups", ["lab", "free"]), put("subscriptions/lab-day/owner/groups", ["lab", "free"])))
    rows = [row for row in compared(BASE, head).rows if "by `lab-day`" in row.after and row.changes == (Change.GAINED,)]
    assert {cause.what for row in rows for cause in row.causes} == {"access.lab.groups.1", "subscriptions.lab-day.owner.groups.1"}


def test_removed_lines_are_told_of_the_base() -> None:
    lost = compared(BASE, edited(drop("access/gold")))
    causes = {(cause.side, cause.file, cause.what) for row in lost.rows for cause in row.causes}
    assert causes == {("base", "base/a.yaml", "access.gold")}


def test_rows_of_several_models_are_one() -> None:
    other = replace(ROW, models=("llm/qwen",), causes=(replace(CAUSE, line=9),))
    (row,) = merged([ROW, other])
    assert row.models == ("llm/granite", "llm/qwen")
    assert [cause.line for cause in row.causes] == [3, 9]


def test_the_worst_comes_first() -> None:
    rows = [replace(ROW, changes=(change,)) for change in reversed(Change)]
    assert [row.changes[0] for row in merged(rows)] == list(Change)


def test_the_verdict_counts_models_and_people_and_not_rows() -> None:
    """Several rows of one model, and of one person, are one; all models are all, and a model that moved is one that did."""
    other = replace(ROW, models=("llm/granite", "llm/qwen"), after="7 tokens per 1m by `silver`", people=("ann", "ben"))
    moved = replace(ROW, changes=(Change.MOVED,))
    around = replace(ROW, changes=(Change.IDENTITY,), models=())
    cluster = replace(ROW, changes=(Change.PLATFORM,), models=())
    told = verdict(Diff((replace(ROW, people=("ann",)), other, moved, around, cluster), ()))
    assert told == "access gained on 2 models for 2 people; 1 model moved; identity changed on all models; platform changed"


def test_a_comment_is_never_too_long_and_counts_what_it_leaves_out() -> None:
    rows = tuple(replace(ROW, models=(f"llm/model-{index}",)) for index in range(2000))
    objects = tuple(
        ObjectChange(f"models/llm/{index}.yaml", "AuthPolicy", f"llm/maas-auth-{index}", "added") for index in range(900)
    )
    comment = markdown.render(Diff(rows, objects, (STEP,)))
    assert len(comment) <= markdown.MOST
    assert comment.splitlines()[:2] == [markdown.MARKER, f"**{verdict(Diff(rows, objects, (STEP,)))}**"]
    kept = sum(line.startswith(("| access gained", "- ")) for line in comment.splitlines())
    assert f"\n{2901 - kept:,} lines left out" in comment


def test_a_comment_shows_names_as_they_are() -> None:
    row = replace(ROW, models=("llm/a|b", "@everyone"), before="<img> *x* `a|b`")
    line = next(line for line in markdown.render(Diff((row,), ())).splitlines() if line.startswith("| access"))
    assert r"llm/a\|b" in line
    assert r"\@everyone" in line
    assert r"\<img\> \*x\* `a\|b`" in line


def test_every_form_tells_of_unsafe_steps_and_interruptions() -> None:
    pause = replace(STEP, safety=Safety.INTERRUPTED, says="refused")
    unsure = replace(STEP, safety=Safety.UNDECIDED, callers=Callers(()), says="too much", person="")
    diff = Diff((ROW,), (), (STEP, unsure, pause), (CAUSE,), checked=7, roster=4, outside=())
    assert "unsafe steps: 1; undecided steps: 1" in verdict(diff)
    assert "people: 0 of 4" in verdict(diff)
    told = text.render(diff)
    assert (
        "[unsafe-step] llm/granite: callers in `research`\n  when     RateLimitPolicy a/b applied, and not yet AuthPolicy a/b"
        in told
    )
    assert "[undecided-step] llm/granite\n" in told
    assert "for a moment, between two waves:\n  llm/granite: callers in `research`: refused" in told
    assert "nothing outside the scope has changed" in told
    comment = markdown.render(diff)
    assert "#### Steps of the roll-out that are not safe" in comment
    assert "#### Refused for a moment" in comment
    assert "Nothing outside the scope has changed" in comment
    assert (
        "- unsafe: llm/granite: callers in `research`: when RateLimitPolicy a/b applied, and not yet AuthPolicy a/b: " in comment
    )
    assert f"(witness: {STEP.person})\n" in comment
    assert "- undecided: llm/granite: when" in comment
    assert all(words.SPLIT in form for form in (told, comment, findings.diagnostics(diff, "config/a.yaml")[1].help or ""))
    assert words.SPLIT not in markdown.render(replace(diff, steps=(pause,))) + text.render(replace(diff, steps=(pause,)))
    assert '"safety": "unsafe"' in plain.render(diff)
    codes = [found.code for found in findings.diagnostics(diff, "config/a.yaml")]
    assert codes == ["access-gained", "unsafe-step", "unsafe-step"]


def test_every_form_says_which_gate_tripped_on_how_much() -> None:
    pause = replace(STEP, safety=Safety.INTERRUPTED)
    diff = Diff((ROW, ROW, replace(ROW, changes=(Change.LOST,))), (ObjectChange("f", "Role", "r", "added"),), (STEP, pause))
    diff = replace(diff, gates=judged(diff, ("unsafe", "gained", "raised", "any")))
    assert tripped(diff)
    lines = [
        "gate `gained`: tripped by 2 changes",
        "gate `raised`: nothing",
        "gate `any`: tripped by 3 changes, 1 step, 1 object",
        "gate `unsafe`: tripped by 1 step",
    ]
    assert text.render(diff).splitlines()[-4:] == lines
    assert all(line in markdown.render(diff) for line in lines)
    assert json.loads(plain.render(diff))["gates"][0] == {
        "gate": "gained",
        "tripped": True,
        "rows": 2,
        "steps": 0,
        "objects": 0,
    }
    told = findings.diagnostics(diff, "a.yaml")
    assert [(one.code, one.severity.value) for one in told] == [
        *[("access-gained", "error")] * 2,
        ("access-lost", "error"),
        ("unsafe-step", "error"),
    ]
    assert [note.text for note in told[0].notes if "gate" in note.text] == [
        "it trips the gate `gained`",
        "it trips the gate `any`",
    ]


def test_what_trips_no_gate_passes() -> None:
    pause = replace(STEP, safety=Safety.INTERRUPTED)
    diff = Diff((ROW,), (), (pause,))
    assert not tripped(replace(diff, gates=judged(diff, ("lost", "unsafe"))))
    assert [one.severity.value for one in findings.diagnostics(diff, "a.yaml")] == ["warning"]


def test_long_lists_are_counted() -> None:
    many = tuple(f"llm/m{index}" for index in range(12))
    kinds = tuple(Kind(groups=((f"g{index}",),), not_users=("x",)) for index in range(6))
    row = replace(ROW, models=many, callers=Callers(kinds, "gold", first=True, methods=("openshift",)))
    told = text.render(Diff((row,), tuple(ObjectChange("f", "Role", f"r{index}", "added") for index in range(50))))
    assert "and 4 more models" in told
    assert "in `g0` and not named `x`; or" in told
    assert "; or 2 more kinds of callers, asking for `gold` or having it first, by `openshift`" in told
    assert "  and 10 more\n" in told
    assert "too many kinds" in text.render(Diff((replace(ROW, callers=Callers(None)),), ()))


def test_a_witness_tells_what_was_asked() -> None:
    diff = compared(BASE, edited(put("subscriptions/lab-day/models/qwen/tokens/0/limit", 600)))
    assert "user `somebody` in `lab`" in text.render(diff)
    found = [row.witness for row in diff.rows]
    assert all(isinstance(one, Witness) and one.before.status == one.after.status == 200 for one in found)


def test_only_objects_may_change() -> None:
    diff = compared(BASE, edited(put("subscriptions/gold-big/metadata/organization", "umbrella")))
    assert verdict(diff).startswith("no change of meaning; objects: ")
    inert = compared(BASE, edited(put("models/qwen/description", "Big")))
    assert verdict(inert) == "no change of meaning; 1 edited line"


SIDES = (side({"a.yaml": BASE}),)


@pytest.mark.parametrize(
    ("words", "inside"),
    [
        ("team=ops", {"policies"}),
        ("tier=small", {"tiers"}),
        ("groups=ops, users=bob", {"policies"}),
        ("groups=ops, users=bob|alice@example.com|system:serviceaccount:a:b", {"policies"}),
        ("models=qwen, entries=team:*", {"policies"}),
    ],
)
def test_a_scope_holds_for_what_lies_within(words: str, inside: set[str]) -> None:
    edits = {"policies": put("policies/crew/tokens/0/limit", 5), "tiers": put("tiers/small/tokens/0/limit", 5)}
    for section, edit in edits.items():
        diff = Comparison(side({"a.yaml": BASE}), side({"a.yaml": edited(edit)}), scope=scope(words, SIDES)).run()
        assert (diff.outside == ()) == (section in inside), diff.outside


def test_the_platform_is_in_no_scope() -> None:
    head = edited(put("platform/gateway/hostname", "ai.example.com"))
    diff = Comparison(side({"a.yaml": BASE}), side({"a.yaml": head}), scope=Scope((), (), None)).run()
    assert diff.outside
    assert tripped(diff)


def test_another_kind_of_method_is_told_once() -> None:
    config = deepcopy(BASE)
    config["platform"]["authentication"] = [{"name": "sa", "kind": "tierToken", "audience": "https://kubernetes.default.svc"}]
    diff = compared(BASE, config)
    row = next(row for row in diff.rows if row.callers.methods == ("tokens for `https://kubernetes.default.svc`",))
    assert Change.IDENTITY in row.changes
    assert Change.LOST in row.changes
    assert row.models == ("llm/granite", "llm/qwen")


def test_a_method_nobody_comes_in_by_is_told_without_a_witness() -> None:
    bare = {**BASE, "models": {"guard": BASE["models"]["guard"]}, "access": {}, "subscriptions": {}, "teams": {}, "policies": {}}
    more = deepcopy(bare)
    more["platform"]["authentication"].append({"name": "console", "kind": "tokenReview", "audiences": ["console"]})
    (row,) = compared(bare, more).rows
    assert (row.changes, row.witness) == ((Change.IDENTITY,), None)


def test_a_group_that_is_renamed_everywhere_is_both_gained_and_lost() -> None:
    diff = compared(BASE, edited(everywhere("free", "everyone")))
    assert {Change.GAINED, Change.LOST} <= {change for row in diff.rows for change in row.changes}


def test_what_is_no_section_is_compared_as_it_is_written() -> None:
    assert normal("apiVersion", "maas.opendatahub.io/v1alpha1") == "maas.opendatahub.io/v1alpha1"
    assert normal("tiers", {"small": {"level": "low"}}) == {"small": {"level": "low"}}


def test_only_rates_have_windows() -> None:
    """Groups may be called so, and labels: nothing of theirs is counted in seconds."""
    groups = {"limit": {"builtin": True}, "window": {"builtin": True}}
    assert normal("groups", groups) == groups
    labels = {"metadata": {"labels": {"limit": "1h", "window": "1h"}}}
    written = {"a": {"owner": {"users": ["x"]}, "models": {"m": {"tokens": [{"limit": 1, "window": "1h"}]}}, **labels}}
    found = {"owner": {"users": ["x"]}, "models": {"m": {"tokens": [{"limit": 1, "window": "3600s"}]}}, **labels}
    assert normal("subscriptions", written) == {"a": found}


def test_ways_in_are_told_with_the_word_before_their_credentials_and_their_claims_as_they_are_written() -> None:
    keys, provider = {"name": "keys", "kind": "apiKey"}, {"name": "sso", "kind": "oidc", "issuer": "https://sso.example.com"}
    ways = BASE["platform"]["authentication"]
    base = edited(put("platform/authentication", [*ways, keys, provider | {"audience": "a", "groups": "realm_access.roles"}]))
    other = {"audience": "b", "groups": ["realm.access", "roles"]}
    head = edited(put("platform/authentication", [*ways, keys | {"prefix": "KEY"}, provider | other]))
    rows = {row.callers.methods: (row.before, row.after) for row in compared(base, head).rows}
    labels = "maas.opendatahub.io/api-key=gw"
    assert rows == {
        (f"keys labelled `{labels}` after `APIKEY`",): ("accepted by `keys`", "refused with 401"),
        (f"keys labelled `{labels}` after `KEY`",): ("refused with 401", "accepted by `keys`"),
        ("tokens signed by `https://sso.example.com`",): (
            "accepted by `sso` (for `a`, user from `preferred_username`, groups from `realm_access.roles`)",
            "accepted by `sso` (for `b`, user from `preferred_username`, groups from `[realm.access, roles]`)",
        ),
    }
