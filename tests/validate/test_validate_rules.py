"""The rules of definitions: where they apply, what they see, and what is said when they cannot be evaluated."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from validate_crd_support import accepts, obj, verdict

from compiler.diagnostics.model import Place, Severity
from compiler.validate.cel import NotEvaluatedError, RuleFailedError, Rules
from compiler.validate.instance import cel_value, defaulted, escaped

RULES = Rules()
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}


def ruled(schema: dict[str, object], *rules: str | dict[str, object]) -> dict[str, object]:
    """Give a schema with rules."""
    written = [rule if isinstance(rule, dict) else {"rule": rule, "message": f"not {rule}"} for rule in rules]
    return {**schema, "x-kubernetes-validations": written}


def test_a_rule_that_does_not_hold_is_an_error(tmp_path: Path) -> None:
    """The report gives the definition's own message, the rule, and its place."""
    rule: dict[str, object] = {"rule": "self.a != self.b", "message": "a and b differ.\nAlways."}
    schema = ruled(obj({"a": TEXT, "b": TEXT}), rule)
    accepts(tmp_path, schema, {"a": "x", "b": "y"}, {"a": "x", "b": "x"})
    [[found]] = verdict(tmp_path, schema, {"a": "x", "b": "x"})
    assert found.headline == (
        "the Widget `here/one` breaks a rule of its CustomResourceDefinition at `spec`: a and b differ. Always"
    )
    assert found.place == Place("w.yaml", ("spec",))
    assert found.effect.startswith("the API server refuses the object")
    assert [note.text for note in found.notes] == ["the rule is `self.a != self.b`", "the definition is `crds.yaml`"]


def test_rules_apply_at_every_depth(tmp_path: Path) -> None:
    """In fields, items, and values of maps, with `self` the value at hand; never on null."""
    schema = obj(
        {
            "list": {"type": "array", "items": ruled(obj({"a": WHOLE}), "self.a > 0")},
            "map": {"type": "object", "additionalProperties": ruled(dict(TEXT), "self.size() < 3")},
            "none": ruled({**TEXT, "nullable": True}, "self == 'x'"),
            "open": {"type": "object", "additionalProperties": True},
        }
    )
    good = {"list": [{"a": 1}], "map": {"k": "v"}, "none": None, "open": {"a": 1}}
    accepts(tmp_path, schema, good, {"list": [{"a": 1}, {"a": 0}]}, {"map": {"k": "long"}}, {"none": "y"})
    [[found]] = verdict(tmp_path, schema, {"list": [{"a": 1}, {"a": 0}]})
    assert found.place == Place("w.yaml", ("spec", "list", 1))
    assert "at `spec.list[1]`: not self.a > 0" in found.headline
    [[found]] = verdict(tmp_path, schema, {"map": {"a.b": "long"}})
    assert 'at `spec.map["a.b"]`' in found.headline


def test_rules_of_the_object_itself_see_its_name(tmp_path: Path) -> None:
    """At the root, `self` has apiVersion, kind and the name, and no more of the metadata."""
    root = {"x-kubernetes-validations": [{"rule": "self.metadata.name == 'one' && !has(self.metadata.namespace)"}]}
    [found] = verdict(tmp_path, obj({}), {}, **root)
    assert found == []
    root = {"x-kubernetes-validations": [{"rule": "self.kind + self.apiVersion == ''"}]}
    [[one]] = verdict(tmp_path, obj({}), {}, **root)
    assert "at the object itself: it has no message" in one.headline


def test_rules_wait_until_the_schema_is_satisfied(tmp_path: Path) -> None:
    """As on the API server: a rule speaks of values of the right type."""
    schema = ruled(obj({"a": WHOLE}), "self.a > 0")
    [[found]] = verdict(tmp_path, schema, {"a": "x"})
    assert "it is a string, not a whole number" in found.headline


def test_rules_about_changes_are_left_out(tmp_path: Path) -> None:
    """They say nothing of an object that is created, unless they say that they do."""
    accepts(tmp_path, ruled(obj({"a": TEXT}), "self.a == oldSelf.a"), {"a": "x"})
    both: dict[str, object] = {"rule": "!oldSelf.hasValue() || self == oldSelf.value()", "optionalOldSelf": True}
    [[found]] = verdict(tmp_path, ruled(obj({"a": TEXT}), both), {"a": "x"})
    assert found.code == "crd-rule-unverified"


def test_a_rule_that_cannot_be_evaluated_is_said(tmp_path: Path) -> None:
    """The warning names the rule, what cel-python says, and what to do; once for a rule."""
    schema = obj({"a": {"type": "array", "items": ruled(dict(TEXT), "quantity(self).isGreaterThan(quantity('1Gi'))")}})
    [[found]] = verdict(tmp_path, schema, {"a": ["1", "2"]})
    assert (found.code, found.severity) == ("crd-rule-unverified", Severity.WARNING)
    assert found.headline == "a rule in the definition of Widget could not be evaluated"
    assert [note.text for note in found.notes] == [
        "the rule is `quantity(self).isGreaterThan(quantity('1Gi'))`",
        "cel-python says: undeclared reference to 'isGreaterThan'",
        "the definition is `crds.yaml`",
    ]
    assert found.help == "ask the API server: `kubectl apply --dry-run=server`"


