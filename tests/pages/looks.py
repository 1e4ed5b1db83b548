"""What a page is asked in the browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

#: Marks at the first and last point of what may not be split; they change no line's place.
MARK = """(() => {
  document.querySelectorAll("details[open]").forEach(d => d.removeAttribute("open"));
  const style = document.createElement("style");
  style.textContent = "@media print{.cut{position:absolute;font:4px monospace;line-height:1;color:#000;z-index:9}}";
  document.head.append(style);
  let n = 0;
  for (const each of document.querySelectorAll("SELECTOR")) {
    if (each.closest("details.provenance")) continue;
    const host = each.tagName === "TR" ? each.cells[0] : each;
    if (getComputedStyle(host).position === "static") host.style.position = "relative";
    for (const [name, where] of [["a", "top:0"], ["z", "bottom:0"]]) {
      const cut = document.createElement("span");
      cut.className = "cut"; cut.style.cssText = where + ";left:0"; cut.textContent = `Q${n}${name}Q`;
      host.append(cut);
    }
    n += 1;
  }
  return n;
})()"""


def axe_source() -> str:
    """The axe-core script as the package axe-core-python brings it."""
    spec = find_spec("axe_core_python")
    if spec is None:
        pytest.skip("axe-core-python brings axe-core; it is not installed")
    return Path(spec.submodule_search_locations[0], "axe.min.js").read_text(encoding="utf-8")


def faults(chrome) -> list[str]:
    """What axe-core finds wrong with the page that is shown."""
    chrome.run(axe_source() + ";true")
    script = """axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(
        v => v.id + ": " + v.help + " | " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 120)).join(" | ")))"""
    return chrome.run(script)


def overflow(chrome) -> list[str]:
    """Elements that stick out of the window at the right, and whether the page scrolls sideways at all."""
    return chrome.run("""(() => {
      const wide = document.documentElement.scrollWidth - innerWidth;
      const out = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1
        && getComputedStyle(e).position !== "absolute" && !e.closest("thead,.skip,svg"));
      return (wide > 0 ? ["scrolls by " + wide] : []).concat(out.slice(0, 5).map(e => e.outerHTML.slice(0, 90)));
    })()""")


def broken_names(chrome) -> list[str]:
    """School names that stand on more than one line though they are short enough not to."""
    return chrome.run("""[...document.querySelectorAll(".name:not(.long)")]
      .filter(e => e.getClientRects().length > 1).map(e => e.textContent)""")


def pages(pdf: bytes) -> int:
    """How many sheets a PDF has."""
    return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", pdf))


def split(chrome, tmp_path: Path, *, selector: str = "figure, tbody tr, .beside, .masthead") -> list[str]:
    """Figures and rows of which the first and the last point are printed on different sheets."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext reads on which sheet a thing stands; it is not installed")
    count = chrome.run(MARK.replace("SELECTOR", selector))
    path = tmp_path / "marked.pdf"
    path.write_bytes(chrome.pdf())
    told = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True).stdout.decode("utf-8")
    places = {mark: i for i, sheet in enumerate(told.split("\f")) for mark in re.findall(r"Q(\d+[az])Q", sheet)}
    assert count == 0 or places, "no mark was printed"
    return [str(n) for n in range(count) if places.get(f"{n}a") != places.get(f"{n}z")]
