"""Points and figures in the plane."""

from ._geometry import (
    Bounds,
    Figure,
    Layer,
    Point,
    Polygon,
    Transform,
    Union,
    centroid,
    furthest,
    grid,
    settle,
    watch,
)

__all__ = [
    "Bounds",
    "Figure",
    "Layer",
    "Point",
    "Polygon",
    "Transform",
    "Union",
    "centroid",
    "furthest",
    "grid",
    "settle",
    "watch",
]
