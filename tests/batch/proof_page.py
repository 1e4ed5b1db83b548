"""The plain page with pages of proof."""

from plain_page import index_html as plain_index
from plain_page import prepare, read_meta, report_html  # noqa: F401

made = []


def index_html(entries, *, proof, **said):
    return plain_index(entries, **said) + f'<a href="{proof}">proof</a>'


def proof_pages(templates):
    made.append(sorted(templates))
    return {"index.html": f"<p>{sorted(templates)}</p>"}
