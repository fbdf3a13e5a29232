"""Fixes of the text: what is changed, what is left alone, and that nothing is changed that would not help."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import SMALL
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.intent.scalars import window_meant, window_seconds
from compiler.pipeline import front_of
from compiler.repair.repair import Repair, repaired
from compiler.source.load import load_texts

# No file stands beside these texts.
NOWHERE = Path("nowhere")


def repair(*texts: str) -> Repair:
    """Repair files by their number."""
    return repaired(*load_texts({f"{number}.yaml": text for number, text in enumerate(texts)}), NOWHERE)


def fixed(*texts: str) -> str:
    """Give the first of the repaired files, which must then be without errors of its own."""
    done = repair(*texts)
    assert not done.refused, done.refused
    whole = {f"{number}.yaml": text for number, text in enumerate(texts)} | done.texts
    assert front_of(*load_texts(whole), NOWHERE).program is not None
    return whole["0.yaml"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("groups: [free-user]}\nsub", "groups: [fre-user]}  # why\nsub"),
        ("groups: [free-user]}\nsub", "groups:  ['fre-user' ]}\nsub"),
        ("groups: [free-user]}\nsub", 'groups: ["fre-user"]}\nsub'),
        ("models: [simulator]", "models: [simulater]"),
        ("models: [simulator]", "models: [llm/simulater]"),
        ("models: {simulator:", "models: {simulatr:"),
        ("window: 1m", "window: 60"),
        ("window: 1m", "window: '90 s'"),
        ("window: 1m", "window: 1 minute"),
    ],
)
def test_what_can_only_be_a_slip_is_corrected_and_nothing_else_is_touched(right: str, wrong: str) -> None:
    assert right in SMALL
    text = SMALL.replace(right, wrong)
    once = fixed(text)
    before, after = text.split("\n"), once.split("\n")
    different = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(different) == 1
    assert "# why" not in wrong or different[0][1].endswith("  # why")
    assert not repair(once).made


def test_it_is_said_what_a_name_then_refers_to() -> None:
    (made,) = repair(SMALL.replace("[free-user]}\nsub", "[fre-user]}\nsub")).made
    assert (made.code, made.edit.before, made.edit.after) == ("unknown-group", "fre-user", "free-user")
    assert made.says == "the group `free-user`, declared in 0.yaml"


def test_a_name_whose_item_was_refused_is_no_answer() -> None:
    """It is declared, so that it is not unknown itself; but what it is nobody can say."""
    text = SMALL.replace("[free-user]}\nsub", "[fre-user]}\nsub").replace("{description: Free users}", "{descripton: Free users}")
    assert not repair(text).made


@pytest.mark.parametrize("named", ["alcie", "alcie@example.com", "alica"])
def test_nobody_is_taken_for_somebody_else(named: str) -> None:
    """People have names that are a letter apart: a person's access is given to nobody by a guess."""
    text = SMALL.replace("groups: [free-user]}\nsub", f"groups: [free-user], users: [{named}]}}\nsub")
    assert not repair(f"{text}users:\n  alice: {{email: alice@example.com}}\n").made


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SMALL.replace("[free-user]}\nsub", "[free-users]}\nsub"), id="one of many"),
        pytest.param(SMALL.replace("[free-user]}\nsub", "[simulator]}\nsub"), id="the name of something else"),
        pytest.param(
            SMALL.replace("groups: [free-user]}\nsub", "groups: [free-user], users: [zoe@example.com]}\nsub"), id="an address"
        ),
        pytest.param(SMALL.replace("groups: [free-user]}\nsub", "groups: [free-user], users: [u4711]}\nsub"), id="a number"),
        pytest.param(SMALL.replace("models: [simulator]", "models: [unheard-of]"), id="a model is not made by declaring it"),
        pytest.param(SMALL.replace("window: 1m", "window: 500ms"), id="less than a second"),
        pytest.param(SMALL.replace("window: 1m", "window: 1M"), id="a month or a minute"),
        pytest.param(SMALL.replace("window: 1m", "window: true"), id="no window at all"),
        pytest.param(SMALL.replace("limit: 100", "limit: 100 tokens"), id="no amount is guessed"),
        pytest.param(SMALL.replace("modelNamespace", "modelNamespcae"), id="no usable platform"),
        pytest.param("a: [\n", id="what cannot be read"),
    ],
)
def test_what_would_have_to_be_guessed_is_left_alone(text: str) -> None:
    assert repair(text) == Repair()


def test_a_file_that_cannot_be_read_may_declare_what_seems_unknown() -> None:
    text = SMALL.replace("[free-user]}\nsub", "[other-people]}\nsub")
    assert len(repair(text).made) == 1
    assert repair(text, "groups: {other-people: {}\n") == Repair()
    assert repair(text, "apiVersion: maas.opendatahub.io/v1alpha1\nkind: Nothing\n") == Repair()


