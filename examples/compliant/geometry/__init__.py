"""Points in the plane."""

from ._geometry import Point, centroid, furthest, grid, settle, watch

__all__ = ["Point", "centroid", "furthest", "grid", "settle", "watch"]
