"""A page as plain as can be, so that these tests time and judge the batch and not the typography."""

import html

FAIL_ON = "PAGE MUST FAIL"


prepared = []


def prepare():
    prepared.append("once")


def report_html(notebook):
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    text = "\n".join(o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in outputs)
    text = text.replace("PREPARED?", str(prepared))
    if FAIL_ON in text:
        raise ValueError("no page today")
    return f"<!doctype html><pre>{html.escape(text)}</pre>\n"


def read_meta(notebook):
    return {"entry": {"cells": len(notebook.cells)}}


def index_html(entries, *, title, subtitle, synthetic, lang):
    links = "".join(f'<a href="{e["file"]}">{e["kind"]} {e["id"]}</a>\n' for e in entries)
    return f"<!doctype html><h1>{title} {subtitle} {synthetic} {lang}</h1>\n{links}"
