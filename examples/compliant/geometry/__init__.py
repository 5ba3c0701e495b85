"""Points in the plane."""

from ._geometry import Point, centroid, grid

__all__ = ["Point", "centroid", "grid"]
