from setuptools import Extension, setup

setup(
    name="geometry-compliant",
    version="1.0",
    packages=["geometry"],
    python_requires=">=3.10",
    ext_modules=[Extension("geometry._geometry",
                           ["module.c", "background.cpp", "bounds.cpp", "figure.cpp", "point.c", "raster.cpp", "transform.cpp", "union.cpp", "workers.cpp"],
                           include_dirs=["../../include"], depends=["module.h"])],
)
