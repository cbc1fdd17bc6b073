#!/usr/bin/env python3
"""House rules that a machine can keep. Prints `file:line: what` for each breach and exits 1 if there is one.

Rules: layers, co_await, sizes, words, includes, lambdas, clocks, limits, transcripts. See CONTRIBUTING.md.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
E2E = ROOT / "tests" / "e2e"  # May include every module.
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
TRANSCRIPT_LINES_MAX = 40
TRANSCRIPT_COLUMNS_MAX = 130

# Exceptions. These lists may only shrink.
LONG_FILES: set[str] = set()
LONG_FUNCTIONS: set[str] = set()

# Which modules may include which third-party headers.
THIRD_PARTY = {
    "soci/": {"store"}, "sqlite3.h": {"store"}, "spdlog/": {"telemetry"}, "fmt/": {"telemetry"},
    "simdjson": {"mcp"}, "CLI/": {"cli"}, "yaml-cpp/": {"cli"}, "openssl/": {"crypto", "http"},
    "boost/asio/ssl": {"base", "http"},
}
# Files that may read the clock, the environment or sleep; everything else takes Time&, Random& or a config.
REAL_WORLD = {"src/base/time.cc", "src/base/random.cc", "src/telemetry/log_sink.cc"}
REAL_WORLD_DIRS = ("src/app/", "src/cli/")
REAL_WORLD_CALLS = re.compile(r"\b(system_clock::now|steady_clock::now|std::random_device|\bsleep\(|usleep\(|sleep_for|getenv)\b")
TRY_ALLOWED: set[str] = {"src/base/blocking.h", "src/store/database.cc", "src/cli/command_line.cc", "src/http/connection.cc",
                         "src/cli/config_file.cc"}
BANNED = [
    (re.compile(r"\bFIXME\b"), "FIXME cannot be merged"),
    (re.compile(r"asio::detached|net::detached"), "nothing is detached: use a TaskGroup"),
    (re.compile(r"#include <boost/asio\.hpp>|#include <spdlog/spdlog\.h>"), "no umbrella headers"),
    (re.compile(r"\busing namespace std;"), "no using namespace std"),
    (re.compile(r"^\s*//.*\b(previously|no longer|used to be|was changed|formerly did)\b", re.I), "comments speak of the code as it stands"),
    (re.compile(r"\bTODO\b(?!\((perf|security|cleanup|port)\): .*\(#\d+\))"), "write TODO(kind): text (#issue)"),
]
BANNED_FOLDERS = {"util", "utils", "common", "helpers", "misc"}
BANNED_NAME_PARTS = {"impl", "ng", "v2", "new", "manager2"}
NAME_EXCEPTIONS = {"asio_impl.cc"}

breaches = 0


def breach(path, line, what):
    global breaches
    breaches += 1
    print(f"{path.relative_to(ROOT)}:{line}: {what}")


def blanked(text):
    """The text with comments and literals replaced by spaces; offsets and line numbers stay."""
    pattern = r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def check_co_await(path, text):
    """g++ 12 destroys temporaries of brace expressions twice, and miscompiles co_await inside conditions."""
    for m in re.finditer(r"\bco_await\b", text):
        before = text[:m.start()].rstrip()
        if not re.search(r"([;{}):=]|\bco_return|\belse|\bdo)$", before) or before.endswith(("==", "!=", "<=", ">=")):
            breach(path, line_of(text, m.start()), "co_await stands alone: name its value first")
        elif before.endswith(":") and not re.search(r"\b(case\b[^;{}]*|default\s*|\w+\s*):$", before):
            breach(path, line_of(text, m.start()), "co_await stands alone: name its value first")
        depth = 0
        for i in range(m.end(), len(text)):
            c = text[i]
            if c in "([":
                depth += 1
            elif c in ")]":
                depth -= 1
                if depth < 0:
                    break
            elif c == ";" and depth == 0:
                break
            elif c == "{":
                breach(path, line_of(text, m.start()), "brace inside a co_await expression; name the argument first")
                break
            elif depth == 0 and (c == "?" or text.startswith(("&&", "||"), i)):
                # `co_await (a || b)` is inside parentheses, so depth is not 0 there.
                breach(path, line_of(text, m.start()), "co_await inside an operator; name its value first")
                break
    for m in re.finditer(r"\[([^\]\n]*)\]\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*(?:mutable\s*)?->\s*(?:\w+::)*Task<", text):
        if m.group(1).strip():
            breach(path, line_of(text, m.start()), "a coroutine lambda captures nothing: pass what it needs as parameters")
    for m in re.finditer(r"\bTask<[^;{}]*?\([^;{}]*?\b\w+\s*=\s*\{\}", text):
        breach(path, line_of(text, m.start()), "no defaulted class-type parameter on a coroutine")


def check_sizes(path, raw, text):
    name = str(path.relative_to(ROOT))
    lines = raw.count("\n")
    if lines > FILE_LINES_MAX and name not in LONG_FILES:
        breach(path, lines, f"{lines} lines; {FILE_LINES_MAX} is the most")
    if path.suffix != ".cc":
        return
    # A function body: a brace that closes a parameter list (with trailing words) at namespace or class level.
    for m in re.finditer(r"\)[\w\s:&<>,*]*(?:\([^;{}]*\)\s*)?\{\n", text):
        start = m.end() - 2
        line_start = text.rfind("\n", 0, m.start()) + 1
        head = text[line_start:m.start()]
        if re.match(r"\s*(if|for|while|switch|else|do|catch|\}|return|co_return)\b", head) or head.startswith("    "):
            continue
        depth, i = 0, start
        while i < len(text):
            if text[i] == "{":
                depth += 1
            elif text[i] == "}":
                depth -= 1
                if depth == 0:
                    break
            i += 1
        length = line_of(text, i) - line_of(text, start) + 1
        key = f"{name}:{line_of(text, start)}"
        if length > FUNCTION_LINES_MAX and name not in LONG_FUNCTIONS:
            breach(path, line_of(text, start), f"function of {length} lines; {FUNCTION_LINES_MAX} is the most ({key})")


def read_deps():
    deps = {}
    for cmake in SRC.glob("*/CMakeLists.txt"):
        body = cmake.read_text()
        found = re.search(r"DEPENDS\s+([^)]*?)(?=\b(?:LINK|SOURCES|HEADERS|TESTS|TEST_SOURCES|TEST_HEADERS|TEST_DEPENDS|NO_PCH)\b|\))", body, re.S)
        direct = set(found.group(1).split()) if found else set()
        tests = re.search(r"TEST_DEPENDS\s+([^)]*?)(?=\b(?:LINK|SOURCES|HEADERS|TESTS|TEST_SOURCES|TEST_HEADERS)\b|\))", body, re.S)
        deps[cmake.parent.name] = (direct | {cmake.parent.name}, set(tests.group(1).split()) if tests else set())
    return deps


def check_layers(path, raw, deps):
    module = path.relative_to(SRC).parts[0]
    if module not in deps:
        breach(path, 1, f"module {module} has no CMakeLists.txt")
        return
    allowed, for_tests = deps[module]
    is_test = path.name.endswith("_test.cc") or "testing" in path.parts
    for n, line in enumerate(raw.splitlines(), 1):
        own = re.match(r'#include "(\w+)/', line)
        if own and own.group(1) in deps and own.group(1) not in allowed and not (is_test and own.group(1) in for_tests):
            breach(path, n, f"{module} may not include {own.group(1)}: not in its DEPENDS")
    check_third_party(path, raw, module)


def check_third_party(path, raw, module):
    for n, line in enumerate(raw.splitlines(), 1):
        other = re.match(r"#include <([^>]+)>", line)
        if other:
            for prefix, modules in THIRD_PARTY.items():
                if other.group(1).startswith(prefix) and module not in modules:
                    breach(path, n, f"{other.group(1)} belongs to {', '.join(sorted(modules))}")


def check_words(path, raw, text):
    name = str(path.relative_to(ROOT))
    for n, line in enumerate(raw.splitlines(), 1):
        for pattern, what in BANNED:
            if pattern.search(line):
                breach(path, n, what)
        if len(line) > 120 and "http" not in line and 'R"' not in line:
            breach(path, n, f"{len(line)} columns; 120 is the most")
    is_test = path.name.endswith("_test.cc") or "testing" in path.parts
    for n, line in enumerate(text.splitlines(), 1):
        if REAL_WORLD_CALLS.search(line) and name not in REAL_WORLD and not name.startswith(REAL_WORLD_DIRS):
            breach(path, n, "clock, environment or sleep: take Time&, Random& or a config")
        if re.search(r"\btry\s*\{", line) and name not in TRY_ALLOWED and not is_test:
            breach(path, n, "exceptions are caught in few places; see TRY_ALLOWED")


def check_file_names(path):
    parts = path.relative_to(ROOT).parts
    for part in parts[:-1]:
        if part in BANNED_FOLDERS:
            breach(path, 1, f"no folder is called {part}")
    if path.name not in NAME_EXCEPTIONS and BANNED_NAME_PARTS & set(path.stem.split("_")):
        breach(path, 1, "no impl, ng, v2, new in names")
    if not re.fullmatch(r"[a-z0-9_]+\.(h|cc)", path.name):
        breach(path, 1, "file names are snake_case")


def check_fuzzers():
    for target in sorted((ROOT / "fuzz").glob("*_fuzz.cc")):
        corpus = ROOT / "fuzz" / "corpus" / target.stem.removesuffix("_fuzz")
        if not corpus.is_dir() or not any(corpus.iterdir()):
            breach(target, 1, "has no corpus")
        if target.read_text().count("\n") > 40:
            breach(target, 1, "a fuzz target has at most 40 lines")


# A transcript says why it is there, and is read without scrolling.
def check_transcripts():
    for path in sorted((ROOT / "tests" / "transcripts").glob("*.mcp")):
        lines = path.read_text().splitlines()
        if not lines or not lines[0].startswith("# "):
            breach(path, 1, "a transcript begins with a comment that says what it shows")
        if len(lines) > TRANSCRIPT_LINES_MAX:
            breach(path, len(lines), f"{len(lines)} lines; {TRANSCRIPT_LINES_MAX} is the most")
        for n, line in enumerate(lines, 1):
            if len(line) > TRANSCRIPT_COLUMNS_MAX:
                breach(path, n, f"{len(line)} columns; {TRANSCRIPT_COLUMNS_MAX} is the most")


# Every constant of a limits.h, and every one called k...Max elsewhere, is on the page, with its module in front where that helps.
def check_limits_page():
    page = set(re.findall(r"`(?:\w+::)?(k[A-Z]\w*)`", (ROOT / "docs" / "limits.md").read_text()))
    for path in sorted([*SRC.rglob("*.h"), *SRC.rglob("*.cc")]):
        if path.stem.endswith("_test") or "testing" in path.parts:
            continue
        suffix = "" if path.name == "limits.h" else "Max"
        for n, line in enumerate(path.read_text().splitlines(), 1):
            name = re.match(r"\s*(?:(?:inline|static) )?constexpr [^=({]*?\b(k[A-Z]\w*" + suffix + r")\b", line)
            if name and name.group(1) not in page:
                breach(path, n, f"{name.group(1)} is missing in docs/limits.md")


def check_format(files):
    tool = "clang-format-14"
    try:
        out = subprocess.run([tool, "--dry-run", *map(str, files)], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        print(f"note: {tool} is not installed; formatting was not checked", file=sys.stderr)
        return
    for m in re.finditer(r"^(\S+?):(\d+):\d+: warning", out.stderr, re.M):
        breach(pathlib.Path(m.group(1)), int(m.group(2)), "not formatted: run tools/check --fix")


def main():
    folders = [d for d in (SRC, ROOT / "tests", ROOT / "fuzz", ROOT / "bench") if d.is_dir()]
    files = sorted(f for d in folders for f in d.rglob("*") if f.suffix in {".h", ".cc"} and "node_modules" not in f.parts)
    if "--fix" in sys.argv:
        subprocess.run(["clang-format-14", "-i", *map(str, files)], check=True)
    deps = read_deps()
    for path in files:
        raw = path.read_text()
        text = blanked(raw)
        check_file_names(path)
        check_co_await(path, text)
        check_sizes(path, raw, text)
        check_words(path, raw, text)
        if SRC in path.parents:
            check_layers(path, raw, deps)
        elif E2E in path.parents:
            check_third_party(path, raw, "e2e")
        if path.suffix == ".h" and "#pragma once" not in raw:
            breach(path, 1, "#pragma once is missing")
    check_fuzzers()
    check_transcripts()
    check_limits_page()
    check_format(files)
    print(f"{len(files)} files, {breaches} breaches")
    return 1 if breaches else 0


sys.exit(main())