@pytest.mark.parametrize("rule", ["self.a.?b", "self.a + 1", "'text'", "self.a.all(i, v, v > 0)", "self", "foo(self)", "foo.bar"])
def test_no_rule_passes_because_it_could_not_be_evaluated(tmp_path: Path, rule: str) -> None:
    """What is no rule for cel-python, or gives no truth value, is never taken to hold."""
    [[found]] = verdict(tmp_path, ruled(obj({"a": {"type": "array", "items": WHOLE}}), rule), {"a": [1]})
    assert found.code == "crd-rule-unverified"


def test_a_rule_that_fails_for_the_data_refuses(tmp_path: Path) -> None:
    """The API server refuses an object for which a rule ends in an error."""
    schema = ruled(obj({"a": TEXT, "l": {"type": "array", "items": WHOLE}}), "self.a == 'x' && self.l[0] == 1")
    accepts(tmp_path, schema, {"a": "x", "l": [1]}, {"l": [1]}, {"a": "x", "l": []})
    [[found]] = verdict(tmp_path, schema, {"l": [1]})
    assert "the rule ends in an error, no such member in mapping: 'a'" in found.headline


def test_messages_are_computed(tmp_path: Path) -> None:
    """A message expression comes first, and the fixed message when it fails."""
    rule: dict[str, object] = {"rule": "self.a > 0", "message": "fixed", "messageExpression": "'got ' + string(self.a)"}
    [[found]] = verdict(tmp_path, ruled(obj({"a": WHOLE}), rule), {"a": -1})
    assert found.headline.endswith("at `spec`: got -1")
    for broken in ("self.b", "nothing()"):
        [[found]] = verdict(tmp_path, ruled(obj({"a": WHOLE}), {**rule, "messageExpression": broken}), {"a": -1})
        assert found.headline.endswith("at `spec`: fixed")


def test_defaults_are_filled_in_before_rules_and_schema(tmp_path: Path) -> None:
    """The API server does so too, and below what it filled in; the object itself is not changed."""
    inner = {**obj({"b": {**WHOLE, "default": 2}}), "default": {}}
    fields = {"a": inner, "l": {"type": "array", "items": inner}}
    schema = ruled(obj(fields, required=["a"]), "self.a.b == 2", "!has(self.l) || self.l[0].b == 2")
    accepts(tmp_path, schema, {"l": [{}]}, {"a": {"b": 1}})
    given: dict[str, object] = {"l": [{}]}
    assert defaulted(given, schema) == {"l": [{"b": 2}], "a": {"b": 2}}
    assert given == {"l": [{}]}


def test_names_are_escaped() -> None:
    """Fields that CEL cannot name are spelled as Kubernetes does, keys of maps stay as they are."""
    assert escaped("namespace") == "__namespace__"
    assert escaped("a-b.c/d__e") == "a__dash__b__dot__c__slash__d__underscores__e"
    assert escaped("plain_name") == "plain_name"


def test_rules_see_escaped_names_and_typed_values(tmp_path: Path) -> None:
    """Numbers, times, bytes and maps have the types of the schema."""
    fields = {
        "namespace": TEXT,
        "x-y": TEXT,
        "number": {"type": "number"},
        "time": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
        "span": {"type": "string", "format": "duration"},
        "bytes": {"type": "string", "format": "byte"},
        "map": {"type": "object", "additionalProperties": TEXT},
        "flag": {"type": "boolean"},
        "_": {"type": "array", "items": TEXT},
        "1st": TEXT,
    }
    value = {
        "namespace": "n",
        "x-y": "z",
        "number": 3,
        "time": "2026-02-28T10:00:00Z",
        "day": "2026-02-28",
        "span": "90s",
        "bytes": "YWJj",
        "map": {"a-b": "c"},
        "flag": True,
        "_": [],
        "1st": "x",
    }
    holding = (
        "self.__namespace__ == 'n' && self.x__dash__y == 'z'",
        "self.number == 3.0 && self.number > 2 && self.number / 2.0 == 1.5 && type(self.number) == double",
        "self.time > timestamp('2026-01-01T00:00:00Z') && self.day < self.time",
        "self.span == duration('1m30s')",
        "self.bytes == b'abc'",
        "self.map['a-b'] == 'c' && self.map.all(key, key.contains('-'))",
        "self.flag",
        "self._ == []",
        "!('1st' in self)",
    )
    accepts(tmp_path, ruled(obj(fields), *holding), value)


