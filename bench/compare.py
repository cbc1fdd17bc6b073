#!/usr/bin/env python3
"""Measures the gateway beside nginx as a plain reverse proxy of the same upstream, in one run, and prints ratios.

usage: bench/run [seconds per turn]

Every answer is verified by the load generator. CPU time is utime + stime of the process under test per request: the
steadiest figure on a shared machine. Requests per second and latency depend on what else the machine does; compare
ratios, not figures. The rows of a table take turns, one after the other, and each figure is the median of its turns:
where a scheduler puts the threads for a second decides over the slowest hundredth more than any of the programs. At 16
connections, where a ratio of that hundredth is promised, it takes more turns until two runs agree.
"""
import contextlib
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "build" / "bench" / "bin"
TURNS = {1: 5, 16: 15, 64: 5}  # By connections.
SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 1  # Of a turn.
META = ('"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
        '"io.modelcontextprotocol/clientCapabilities":{}}')
INITIALIZE = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
    "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}}
ARGUMENTS = '"arguments":{"text":"some text to work on","count":3}'

NGINX = """
%(user)s daemon off; worker_processes %(workers)d; error_log /dev/null; pid %(folder)s/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 100000000; keepalive_timeout 75; sendfile on; default_type application/json;
  client_body_temp_path %(folder)s/b; proxy_temp_path %(folder)s/p; fastcgi_temp_path %(folder)s/f;
  uwsgi_temp_path %(folder)s/u; scgi_temp_path %(folder)s/s;
  upstream up { server 127.0.0.1:%(upstream)d; keepalive 128; keepalive_requests 100000000; }
  upstream session { server 127.0.0.1:%(session)d; keepalive 128; keepalive_requests 100000000; }
  upstream modern { server 127.0.0.1:%(modern)d; keepalive 128; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:%(port)d reuseport; tcp_nodelay on; root %(folder)s/static;
    proxy_http_version 1.1; proxy_set_header Connection "";
    location /mcp { proxy_pass http://up; }
    location /session { proxy_pass http://session/mcp; }
    location /modern { proxy_pass http://modern/mcp; }
  }
}
"""

# wrk: one body, every answer checked for its status and for what it must contain.
LUA = """
wrk.method = "%(method)s"
wrk.body = [[%(body)s]]
%(headers)s
local expected = [[%(expected)s]]
local bad = 0
function response(status, headers, body)
  if status ~= 200 or not string.find(body, expected, 1, true) then
    bad = bad + 1
    if bad <= 2 then io.write("BAD ", status, " ", string.sub(body, 1, 300), "\\n") end
  end
end
"""

