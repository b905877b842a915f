"""Look around in vectors: a map in the browser with what only a trainer of vectors knows, from a server or one file.

shown.py            which keys are on the map
neighbourhoods.py   exact neighbours, density, hubs, anisotropy; health.py their cures
projection/         layouts in the plane, and how far they lie
colours.py, map.py  all of it together: the manifest and the tables that a page begins with
questions.py        what a page asks; search.py, comparison.py, overlay.py and film.py answer a part
opening.py, checkpoints.py   what users pass
bundle.py, packing.py, single_file.py   one HTML file
explorer.py         the whole, as users have it
page/               the page itself, as it is written
"""

from __future__ import annotations

from wordmill.explorer.building import explore
from wordmill.explorer.explorer import Explorer

__all__ = ["Explorer", "explore"]
