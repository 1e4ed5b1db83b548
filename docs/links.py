"""Every link inside the built site leads somewhere: files, and places in them. ``python docs/links.py build/docs``"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse


class Page(HTMLParser):
    """The links of a page, what it loads, and the places in it that links may lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one element links to, loads and is called."""
        said = dict(attrs)
        self.places |= {said[key] for key in ("id", "name") if said.get(key)}
        if tag == "a" and said.get("href"):
            self.links.append(said["href"])
        source = said.get("src") or (said.get("href") if tag == "link" and said.get("rel") == "stylesheet" else None)
        self.loaded += [source] if source else []


def faults(site: Path) -> list[str]:
    """What is wrong with the links of a site; links to other sites are not followed, loading from them is a fault."""
    pages = {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        found += [f"{path.name}: loads {s}" for s in page.loaded if urlparse(s).netloc]
        for link in page.links + page.loaded:
            address, place = urldefrag(link)
            if urlparse(link).scheme or urlparse(link).netloc:
                continue
            target = (path.parent / unquote(address.partition("?")[0])).resolve() if address else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                found.append(f"{path.name}: nothing at {link}")
            elif place and target in pages and unquote(place) not in pages[target].places:
                found.append(f"{path.name}: no such place {link}")
    return found


if __name__ == "__main__":
    broken = faults(Path(sys.argv[1]))
    print("\n".join(broken) or "links: all lead somewhere")
    sys.exit(bool(broken))
