"""What a report says, and what is never called proved."""

from __future__ import annotations

from msgspec.structs import replace
from plain_views import views
from prove_bench import manifests, program, proof, text_manifests

from compiler.cel.parse import parse
from compiler.diagnostics.model import Severity
from compiler.prove.prove import diagnostics, prove
from compiler.prove.result import Absent, Proved, Refuted, Undecided
from compiler.prove.view import Source, Unknown


def test_a_refutation_names_the_caller_both_answers_and_both_places() -> None:
    changed = text_manifests("subscriptions", 'g in ["free-user", "premium-user", "research"]', 'g in ["free-user", "research"]')
    found, told = diagnostics(proof("subscriptions", changed))
    assert "`groups_str` is not the caller's" in told.headline  # it holds the same list
    assert (found.code, found.severity) == ("refuted", Severity.ERROR)
    assert "`llm/simulator-model`" in found.headline
    assert found.place is not None
    assert found.place.file == "models/llm/simulator-model.yaml"
    assert "user `somebody` in `premium-user` by `openshift`, /llm/simulator-model/v1/chat/completions" in found.notes[0].text
    assert found.notes[1].place is not None
    assert found.notes[1].place.file.startswith("config")
    assert found.effect == "the caller of the example gets 403 instead of 200, `premium`, 1000 tokens in 60s"


def test_a_model_for_which_nothing_is_emitted_is_refuted() -> None:
    of = program("subscriptions")
    report = prove(of, views(of, manifests("subscriptions"))[1:], parse)
    (missing,) = [result for result in report.results if not isinstance(result, Proved)]
    assert missing == Absent(of.models[0].id)
    (told,) = diagnostics(report)
    assert (told.code, told.headline) == (
        "refuted",
        f"no AuthPolicy of its own guards `{of.models[0].id}`: its manifests are missing",
    )


def test_a_view_of_no_model_is_undecided() -> None:
    of = program("subscriptions")
    view = replace(views(of, manifests("subscriptions"))[0], model="llm/nobody")
    assert any(isinstance(result, Undecided) and result.model == "llm/nobody" for result in prove(of, (view,), parse).results)


def test_what_is_unknown_is_undecided() -> None:
    of = program("subscriptions")
    view = views(of, manifests("subscriptions"))[0]
    report = prove(of, (replace(view, unknown=(Unknown("a riddle", view.place),)),), parse)
    assert "a riddle" in [result.reason for result in report.results if isinstance(result, Undecided)]


def test_an_expression_that_is_not_understood_leaves_the_rest_unsaid() -> None:
    """Nothing that depends on it is called proved."""
    of = program("subscriptions")
    view = views(of, manifests("subscriptions"))[0]
    method = view.methods[0]
    overrides = tuple(
        (name, Source("auth.identity.email", source.place) if name == "userid" else source) for name, source in method.overrides
    )
    report = prove(of, (replace(view, methods=(replace(method, overrides=overrides),)),), parse)
    mine = [result for result in report.results if result.model == view.model]
    assert {(result.property, type(result)) for result in mine} == {("methods", Proved), ("no-errors", Undecided)}


def test_the_effort_is_counted() -> None:
    report = proof("subscriptions")
    assert (report.effort.claims, report.effort.solved) == (report.effort.folded, 0)
    thorough = proof("subscriptions", thorough=True)
    assert thorough.effort.solved > 0
    assert sum(result.claims for result in thorough.results if isinstance(result, Proved)) >= thorough.effort.claims


def test_a_text_that_does_not_parse_is_undecided() -> None:
    """A proof ends without a traceback, whatever it is given."""
    report = proof(
        "subscriptions", text_manifests("subscriptions", 'auth.identity.selected_subscription != ""', "auth.identity =")
    )
    assert {type(result) for result in report.results if result.property == "no-errors"} == {Undecided}
    assert "does not parse" in diagnostics(report)[0].headline


def test_an_expression_that_is_too_deep_is_undecided() -> None:
    deep = "!(" * 2000 + "true" + ")" * 2000
    report = proof("subscriptions", text_manifests("subscriptions", 'auth.identity.selected_subscription != ""', deep))
    assert {type(result) for result in report.results if result.property == "no-errors"} == {Undecided}


def test_what_is_unknown_of_one_model_is_not_proved_by_another() -> None:
    """Not even where all else is the same."""
    of = program("odd-names")
    first, *others = views(of, manifests("odd-names"))
    riddle = replace(first, unknown=(Unknown("a riddle", first.place),))
    results = prove(of, (first, riddle, *others), parse).results
    assert [result.reason for result in results if isinstance(result, Undecided)] == ["a riddle"]


def test_nothing_is_proved_of_callers_whose_method_is_another() -> None:
    of = program("tiers-on-routes")
    view = views(of, manifests("tiers-on-routes"))[0]
    report = prove(of, (replace(view, methods=view.methods[:1]),), parse)
    mine = [(result.property, type(result)) for result in report.results if result.model == view.model]
    assert mine == [("methods", Refuted)]