def test_an_embedded_object_shows_its_kind(tmp_path: Path) -> None:
    """As the object itself does."""
    embedded = obj({"a": TEXT}, **{"x-kubernetes-embedded-resource": True})
    schema = obj({"o": ruled(embedded, "self.kind == 'X' && self.metadata.name == 'n' && self.a == 'b'")})
    value = {"apiVersion": "v1", "kind": "X", "metadata": {"name": "n", "labels": {}}, "a": "b"}
    accepts(tmp_path, schema, {"o": value}, {"o": {**value, "kind": "Y"}})


def test_a_value_that_celpy_cannot_hold_is_said(tmp_path: Path) -> None:
    """A valid time that is beyond Python's is no reason to accept or to refuse."""
    schema = obj({"t": ruled({"type": "string", "format": "duration"}, "self > duration('1s')")})
    [[found]] = verdict(tmp_path, schema, {"t": "999999999999h"})
    assert found.code == "crd-rule-unverified"


@pytest.mark.parametrize(
    "rule",
    [
        "has(self.a) && !has(self.b)",
        "[1].exists(x, has(self.a))",
        "self.a == 'x' ? true : self.b.c",
        "self.missing.deeper || true",
        "1 == 1.0 && 1 != 1.5 && 1 < 1.5 && 2.5 > 2 && 2 >= 2.0 && 1u <= 1",
        "1 != null && null == null && 'x' != 1 && !(1 == '1')",
        "'a' < 'b' && 'a' + 'b' == 'ab' && [1] + [2] == [1, 2] && {'a': 1} == {'a': 1} && true == !false",
        "duration('1h') > duration('59m') && duration('0') == duration('0s')",
        "'abc'.matches('^b?a') && !'abc'.matches('^b')",
        "'ab\\n'.matches('^ab$') == false",
        "'unix://@x'.substring(7, 8) == '@' && 'abc'.substring(1) == 'bc'",
        "'a,b,c'.split(',') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c']",
        "'a,b'.split(',', 0) == [] && 'a,b'.split(',', -1).size() == 2 && 'ab'.split('').size() == 2",
        "['a', 'b'].join('-') == 'a-b' && ['a', 'b'].join() == 'ab'",
        "'abc'.indexOf('c') == 2 && 'abc'.indexOf('x') == -1",
        "'aXÄ'.lowerAscii() == 'axÄ' && 'aä'.upperAscii() == 'Aä'",
        "'a-b-c'.replace('-', '+') == 'a+b+c' && ' a '.trim() == 'a'",
        "'abc12'.find('[0-9]+') == '12' && 'abc'.find('[0-9]') == ''",
        "[1, 2, 2].isSorted() && ![2, 1].isSorted()",
        "[1, 2, 3].exists_one(x, x == 2) && [1, 2, 3].filter(x, x > 1).size() == 2",
        "[1, 2].map(x, x * 2) == [2, 4] && -1 < 0 && 7 % 4 == 3",
        "{'k': 'v'}['k'] == 'v' && 'k' in {'k': 'v'}",
        'self.a.matches(r"""^x$""")',
        "self.missing.indexOf('x') == 0 || true",
    ],
)
def test_rules_that_hold(rule: str) -> None:
    """The functions of the API server that definitions use, as it evaluates them."""
    assert RULES.evaluate(rule, {"self": cel_value({"a": "x"}, {"type": "object", "properties": {"a": TEXT}})}) is True


@pytest.mark.parametrize(
    "rule",
    [
        "has(self.a.b)",
        "!has(self.a.b.c)",
        "duration('1d') > duration('1s')",
        "'x'.matches('(')",
        "'abc'.substring(2, 9)",
        "1 / 0 == 1",
        "self.a && self.b",
        "self.a || false",
        "self.a ? true : true",
        "self.a[0]",
        "!self.a",
        "true && self.a.b == 1",
        "'a'.indexOf(self.b) == 0",
    ],
)
def test_rules_that_end_in_an_error(rule: str) -> None:
    """cel-python alone would call the first two false and true, and take days for a unit."""
    with pytest.raises(RuleFailedError):
        RULES.evaluate(rule, {"self": cel_value({}, {"type": "object"})})


@pytest.mark.parametrize(
    "rule", ["1 +", "1 && true", "has(self)", "unknown(1)", "[1]", "'a'.split(1)", "'a' < 1", "substring('a')", "'1'.indexOf(1)"]
)
def test_rules_that_cannot_be_evaluated(rule: str) -> None:
    """Neither true nor false is guessed, and no message drags along what celpy knows."""
    with pytest.raises(NotEvaluatedError) as error:
        RULES.evaluate(rule, {"self": cel_value({}, {"type": "object"})})
    assert 0 < len(str(error.value)) < 300


def test_strings_are_given_plain() -> None:
    """For computed messages."""
    assert RULES.evaluate("'a' + 'b'", {}) == "ab"


def test_deep_rules_leave_the_process_as_it_was() -> None:
    """A long rule needs more frames than Python grants, and only while it is evaluated."""
    before = sys.getrecursionlimit()
    assert Rules().evaluate(" && ".join(["true"] * 400), {}) is True
    assert sys.getrecursionlimit() == before
