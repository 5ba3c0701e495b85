"""Points in the plane."""

from ._geometry import Point, Union, centroid, grid

__all__ = ["Point", "Union", "centroid", "grid"]
