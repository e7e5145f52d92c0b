#!/usr/bin/env bash
# The QuickStart: -t trains, -g generates, neither does both. -d data, -n steps, -c steps between models, -s datestamp.
# Inside docker and outside; output/ and genParams/ are in the folder it is called from. -h says more.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=mtcrnn
if ! command -v mtcrnn >/dev/null 2>&1; then
  program=$here/../.venv/bin/mtcrnn # after `make build`
  if [ ! -x "$program" ]; then
    echo "The command mtcrnn is not there: install the toolkit (pip install .) or type make build." >&2
    exit 127
  fi
fi
exec "$program" quickstart --runscript "$here/${0##*/}" "$@"
