#!/bin/sh
# Fetches into folder $1 what the installed Debian has no package of, for the tests: Pd 0.55 with multichannel
# signals, in single and double precision, from the next Debian release, with the C library it was made for.
# Nothing is installed. Where there is no apt the tests that need them skip.
set -eu
folder=$1
[ -x "$folder/pd" ] && [ -x "$folder/pd64" ] && exit 0
command -v apt-get >/dev/null 2>&1 || { echo "No apt here: the tests of multichannel Pd will be skipped."; exit 0; }
case $(dpkg --print-architecture) in
  amd64) loader=lib64/ld-linux-x86-64.so.2 triple=x86_64-linux-gnu ;;
  arm64) loader=lib/ld-linux-aarch64.so.1 triple=aarch64-linux-gnu ;;
  *) echo "No newer Pd for this processor."; exit 0 ;;
esac

mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/debian"
folder=$(cd "$folder" && pwd)
mirror=$(sed -n 's/^URIs: *\([^ ]*\/debian\/\{0,1\}\)$/\1/p; s/^deb [^h]*\(http[^ ]*\/debian\/\{0,1\}\) .*/\1/p' \
  /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
[ -n "$mirror" ] || { echo "No Debian among apt's sources: the newer Pd's tests will be skipped."; exit 0; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" \
  >"$folder/apt/sources.list"
apt() {
  apt-get -qq -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache="$folder/apt/cache" -o APT::Sandbox::User=root "$@"
}
apt update && (cd "$folder/apt/cache" && apt download puredata-core puredata64-core puredata-gui libc6) ||
  { echo "The newer Pd could not be fetched: its tests will be skipped."; exit 0; }
for package in "$folder"/apt/cache/*.deb; do dpkg-deb -x "$package" "$folder/debian"; done

cat >"$folder/pd-gui" <<'SCRIPT'
#!/bin/sh
exec wish "$(dirname "$0")/debian/usr/lib/puredata/tcl/pd-gui.tcl" "$@"
SCRIPT
chmod +x "$folder/pd-gui"
for name in pd pd64; do
  program=puredata${name#pd}
  cat >"$folder/$name.new" <<SCRIPT
#!/bin/sh
here=\$(cd "\$(dirname "\$0")" && pwd)
exec "\$here/debian/usr/$loader" --library-path "\$here/debian/usr/lib/$triple:/usr/lib/$triple" \\
  "\$here/debian/usr/bin/$program" -guicmd "\$here/pd-gui" "\$@"
SCRIPT
  chmod +x "$folder/$name.new"
  mv "$folder/$name.new" "$folder/$name"
done
rm -rf "$folder/apt"
"$folder/pd" -version && "$folder/pd64" -version
