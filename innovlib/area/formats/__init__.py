"""One reader per file format: bytes in, a :class:`innovlib.area.sheets.Book` out. None of them runs what it reads."""
