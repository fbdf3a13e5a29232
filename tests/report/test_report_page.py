"""The page is one file that needs and asks for nothing, and that nothing in a configuration can break out of."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from compiler import pipeline
from compiler.report.page import SCRIPTS, embedded, page
from compiler.report.tables import tables
from compiler.report.texts import Texts

ROOT: Final = Path(__file__).parents[2]
ASSETS: Final = ROOT / "compiler" / "report" / "assets"
NODE: Final = shutil.which("node")

# The least contrast that small text may have (WCAG 2.2, success criterion 1.4.3, level AA).
CONTRAST: Final = 4.5


def _page(config: Path) -> str:
    front = pipeline.front(config)
    assert front.program is not None
    assert front.intent is not None
    texts = Texts(front.sources)
    return page(tables(front.program, front.intent, texts), texts.plain(), None, front.digest or "")


def _data(text: str) -> Any:  # noqa: ANN401 - JSON
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_page_refers_to_nothing_outside_and_allows_nothing_but_its_own_script() -> None:
    text = _page(ROOT / "config")
    shell = re.sub(r'<script id="data".*?</script>', "", text, flags=re.DOTALL)
    assert "$" not in re.sub(r"\$\{", "", re.sub(r"\$/", "", shell)), "every placeholder is filled"
    assert re.findall(r"https?://[^\"]*", shell) == ["http://www.w3.org/2000/svg"], "the name of a namespace, and no address"
    assert not re.search(r"\b(src|srcset|onclick|style)=|<link|@import|url\(|fetch\(|XMLHttpRequest|import\(", shell)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', shell)
    assert policy is not None
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", shell, re.DOTALL)
        assert content is not None
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'; ")


@pytest.mark.parametrize("hostile", ["</script><script>alert(1)</script>", "<!--<script>", "]]>", "$data ${style} \u2028"])
def test_no_text_ends_the_data(hostile: str) -> None:
    spelled = embedded({"about": hostile})
    assert "<" not in spelled
    assert json.loads(spelled) == {"about": hostile}
    text = page({"a": hostile}, [], None, "d")
    assert _data(text)["tables"] == {"a": hostile}
    assert text.count("</script>") == page({"a": ""}, [], None, "d").count("</script>")


def test_scripts_write_text_and_never_markup() -> None:
    for name in SCRIPTS:
        text = (ASSETS / f"{name}.js").read_text(encoding="utf-8")
        assert text.startswith('"use strict";\n//'), name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(", text), name
    assert {path.stem for path in ASSETS.glob("*.js")} == set(SCRIPTS)


@pytest.mark.skipif(NODE is None, reason="no Node.js on the path to check the scripts with")
def test_scripts_parse(tmp_path: Path) -> None:
    assert NODE is not None
    for path in sorted(ASSETS.glob("*.js")):
        done = subprocess.run([NODE, "--check", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    whole = tmp_path / "whole.js"
    whole.write_text("".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS), encoding="utf-8")
    done = subprocess.run([NODE, "--check", whole], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_same_bytes_from_anywhere_and_no_place_of_this_machine(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "elsewhere" / "policy")
    shutil.copytree(ROOT / "config", tmp_path / "here" / "config")
    maasc = Path(sys.executable).with_name("maasc")
    pages = []
    for seed, folder, config in (("1", "here", "config"), ("2", "here", str(tmp_path / "elsewhere" / "policy"))):
        words = [str(maasc), "report", "--config", config, "--against", str(tmp_path / "elsewhere" / "policy")]
        done = subprocess.run(
            words, cwd=tmp_path / folder, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        pages.append(done.stdout)
    assert pages[0] == pages[1]
    assert str(tmp_path) not in pages[0]
    assert str(ROOT) not in pages[0]


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_is_readable_in_light_and_in_dark() -> None:
    style = (ASSETS / "page.css").read_text(encoding="utf-8")
    light, dark = (_colours(block) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL))
    assert light.keys() == dark.keys()
    pairs = [(ink, ground) for ink in ("ink", "quiet", "link") for ground in ("ground", "panel")]
    pairs += [(f"{kind}-ink", kind) for kind in ("good", "bad", "warn")]
    for colours in (light, dark):
        for ink, ground in pairs:
            high, low = sorted((_luminance(colours[ink]), _luminance(colours[ground])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= CONTRAST, (ink, ground, colours[ink])
