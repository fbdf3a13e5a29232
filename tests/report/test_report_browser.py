"""The page in a real browser: it answers as the reference meaning does, and is used by keyboard, in light and in dark."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
import report_browser
from cli_support import SMALL, run, write
from hypothesis import HealthCheck, given, settings
from report_browser import Page, browser
from worlds import GROUPS, USERS, Config, configs

from compiler import pipeline
from compiler.effective.rows import table
from compiler.effective.subjects import subjects
from compiler.intent.intent import Intent
from compiler.program.decide import Caller, Request, decide
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Program
from compiler.program.words import window
from compiler.render import yaml
from compiler.report.tables import tables
from compiler.report.texts import MOST_TEXT, Texts

pytestmark = pytest.mark.skipif(report_browser.BROWSER is None, reason=report_browser.MISSING)

ROOT: Final = Path(__file__).parents[2]
CASES: Final = [ROOT / "config", *sorted((ROOT / "tests" / "cases").glob("*/config"))]
QUESTIONS: Final = 120
DASH: Final = "\N{EN DASH}"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the page of the configuration of the repository."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    assert run("report", "--config", str(ROOT / "config"), "--output", str(file)).exit_code == 0
    return file


@pytest.fixture
def opened(page: Page, written: Path) -> Iterator[Page]:
    """Give that page as a reader finds it; nothing may go wrong in it, and it may ask for nothing."""
    page.call("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    page.open(written)
    yield page
    assert page.problems == []
    assert {url for url in page.asked if not url.startswith(("file:", "about:"))} == set()


def _front(folder: Path) -> tuple[Program, Intent, Texts]:
    front = pipeline.front(folder)
    assert front.program is not None, front.diagnostics
    assert front.intent is not None
    return front.program, front.intent, Texts(front.sources)


def _questions(program: Program, chance: random.Random) -> Iterator[tuple[Caller, Request]]:
    entries = [entry for model in program.models for entry in program.precedence(model)]
    named = sorted({name for entry in entries for name in entry.subjects.groups} | set(GROUPS) | {"unknown"})
    users = ["", "somebody", *USERS, *sorted({name for entry in entries for name in entry.subjects.users})]
    keys = [*sorted({entry.key for entry in entries}), "nothing"]
    for _ in range(QUESTIONS):
        model = chance.choice(program.models)
        groups = frozenset(chance.sample(named, chance.randint(0, min(4, len(named)))))
        method = chance.choice([program.platform.methods[0].name] * 9 + [None])
        bound = chance.choice([None] * 6 + [chance.choice(keys)])
        headers = {}
        if chance.random() < 0.4:
            headers[SUBSCRIPTION_HEADER] = chance.choice(keys)
        if chance.random() < 0.05:
            headers[chance.choice(IDENTITY_HEADERS)] = "x"
        call = f"{model.prefix}/v1/chat/completions"
        path = chance.choice([call, f"{call}?x={model.listing_path}", model.listing_path, f"{model.listing_path}?limit=1"])
        asked = model.id if chance.random() < 0.97 else "llm/nowhere"
        opened = chance.choice([None] * 4 + [frozenset(), frozenset(model.called), frozenset((*model.called[1:], "llm/nowhere"))])
        yield Caller(method, chance.choice(users), groups, bound, opened), Request(asked, path, headers)


def _agree(page: Page, folder: Path, chance: random.Random) -> None:
    program, intent, texts = _front(folder)
    found = tables(program, intent, texts)
    questions = list(_questions(program, chance))
    asked = [
        [
            {
                "method": caller.method,
                "userid": caller.userid,
                "groups": sorted(caller.groups),
                "bound": caller.bound,
                "models": None if caller.models is None else sorted(caller.models),
            },
            {"model": request.model, "path": request.path, "headers": dict(request.headers)},
        ]
        for caller, request in questions
    ]
    script = f"""(() => {{
      const tables = prepared({json.dumps(found)});
      return {json.dumps(asked)}.map(([caller, request]) => decide(tables, caller, request));
    }})()"""
    for (caller, request), answer in zip(questions, page.run(script), strict=True):
        meant = decide(program, caller, request)
        limits = [{"unit": one.unit, "limit": one.limit, "seconds": one.seconds, "per": list(one.per)} for one in meant.limits]
        because = [texts.at(place) for place in meant.because]
        told = (answer["status"], answer["reason"], answer["selected"], answer["limits"], answer["because"])
        assert told == (meant.status, meant.reason, meant.selected, limits, because), (caller, request)


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.parent.name)
def test_random_callers_are_answered_as_they_are_meant_to_be(opened: Page, folder: Path) -> None:
    _agree(opened, folder, random.Random(7))  # noqa: S311 - questions, not secrets


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(configs())
def test_random_platforms_are_answered_as_they_are_meant_to_be(opened: Page, config: Config) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder), {"all.yaml": yaml.document(config)})
        _agree(opened, Path(folder), random.Random(11))  # noqa: S311 - questions, not secrets


def _all(selector: str) -> str:
    return f"[...document.querySelectorAll({json.dumps(selector)})]"


def _chosen(page: Page, field: str, value: str) -> None:
    """Choose one of a list."""
    page.run(f"Object.assign(document.getElementById('{field}'), {{value: '{value}'}}).dispatchEvent(new Event('input'))")


def test_a_tier_token_vouches_for_the_groups_of_tiers_alone(opened: Page) -> None:
    own = "system:serviceaccounts:maas-default-gateway-tier-free"
    assert opened.run(f"vouched(TABLES, 'tier-tokens', ['research', '{own}'])") == [own]
    assert opened.run(f"vouched(TABLES, 'openshift', ['research', '{own}'])") == ["research", own]


def test_the_matrix_shows_what_is_effective(opened: Page) -> None:
    program, intent, _ = _front(ROOT / "config")
    opened.run("document.getElementById('collapse').checked && document.getElementById('collapse').click()")
    shown = opened.run(f"{_all('#grid tbody tr')}.map((row) => [...row.children].map((one) => one.innerText))")
    heads = opened.run(f"{_all('#grid thead th')}.slice(1).map((one) => one.innerText)")
    everybody = subjects(program, intent)
    assert [row[0].splitlines()[0] for row in shown] == [one.name for one in everybody]
    rows = {(row.subjects, row.model): row for row in table(program, program.models, everybody, 0).rows}
    for subject, line in zip(everybody, shown, strict=True):
        for model, cell in zip(heads, line[1:], strict=True):
            row = rows.get(((subject,), model))
            if row is None or row.entry is None:
                assert cell.split() == [DASH, "no", "access"], (subject, model)
            else:
                unit = {"tokens": "", "requests": " req"}
                limits = [f"{one.limit:,}{unit[one.unit]} / {window(one.seconds)}" for one in row.decision.limits]
                assert cell.splitlines() == [*limits, row.entry.key], (subject, model)
    opened.run("document.getElementById('collapse').click()")
    assert opened.text("matrix-count") == "16 callers of 11 kinds; 7 models"


def test_models_that_nobody_shown_may_call_can_be_left_out(opened: Page) -> None:
    opened.write("caller-filter", "research")
    opened.run("document.getElementById('reached').click()")
    reached = ["llm/facebook-opt-125m-simulated", "llm/gpt-4o", "llm/granite-3-1-8b", "llm/qwen3"]
    assert opened.text("grid").split()[:5] == ["caller", *reached]
    assert opened.text("model-pager") == f"models 1{DASH}4 of 4"
    opened.write("caller-filter", "nobody of this name")
    assert opened.text("model-pager") == "no models"


def _focused(page: Page) -> str:
    return str(page.run("document.activeElement.id || document.activeElement.innerText"))


def test_everything_is_reached_by_keyboard(opened: Page) -> None:
    """One stop of Tab for the whole grid, arrows inside it, Enter for the question, and the answer is told."""
    opened.run("document.getElementById('model-filter').focus()")
    opened.press("Tab")
    assert _focused(opened) == "collapse"
    opened.press("Tab")
    assert _focused(opened) == "reached"
    opened.press("Tab")
    assert opened.run("document.activeElement.getAttribute('role')") == "gridcell"
    opened.press("ArrowDown")
    opened.press("End")
    assert _focused(opened).splitlines()[0] == "100 / 1m"
    opened.press("ArrowLeft")
    opened.press("ArrowRight")
    opened.press("ArrowDown")
    opened.press("ArrowUp")
    opened.press("Enter")
    assert _focused(opened) == "answer-title"
    assert opened.text("verdict") == "200 on llm/simulator-model: allowed, metered by simulator-subscription"
    assert opened.run("document.querySelectorAll('#grid td[tabindex=\"0\"]').length") == 1
    opened.press("Tab")
    assert _focused(opened) == "plans/free-user.yaml:4"
    opened.press("Enter")
    opened.until("document.getElementById('source').open")
    assert opened.run("document.querySelector('.here').innerText").split()[:2] == ["4", "free-user:"]
    opened.press("Escape")
    opened.until("!document.getElementById('source').open && location.hash === ''")
    assert _focused(opened) == "plans/free-user.yaml:4"


def test_the_question_is_answered_while_it_is_asked(opened: Page) -> None:
    opened.run("ask({method: 'openshift', userid: '', groups: []}, TABLES.byId.get('llm/qwen3'))")
    assert opened.text("verdict").startswith("403 on llm/qwen3: no access entry")
    opened.write("user", "alice@example.com")
    assert opened.text("verdict") == "200 on llm/qwen3: allowed, metered by research-gold"
    assert opened.run("document.querySelector('figure table tbody').innerText.split(/\\s+/)") == [
        "research-gold", "20,000", "20,000", "200,000", "1,400,000", "6,000,000"
    ]  # fmt: skip
    opened.write("header", "tier:premium")
    said = "the header or the credential names an entry that does not meter this caller here"
    assert opened.text("verdict") == f"403 on llm/qwen3: {said}"
    opened.write("group-filter", "premium-gr")
    opened.run("document.querySelector('#groups input').click()")
    assert opened.text("verdict") == "200 on llm/qwen3: allowed, metered by tier:premium"
    first = opened.run(f"{_all('#answer tbody')}[0].innerText")
    assert 0 <= first.index("research-gold") < first.index("tier:premium")
    opened.run("document.getElementById('forged').click()")
    assert opened.text("verdict").endswith("a header that only the gateway may set")
    opened.run("document.getElementById('forged').click()")
    opened.write("header", "")
    opened.write("model", "")
    assert opened.text("verdict") == "200 on 4 of 7 models"
    opened.write("model", "nowhere")
    assert opened.text("verdict") == "there is no model nowhere"
    opened.write("model", "qwen3")
    assert opened.text("verdict").startswith("200 on llm/qwen3")
    _chosen(opened, "method", "tier-tokens")
    assert "1 group left out" in opened.text("answer")
    _chosen(opened, "method", "")
    assert opened.text("verdict") == "401 on llm/qwen3: no method accepts the credential"


def test_windows_hold_together_in_the_chart(opened: Page) -> None:
    both = "[[20000, 3600], [200000, 86400]]"
    assert opened.run(f"[1, 3600, 3601, 36000, 86400, 86401, 90001].map((time) => admitted({both}, time))") == [
        20000, 20000, 40000, 200000, 200000, 220000, 240000
    ]  # fmt: skip
    assert opened.run("[admitted([], 60), admitted([[0, 60]], 3600), admitted([[5, 60]], 150)]") == [None, 0, 15]


def test_search_finds_by_name_and_description_and_leads_to_the_matrix(opened: Page) -> None:
    opened.write("search", "administrators")
    assert "admin-group" in opened.text("found")
    assert "groups.yaml:10" in opened.text("found")
    opened.run("document.querySelector('#found button').click()")
    assert opened.text("matrix-count") == "1 caller; 7 models"
    opened.write("search", "")
    assert opened.text("found") == ""
    opened.write("caller-filter", "")
    assert opened.text("matrix-count").startswith("16 callers")


def test_a_screen_reader_is_told_of_every_field_and_table(opened: Page) -> None:
    nodes = opened.call("Accessibility.getFullAXTree")["nodes"]
    roles: dict[str, list[str]] = {}
    for node in nodes:
        if not node.get("ignored"):
            roles.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    for role in ("textbox", "searchbox", "combobox", "checkbox", "button", "link", "grid", "img", "group", "search"):
        for name in roles.get(role, []):
            assert name or role == "search", (role, roles[role])
    assert roles["grid"] == ["Access matrix"]
    assert {"banner", "main", "navigation", "gridcell", "columnheader", "rowheader", "status", "list"} <= roles.keys()
    visible = f"{_all('h1, h2, h3')}.filter((one) => one.checkVisibility())"
    levels = opened.run(f"{visible}.map((one) => +one.tagName[1])")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert opened.run("document.documentElement.lang") == "en"


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(13, 17, 23)")])
def test_it_follows_the_scheme_and_the_width_of_the_reader(opened: Page, tmp_path: Path, scheme: str, ground: str) -> None:
    opened.scheme(scheme)
    assert opened.run("getComputedStyle(document.body).backgroundColor") == ground
    for width in (360, 1280):
        opened.picture(tmp_path / f"{width}.png", width)
        assert (tmp_path / f"{width}.png").stat().st_size > 20_000
        assert opened.run("document.documentElement.scrollWidth") <= width, "the page itself never scrolls sideways"


def test_a_change_is_told_and_its_witness_can_be_asked_about(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"config/all.yaml": SMALL, "base/all.yaml": SMALL.replace("limit: 100", "limit: 50")})
    assert run("report", "--against", "base", "--output", "change.html").exit_code == 0
    page.open(tmp_path / "change.html")
    told = page.text("changes")
    assert "budget raised" in told
    assert "50 tokens per 1m by free" in told
    page.run("document.querySelector('.change button').click()")
    assert page.text("verdict") == "200 on llm/simulator: allowed, metered by free"
    line = page.run("document.querySelector('.change a.where').innerText")
    page.run("document.querySelector('.change a.where').click()")
    page.until("document.getElementById('source').open")
    assert page.text("source-title") == line
    assert page.problems == []


def test_what_is_written_stays_text(page: Page, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)></script><script>document.title = 'taken'</script>\u202eevil"
    about = json.dumps(f"x {hostile}")
    text = SMALL.replace("description: Free users", f"description: {about}").replace(
        "LLMInferenceService}}", f"LLMInferenceService}}, description: {about}}}"
    )
    write(tmp_path, {"config/all.yaml": text})
    assert run("report", "--config", str(tmp_path / "config"), "--output", str(tmp_path / "hostile.html")).exit_code == 0
    page.open(tmp_path / "hostile.html", "#all.yaml:7")
    assert page.run("document.title") == "Who may call what"
    assert page.run("document.querySelectorAll('img').length") == 0
    page.run("document.getElementById('source').close()")
    page.write("search", "x <img")
    assert "<img src=x onerror=alert(1)></script>" in page.text("found")
    assert "\\u{202e}evil" in page.text("found")
    assert page.problems == []


def test_a_thousand_models_and_two_hundred_subscriptions_are_a_page_like_any_other(page: Page, tmp_path: Path) -> None:
    models = [f"model-{index:04d}" for index in range(1000)]
    groups = [f"group-{index:03d}" for index in range(200)]
    covered = [models[index * 5 : index * 5 + 40] for index in range(200)]
    config: Any = {
        "platform": {
            "kuadrant": "1.5",
            "gateway": {"namespace": "ingress", "name": "gw", "hostname": "maas.example.com"},
            "modelNamespace": "llm",
            "authentication": [{"name": "openshift", "kind": "tokenReview", "audiences": ["a"]}],
        },
        "groups": {name: {} for name in groups},
        "models": {name: {"backend": {"kind": "LLMInferenceService"}} for name in models},
        "access": {f"access-{index:03d}": {"models": own, "groups": [groups[index]]} for index, own in enumerate(covered)},
        "subscriptions": {
            f"sub-{index:03d}": {
                "owner": {"groups": [groups[index]]},
                "priority": index,
                "models": {name: {"tokens": [{"limit": index + 1, "window": "1m"}]} for name in own},
            }
            for index, own in enumerate(covered)
        },
    }
    write(tmp_path, {"config/all.yaml": yaml.document(config)})
    assert run("report", "--config", str(tmp_path / "config"), "--output", str(tmp_path / "big.html")).exit_code == 0
    assert (tmp_path / "big.html").stat().st_size < 2_500_000
    page.open(tmp_path / "big.html")
    assert ("text of 1 file" in page.text("facts")) == ((tmp_path / "config" / "all.yaml").stat().st_size > MOST_TEXT)
    assert "of 200" in page.text("caller-pager")
    assert page.run("document.querySelectorAll('*').length") < 12_000
    page.run("document.querySelector('#caller-pager button[aria-label=\"Next callers\"]').click()")
    assert page.text("caller-pager").startswith(f"callers 41{DASH}80 of 200")
    page.write("model-filter", "model-0999")
    page.write("caller-filter", "group-199")
    assert page.run("document.querySelector('#grid tbody td').innerText").split() == ["200", "/", "1m", "sub-199"]
    assert page.problems == []