@pytest.mark.parametrize(
    ("groups", "after"),
    [
        ("groups:\n  free-user: {}\n", "groups:\n  free-user: {}\n  outsiders: {}\n"),
        ("groups:\n    free-user: {}  # why\n    # more\n", "groups:\n    free-user: {}  # why\n    outsiders: {}\n    # more\n"),
        ("groups:\n  free-user:\n    description: |\n      words\n",
         "groups:\n  free-user:\n    description: |\n      words\n  outsiders: {}\n"),
        ("groups: {free-user: {}}\n", "groups: {free-user: {}, outsiders: {}}\n"),
        ("groups: {free-user: {}, }\n", "groups: {free-user: {}, outsiders: {} }\n"),
        ("groups: {\n  free-user: {} # why\n}\n", "groups: {\n  free-user: {}, outsiders: {} # why\n}\n"),
        ("groups: {\n  free-user: {}, # why\n}\n", "groups: {\n  free-user: {}, outsiders: {} # why\n}\n"),
        ("groups:\r\n  free-user: {}\r\n", "groups:\r\n  free-user: {}\r\n  outsiders: {}\r\n"),
        ("groups:\n  free-user: {}", "groups:\n  free-user: {}\n  outsiders: {}\n"),
    ],
)  # fmt: skip
def test_a_name_unlike_any_other_is_declared_at_the_end_of_its_section(groups: str, after: str) -> None:
    rest = SMALL.replace("groups:\n  free-user: {description: Free users}\n", "").replace(
        "groups: [free-user]}\nsub", "groups: [free-user, outsiders]}\nsub"
    )
    assert fixed(groups, rest) == after


@pytest.mark.parametrize(
    ("users", "after"),
    [
        ("", "users:\n  zoe: {}\n"),
        ("users:  # nobody yet\n", "users:  # nobody yet\n  zoe: {}\n"),
        ("users: {}\n", "users: {zoe: {}}\n"),
    ],
)
def test_a_section_may_be_empty_or_missing(users: str, after: str) -> None:
    text = SMALL.replace("groups: [free-user]}\nsub", "groups: [free-user], users: [zoe]}\nsub")
    once = repair(f"{text}{users}").texts["0.yaml"]
    assert once.removeprefix(text).lstrip("\n") == after


@pytest.mark.parametrize(
    "groups",
    ["groups: &g {free-user: {}}\n", "x: &g {free-user: {}}\ngroups: *g\n", "groups: ~\n"],
)
def test_a_section_in_another_shape_is_not_edited(groups: str) -> None:
    text = SMALL.replace("groups:\n  free-user: {description: Free users}\n", groups)
    text = text.replace("groups: [free-user]}\nsub", "groups: [outsiders]}\nsub")
    done = repair(text)
    assert not done.texts
    assert {refused.why for refused in done.refused} <= {"what stands there is not edited: an alias, or a shape of its own"}


def test_an_alias_is_not_edited() -> None:
    text = SMALL.replace("description: Free users", "description: &word fre-user").replace("[free-user]}\nsub", "[*word]}\nsub")
    (refused,) = repair(text).refused
    assert refused.found.code == "unknown-group"


def test_a_fix_that_brings_something_new_is_not_made() -> None:
    """The right name is there already, and a key cannot be written twice."""
    text = SMALL.replace("models: {simulator:", "models: {simulatr: {unlimited: true}, simulator:")
    done = repair(text)
    assert not done.made
    assert [refused.why for refused in done.refused] == ["it would bring duplicate-key: the key `simulator` is written twice"]


def test_a_name_that_no_group_may_have_is_not_declared() -> None:
    text = SMALL.replace("[free-user]}\nsub", "[free-user, 'other people']}\nsub")
    done = repair(text)
    assert not done.made
    assert done.refused[0].why.startswith("it would bring bad-group-name")


def test_what_only_shows_once_an_item_can_be_read_is_no_objection() -> None:
    text = SMALL.replace("window: 1m", "window: 60").replace("owner: {groups: [free-user]}", "owner: {groups: [fre-user]}")
    assert [made.code for made in repair(text).made] == ["wrong-type", "unknown-group"]


WORDS = ("free-user", "simulator")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_misspelt_the_result_says_what_was_written_or_is_left(data: st.DataObject) -> None:
    """A fix never makes an error of what was none, and what it gives is the configuration before the slip."""
    word = data.draw(st.sampled_from(WORDS))
    places = [index for index in range(len(SMALL)) if SMALL.startswith(word, index)]
    place = data.draw(st.sampled_from(places[1:]))
    at = data.draw(st.integers(1, len(word) - 2))
    slip = data.draw(
        st.sampled_from(
            [word[:at] + word[at + 1 :], word[:at] + "x" + word[at:], word[:at] + word[at + 1] + word[at] + word[at + 2 :]]
        )
    )
    text = SMALL[:place] + slip + SMALL[place + len(word) :]
    done = repair(text)
    # What is too far away for a slip may be declared as another name, and is told as such.
    if done.texts and all(made.edit.before for made in done.made):
        assert done.texts == {"0.yaml": SMALL}
    problems = {one.headline for one in front_of(*load_texts({"0.yaml": text, **done.texts}), NOWHERE).diagnostics}
    before = {one.headline for one in front_of(*load_texts({"0.yaml": text}), NOWHERE).diagnostics}
    assert len(problems - before) <= 1, "only the warning about hosts shows once all is well"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (60, "60s"), ("60", "60s"), ("90 s", "90s"), ("1 hour", "1h"), ("1H", "1h"), ("5 min", "5m"), ("1h 30m", "1h30m"),
        ("1 day, 2 hours", "1d2h"), ("2 Weeks", "2w"), ("1M", None), ("5 M", None), ("500ms", None), ("1.5h", None), ("", None),
        ("0", None), (True, None), ("1h30", None), ("400d", None), ("1 s 2", None), (None, None), (-5, None), (1.5, None),
    ],
)  # fmt: skip
def test_windows_as_people_write_them(written: object, meant: str | None) -> None:
    assert window_meant(written) == meant
    assert meant is None or window_seconds(meant) > 0
