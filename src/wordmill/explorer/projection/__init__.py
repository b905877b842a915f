"""Layouts: points of a space in the plane, by PCA and by UMAP, and how far they lie.

layout.py   a layout, and the share of true neighbours that it keeps near
pca.py      the two directions of largest variance
umap.py     neighbourhoods, on our exact graph of them
kept.py     layouts that took long, kept beside the model
"""

from __future__ import annotations

from wordmill.explorer.projection.kept import KeptLayouts
from wordmill.explorer.projection.layout import Layout, faithfulness
from wordmill.explorer.projection.pca import PrincipalPlane, layout_by_pca
from wordmill.explorer.projection.umap import layout_by_umap

__all__ = ["KeptLayouts", "Layout", "PrincipalPlane", "faithfulness", "layout_by_pca", "layout_by_umap"]
