#!/bin/sh
# Makes the virtual environment $1 with everything that building and testing needs.
# PYTHON, TORCH and BIN come from the Makefile.
set -eu
venv=$1

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
  echo "Python 3.10 or later is needed; tell which by PYTHON=… (this is $("$PYTHON" --version 2>&1))." >&2
  exit 1
}

# Debian: the libraries that PyPI does not have.
if command -v dpkg-query >/dev/null 2>&1; then
  missing=
  wanted="g++ catch2 libhwy-dev libcurl4-openssl-dev nlohmann-json3-dev zlib1g-dev puredata puredata-dev"
  # Debian's own Python comes in parts.
  [ "$(command -v "$PYTHON")" = /usr/bin/python3 ] && wanted="$wanted python3-venv python3-dev"
  for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  if [ -n "$missing" ]; then
    root=
    if [ "$(id -u)" != 0 ]; then
      if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then root=sudo; else
        echo "These Debian packages are missing; install them first: apt-get install$missing" >&2
        exit 1
      fi
    fi
    $root apt-get update -qq
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing ccache
  fi
fi

"$BIN/python" -m pip --version >/dev/null 2>&1 || "$PYTHON" -m venv --clear "$venv"
pip="$BIN/python -m pip install -q --disable-pip-version-check"
# torch first: whatever asks for "torch" later is content with it.
$pip "$TORCH"
$pip "scikit-build-core>=0.10" "pybind11>=2.13" "cmake>=3.25" ninja
# The project's own lists, without the project.
"$BIN/python" - >"$venv/requirements.txt" <<'PY'
import sys

if sys.version_info < (3, 11):
    from pip._vendor import tomli as tomllib
else:
    import tomllib
with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
print("\n".join(project["dependencies"] + project["optional-dependencies"]["dev"]))
PY
$pip -r "$venv/requirements.txt"
# Makes archives for Pd. It asks for Python 3.12, but runs on 3.11 too; what it uploads and signs with is left out.
$pip --no-deps --ignore-requires-python deken==0.10.22
