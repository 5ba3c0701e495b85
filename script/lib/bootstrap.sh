# Sourced by the other scripts: installs what the build needs and is missing, and says so. Without network when nothing is.
# Usage: bootstrap NAME...   with Debian package names

missing_packages() {
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q "install ok installed" || echo "$name"
  done
}

bootstrap() {
  command -v dpkg-query >/dev/null || {
    echo "This is no Debian system: install the equivalents of: $*" >&2
    return 0
  }
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  echo "Installing with apt-get:" $missing
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Not root and no sudo: install these and run again:" $missing >&2; exit 2; }
    as_root=sudo
  fi
  $as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null || {
    echo "apt-get could not install:" $missing >&2
    exit 2
  }
}

# What the tool is built from, and what its tests need besides.
build_packages="cmake ninja-build ccache clang-19 clang-tidy-19 llvm-19-dev llvm-19-tools libclang-19-dev libclang-cpp19-dev
  libclang-common-19-dev nlohmann-json3-dev libcli11-dev libtomlplusplus-dev libgtest-dev pkg-config"
test_packages="python3 python3-dev python3-setuptools python3-pygments pybind11-dev libbenchmark-dev libclang-rt-19-dev"