# wrk: the four requests that a call in a session of its own is made of, one after the other, each answer checked.
SESSION_LUA = """
local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json, text/event-stream",
                  ["Mcp-Session-Id"] = "fast-session" }
local requests, at, bad = {}, 0, 0
function init()
  for i, body in ipairs({ [[%(initialize)s]], [[%(initialized)s]], [[%(call)s]], "" }) do
    requests[i] = wrk.format(i == 4 and "DELETE" or "POST", nil, headers, body)
  end
end
function request()
  at = at %% 4 + 1
  return requests[at]
end
function response(status, headers, body)
  local good = body == "" and (status == 200 or status == 202) or
    status == 200 and (string.find(body, [["protocolVersion"]], 1, true) or string.find(body, [["text":"hello"]], 1, true))
  if not good then
    bad = bad + 1
    if bad <= 2 then io.write("BAD ", status, " ", string.sub(body, 1, 300), "\\n") end
  end
end
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port, process):
    for _ in range(400):
        if process.poll() is not None:
            raise SystemExit(f"{process.args[0]} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"nobody listens on {port}")


def family(pid):
    """The process and its living children."""
    pids = [pid]
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(stat[1]) == pid:
                pids.append(int(entry))
    return pids


def cpu_seconds(pid, children=True):
    total = 0
    for one in family(pid) if children else [pid]:
        try:
            stat = open(f"/proc/{one}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += int(stat[11]) + int(stat[12])
    return total / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def to_ms(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


class Load:
    """What is asked, and what the answers must contain."""

    def __init__(self, url, expected, body="", headers=None, method="POST"):
        self.url, self.expected, self.body, self.headers, self.method = url, expected, body, headers or {}, method

    def script(self):
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **self.headers}
        return LUA % dict(method=self.method, body=self.body, expected=self.expected, headers="\n".join(
            f'wrk.headers["{k}"] = "{v}"' for k, v in headers.items()))

    def measure(self, process, connections, folder, children=True):
        script = pathlib.Path(folder) / "load.lua"
        script.write_text(self.script())
        before = cpu_seconds(process.pid, children)
        out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", str(script), self.url],
                             capture_output=True, text=True, check=True).stdout
        used = cpu_seconds(process.pid, children) - before
        if "BAD" in out or "Socket errors" in out:
            print(out, file=sys.stderr)
            raise SystemExit(f"wrong answers from {self.url}")
        count = int(re.search(r"(\d+) requests in", out).group(1))
        if count == 0:
            raise SystemExit(f"no answers from {self.url}")
        return dict(rate=float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), cpu_us=used / max(count, 1) * 1e6,
                    p50=to_ms(re.search(r"^\s+50%\s+(\S+)", out, re.M).group(1)), p99=to_ms(re.search(r"^\s+99%\s+(\S+)", out, re.M).group(1)))


def modern_call(url, name):
    body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"%s",%s,%s}}' % (name, ARGUMENTS, META)
    return Load(url, '"text":"hello"', body, {
        "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": name})


class SessionLoad(Load):
    """What a call in a session of its own costs a client that opens and closes it itself: four requests."""

    def __init__(self, url, call):
        super().__init__(url, "", call)

    def script(self):
        return SESSION_LUA % dict(initialize=json.dumps(INITIALIZE), call=self.body,
                                  initialized='{"jsonrpc":"2.0","method":"notifications/initialized"}')

    def measure(self, process, connections, folder, children=True):
        figures = super().measure(process, connections, folder, children)
        # Per call. A call's latency is that of four requests; no percentile of theirs says what it is.
        return dict(rate=figures["rate"] / 4, cpu_us=figures["cpu_us"] * 4, p50=0.0, p99=0.0)


def request(url, body, headers=None):
    call = urllib.request.Request(url, json.dumps(body).encode() if body is not None else None, {
        "Content-Type": "application/json", "Accept": "application/json, text/event-stream", **(headers or {})})
    with urllib.request.urlopen(call, timeout=60) as answer:
        text = answer.read()
        return (json.loads(text) if text.strip() else None), answer.headers


class Gateway:
    def __init__(self, folder, environment=None):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [str(BIN / "mcpjungle"), "start", "--port", str(self.port), "--sqlite-db-path", f"{folder}/gateway.db"],
            stdout=subprocess.DEVNULL, stderr=open(f"{folder}/gateway.log", "a"), cwd=folder,
            env={**os.environ, "HOME": folder, **(environment or {})})
        wait_for(self.port, self.process)

    def register(self, **spec):
        request(f"{self.base}/api/v0/servers", spec)

    def session(self):
        _, headers = request(f"{self.base}/mcp", INITIALIZE)
        return headers["Mcp-Session-Id"]

    def modern(self, server):
        return modern_call(f"{self.base}/mcp", f"{server}__tool_0")

    def legacy(self, server):
        body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"%s__tool_0",%s}}' % (server, ARGUMENTS)
        return Load(f"{self.base}/mcp", '"text":"hello"', body, {"Mcp-Session-Id": self.session()})

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def start_nginx(folder, upstream, session, modern):
    port = free_port()
    pathlib.Path(folder, "static").mkdir(exist_ok=True)
    config = pathlib.Path(folder, "nginx.conf")
    config.write_text(NGINX % dict(user="user root;" if os.geteuid() == 0 else "", workers=os.cpu_count(), folder=folder, port=port,
                                   upstream=upstream, session=session, modern=modern))
    process = subprocess.Popen(["nginx", "-c", str(config), "-p", folder], stderr=subprocess.DEVNULL)
    wait_for(port, process)
    return port, process


def start_upstream(kind, tools, metadata_url=None):
    port = free_port()
    process = subprocess.Popen([str(BIN / "fast_upstream"), "http", str(port), str(os.cpu_count()), kind, str(tools),
                                *([metadata_url] if metadata_url else [])])
    wait_for(port, process)
    return port, process


class AuthorizationServer(http.server.BaseHTTPRequestHandler):
    """Gives everybody the token that fast_upstream wants, by client credentials."""

    def do_GET(self):
        origin = f"http://127.0.0.1:{self.server.server_port}"
        if self.path == "/resource":
            return self.answer({"resource": self.server.resource, "authorization_servers": [origin]})
        if self.path == "/.well-known/oauth-authorization-server":
            return self.answer({"issuer": origin, "authorization_endpoint": f"{origin}/authorize", "token_endpoint": f"{origin}/token",
                                "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
                                "token_endpoint_auth_methods_supported": ["client_secret_post"]})
        return self.send_error(404)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer({"access_token": "bench-token", "token_type": "Bearer", "expires_in": 86400})

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def row(name, connections, figures, reference, memory=""):
    ratio = lambda key: f"{figures[key] / reference[key]:6.2f}" if reference and reference[key] else "      "
    ms = lambda key: f"{figures[key]:8.2f}" if figures[key] else " " * 8
    print(f"{name:34} {connections:5} {figures['rate']:9.0f} {ratio('rate')}  {figures['cpu_us']:8.1f} {ratio('cpu_us')}  "
          f"{ms('p50')} {ms('p99')} {ratio('p99')} {memory}", flush=True)


def table(connections, folder, runs):
    """Prints a row for each (name, load, process, name of the row it is compared with), measured in turns. The memory of
    gateways is shown, and their children do not count."""
    turns = {name: [] for name, *_ in runs}
    for _ in range(TURNS[connections]):
        for name, load, process, _ in runs:
            is_gateway = process.args[0].endswith("mcpjungle")
            turns[name].append(load.measure(process, connections, folder, children=not is_gateway))
    figures = {name: {key: statistics.median(turn[key] for turn in of) for key in of[0]} for name, of in turns.items()}
    for name, _, process, reference in runs:
        memory = f"{resident_mb(process.pid):6.1f} MB" if process.args[0].endswith("mcpjungle") else ""
        row(name, connections, figures[name], figures.get(reference), memory)


def calls(folder, started):
    plain_port, plain = start_upstream("plain", 10)
    session_port, session = start_upstream("session", 10)
    modern_port, modern = start_upstream("modern", 10)
    started += [plain, session, modern]
    nginx_port, nginx = start_nginx(folder, plain_port, session_port, modern_port)
    started.append(nginx)
    gateway = Gateway(folder)
    started.append(gateway.process)
    url = lambda port: f"http://127.0.0.1:{port}/mcp"
    gateway.register(name="plain", transport="streamable_http", url=url(plain_port))
    gateway.register(name="stateless", transport="streamable_http", url=url(session_port))
    gateway.register(name="stateful", transport="streamable_http", url=url(session_port), session_mode="stateful")
    gateway.register(name="modern", transport="streamable_http", url=url(modern_port))
    gateway.register(name="stdio", transport="stdio", command=str(BIN / "fast_upstream"), args=["stdio", "10"],
                     session_mode="stateful")
    own = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"tool_0",%s}}' % ARGUMENTS
    through_nginx = Load(url(nginx_port), '"text":"hello"', own)
    modern_through_nginx = modern_call(f"http://127.0.0.1:{nginx_port}/modern", "tool_0")
    four_requests = SessionLoad(f"http://127.0.0.1:{nginx_port}/session", own)
    for connections in TURNS:
        table(connections, folder, [
            ("direct", Load(url(plain_port), '"text":"hello"', own), plain, None),
            ("nginx", through_nginx, nginx, "nginx"),
            *((name, load, gateway.process, "nginx") for name, load in (
                ("modern client, plain upstream", gateway.modern("plain")),
                ("legacy client, plain upstream", gateway.legacy("plain")),
                ("legacy client, stateful session", gateway.legacy("stateful")),
                ("legacy client, stdio stateful", gateway.legacy("stdio")))),
            ("nginx, modern upstream", modern_through_nginx, nginx, "nginx, modern upstream"),
            ("modern client, modern upstream", gateway.modern("modern"), gateway.process, "nginx, modern upstream"),
            ("nginx, 4 requests a call", four_requests, nginx, "nginx, 4 requests a call"),
            ("legacy client, stateless sessions", gateway.legacy("stateless"), gateway.process, "nginx, 4 requests a call"),
        ])
    gateway.stop()


def credentials(folder, started):
    """As long as it is valid, a token of OAuth costs what a static one costs: both at one upstream."""
    print("\nthe credential of the upstream, beside a static one")
    sub = pathlib.Path(folder, "credentials")
    sub.mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), AuthorizationServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port, upstream = start_upstream("modern", 10, f"http://127.0.0.1:{server.server_port}/resource")
    server.resource = url = f"http://127.0.0.1:{port}/mcp"
    gateway = Gateway(str(sub))
    started += [upstream, gateway.process]
    gateway.register(name="static", transport="streamable_http", url=url, bearer_token="bench-token")
    gateway.register(name="oauth", transport="streamable_http", url=url, oauth_grant="client_credentials",
                     oauth_client_id="bench", oauth_client_secret="bench-secret")
    for connections in TURNS:
        table(connections, str(sub), [("bearer_token", gateway.modern("static"), gateway.process, "bearer_token"),
                                      ("OAuth token", gateway.modern("oauth"), gateway.process, "bearer_token")])
    gateway.stop()
    upstream.terminate()
    upstream.wait()
    server.shutdown()


def stdio_latency(folder, started):
    """Calls further apart than the server takes to start: what a fresh process per call costs the caller."""
    gateway = Gateway(folder)
    started.append(gateway.process)
    gateway.register(name="fresh", transport="stdio", command=str(BIN / "fast_upstream"), args=["stdio", "10"])
    headers = {"Mcp-Session-Id": gateway.session()}
    medians = {}
    for server in ("stdio", "fresh"):
        times = []
        for _ in range(60):
            start = time.perf_counter()
            request(f"{gateway.base}/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
                "name": f"{server}__tool_0", "arguments": {}}}, headers)
            times.append(time.perf_counter() - start)
            time.sleep(0.05)
        medians[server] = sorted(times)[len(times) // 2] * 1000
    print(f"\nstdio, calls 50 ms apart: stateful {medians['stdio']:.2f} ms, stateless {medians['fresh']:.2f} ms, "
          f"ratio {medians['fresh'] / medians['stdio']:.2f}", flush=True)
    gateway.stop()


def lists(folder, started):
    print("\ntools/list beside nginx serving the same bytes as a static file")
    for tools in (10, 1000, 10000):
        sub = pathlib.Path(folder, f"list{tools}")
        sub.mkdir()
        port, upstream = start_upstream("plain", tools)
        nginx_port, nginx = start_nginx(str(sub), port, port, port)
        gateway = Gateway(str(sub))
        started += [upstream, nginx, gateway.process]
        gateway.register(name="many", transport="streamable_http", url=f"http://127.0.0.1:{port}/mcp")
        body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
        headers = {"Mcp-Session-Id": gateway.session()}
        answer, _ = request(f"{gateway.base}/mcp", json.loads(body), headers)
        sub.joinpath("static", "list.json").write_text(json.dumps(answer, separators=(",", ":")))
        of_nginx = Load(f"http://127.0.0.1:{nginx_port}/list.json", '"many__tool_', method="GET")
        table(16, folder, [(f"nginx, {tools} tools", of_nginx, nginx, f"nginx, {tools} tools"),
                           (f"tools/list, {tools} tools", Load(f"{gateway.base}/mcp", '"many__tool_', body, headers),
                            gateway.process, f"nginx, {tools} tools")])
        gateway.stop()
        if tools == 1000:
            again = time.perf_counter()
            gateway = Gateway(str(sub))
            started.append(gateway.process)
            taken = (time.perf_counter() - again) * 1000
            print(f"restart with {tools} tools: listening after {taken:.0f} ms, idle {resident_mb(gateway.process.pid):.1f} MB", flush=True)
            gateway.stop()
        for process in (upstream, nginx):
            process.terminate()
            process.wait()


@contextlib.contextmanager
def workplace():
    """A folder, and a list of processes; neither outlives it."""
    started = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            yield folder, started
        finally:
            for process in started:
                if process.poll() is None:
                    process.terminate()
                    process.wait()


def main():
    with workplace() as (folder, started):
        print(f"{'':34} conns    req/s  ratio    CPU us  ratio    p50 ms   p99 ms  ratio  memory")
        calls(folder, started)
        credentials(folder, started)
        stdio_latency(folder, started)
        lists(folder, started)


if __name__ == "__main__":
    main()
