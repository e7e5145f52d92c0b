#!/bin/sh
# Builds the tests of the packed kernels for 64-bit Arm and runs them in an emulator.
# $1: the build folder. BIN and ZIG come from the Makefile.
set -eu
build=$1

if ! command -v qemu-aarch64 >/dev/null 2>&1; then
  root=
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "qemu-aarch64 is missing (Debian: qemu-user)." >&2
    exit 1
  fi
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then root=sudo; else
      echo "This Debian package is missing; install it first: apt-get install qemu-user" >&2
      exit 1
    fi
  fi
  $root apt-get update -qq
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq qemu-user
fi
"$BIN/python" -m pip install -q --disable-pip-version-check "$ZIG"

# The system's own folder of headers holds those of another processor too: only what is wanted from it.
headers=$build/headers
mkdir -p "$headers"
for name in hwy catch2; do
  for folder in ${HWY_DIR:-} ${CATCH2_DIR:-} /usr/include; do
    [ -d "$folder/$name" ] && ln -sfn "$folder/$name" "$headers/$name" && break
  done
  [ -d "$headers/$name" ] || { echo "The headers of $name are missing." >&2; exit 1; }
done

# Static: the emulator needs no foreign libraries.
zig="$BIN/python -m ziglang c++ -target aarch64-linux-musl -static"
flags="-std=c++20 -O2 -ffp-contract=off -Wall -Wextra -Wshadow -Icpp/include -Icpp/src/accel -Itests/cpp"
objects=
for source in cpp/src/accel/*.cpp tests/cpp/main.cpp tests/cpp/test_accel.cpp \
  tests/cpp/test_accel_finish.cpp tests/cpp/test_recurrent.cpp; do
  object=$build/$(basename "$source" .cpp).o
  # shellcheck disable=SC2086
  $zig $flags -isystem "$headers" -c "$source" -o "$object"
  objects="$objects $object"
done
# shellcheck disable=SC2086
$zig $objects -o "$build/test_accel"
qemu-aarch64 "$build/test_accel" --durations yes
