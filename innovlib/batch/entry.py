"""What papermill finds by entry point under the name ``innov``: ``papermill --engine innov IN OUT``.

papermill loads its entry points while it is itself being imported, and the engine's module imports papermill; so what
is found here is a stand-in that fetches the engine when papermill first asks something of it.
"""

from __future__ import annotations


class _Later:
    def __getattr__(self, name: str):
        from innovlib.batch.engine import InnovEngine as Engine

        return getattr(Engine, name)


InnovEngine = _Later()
