"""What an area's data is: the contract, the way in for office files, the store, the synthetic example."""

from innovlib.area.store import Area, open_area

__all__ = ["Area", "open_area"]
