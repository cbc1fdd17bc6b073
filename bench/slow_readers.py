#!/usr/bin/env python3
"""Measures what clients that stop reading cost the others: p99 of the others' calls with them and without, in turns of one run.

usage: bench/slow_readers.py [seconds per turn]     BIN=folder of mcpjungle and fast_upstream, as bench/run builds them

READERS clients call a tool that reports progress without end, read the first bytes and then nothing. Half of them call it over HTTP,
where the server has to wait; the others in one process on stdio, which is told to stop. The others call another server, and the
process that is flooded. The promise is a ratio of at most 1.5. Machines are noisy: look at the ratio, not at the figures.
"""
import http.server
import json
import os
import pathlib
import socket
import statistics
import sys
import threading
import time

import compare

compare.BIN = pathlib.Path(os.environ.get("BIN", compare.BIN))
READERS = 32
CONNECTIONS = 16
TURNS = 15
PIECE = "x" * 65536

# An MCP server of 2026-07-28 on stdio: `flood` never stops by itself.
STDIO_SERVER = r'''
import json, sys, threading
lock, cancelled = threading.Lock(), set()
def say(message):
    with lock:
        sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")
        sys.stdout.flush()
def flood(number, token):
    while number not in cancelled:
        say({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": token, "progress": 1, "message": "x" * 65536}})
def result(message):
    method = message["method"]
    if method == "server/discover":
        return {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}}
    if method == "tools/list":
        return {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in ("tool_0", "flood")]}
    return {"content": [{"type": "text", "text": "hello"}]}
for line in sys.stdin:
    message = json.loads(line)
    if message["method"] == "notifications/cancelled":
        cancelled.add(message["params"]["requestId"])
    elif message["method"] == "tools/call" and message["params"]["name"] == "flood":
        token = message["params"]["_meta"]["progressToken"]
        threading.Thread(target=flood, args=(message["id"], token), daemon=True).start()
    elif "id" in message:
        say({"jsonrpc": "2.0", "id": message["id"], "result": {"resultType": "complete", **result(message)}})
'''


class FloodingServer(http.server.BaseHTTPRequestHandler):
    """An MCP server of 2026-07-28 whose only tool reports progress without end."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if message["method"] == "tools/call":
            return self.flood(message["params"]["_meta"]["progressToken"])
        result = {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}}
        if message["method"] == "tools/list":
            result = {"tools": [{"name": "flood", "inputSchema": {"type": "object"}}]}
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": {"resultType": "complete", **result}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def flood(self, token):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.close_connection = True
        params = {"progressToken": token, "progress": 1, "message": PIECE}
        event = f"data: {json.dumps({'jsonrpc': '2.0', 'method': 'notifications/progress', 'params': params})}\n\n".encode()
        try:
            while True:
                self.wfile.write(event)
        except OSError:
            pass  # The gateway gave up.

    def log_message(self, *_):
        pass


def stop_reading(gateway, tool):
    """A client that calls `tool`, reads the first bytes of the answer and then nothing."""
    meta = json.loads("{" + compare.META + "}")["_meta"]
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": tool, "arguments": {}, "_meta": {**meta, "progressToken": "p"}}}).encode()
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", gateway.port))
    client.sendall((f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\nContent-Type: application/json\r\nAccept: application/json, "
                    f"text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n").encode() + body)
    if not client.recv(64).startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"{tool} was refused")
    return client


def settle(gateway):
    """Until sockets and queues are full, and the calls that cannot wait have been given up."""
    used = -1.0
    while used != (used := compare.cpu_seconds(gateway.process.pid)):
        time.sleep(0.3)


def measure(gateway, folder):
    loads = {"calls of another server": gateway.modern("fast"), "calls of the flooded process": gateway.modern("process")}
    times = {name: {False: [], True: []} for name in loads}
    for _ in range(TURNS):
        for stuck in (False, True):
            tools = ["flooding__flood", "process__flood"] * (READERS // 2) if stuck else []
            readers = [stop_reading(gateway, tool) for tool in tools]
            settle(gateway)
            for name, load in loads.items():
                times[name][stuck].append(load.measure(gateway.process, CONNECTIONS, folder)["p99"])
            for reader in readers:
                reader.close()
    for name, turns in times.items():
        without, beside = statistics.median(turns[False]), statistics.median(turns[True])
        print(f"p99 of {name}: {without:.2f} ms, beside {READERS} clients that do not read {beside:.2f} ms, ratio {beside / without:.2f}")
    print(f"the gateway's memory: {compare.resident_mb(gateway.process.pid):.0f} MB")


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), FloodingServer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with compare.workplace() as (folder, started):
        port, upstream = compare.start_upstream("modern", 10)
        started.append(upstream)
        gateway = compare.Gateway(folder)
        started.append(gateway.process)
        gateway.register(name="fast", transport="streamable_http", url=f"http://127.0.0.1:{port}/mcp")
        gateway.register(name="flooding", transport="streamable_http", url=f"http://127.0.0.1:{server.server_port}/mcp")
        script = pathlib.Path(folder, "server.py")
        script.write_text(STDIO_SERVER)
        gateway.register(name="process", transport="stdio", command=sys.executable, args=[str(script)], session_mode="stateful")
        measure(gateway, folder)
        gateway.stop()


if __name__ == "__main__":
    main()
