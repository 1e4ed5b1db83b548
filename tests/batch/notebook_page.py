"""The executed notebook itself in the place of a page: for comparing two ways of running it."""

import nbformat
from plain_page import index_html

__all__ = ["index_html", "read_meta", "report_html"]


def report_html(notebook):
    shown = nbformat.from_dict(notebook)
    shown.metadata.pop("papermill")
    for cell in shown.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell.source = ""  # it holds the area's place, which no page may show
    return nbformat.writes(shown)


def read_meta(notebook):
    return {"entry": {}}
