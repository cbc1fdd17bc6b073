#!/usr/bin/env python3
"""Measures what an idle stream costs: memory of the gateway for each of STREAMS clients that only listen, and CPU time meanwhile.

usage: bench/idle_streams.py [streams]     BIN=folder of mcpjungle and fast_upstream, as bench/run builds them

Each client has a session (or, if it is modern, none) and one stream, on a connection of its own. That they are alive is shown at
the end: a tool is switched off, and every one of them is told. The promise is 20 KB of the gateway's memory for each.
"""
import json
import os
import pathlib
import re
import resource
import select
import socket
import sys
import time
import urllib.parse
import urllib.request

import compare

compare.BIN = pathlib.Path(os.environ.get("BIN", compare.BIN))
STREAMS = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
REST = 10  # Seconds that they are idle.
LISTEN = ('{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},%s}}'
          % compare.META)


def connect(gateway, request):
    stream = socket.create_connection(("127.0.0.1", gateway.port))
    stream.sendall(request.encode())
    return stream


def get(path, headers=""):
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n{headers}\r\n"


def legacy(gateway):
    return connect(gateway, get("/mcp", f"Mcp-Session-Id: {gateway.session()}\r\n"))


def modern(gateway):
    return connect(gateway, "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                   "MCP-Protocol-Version: 2026-07-28\r\nAccept: application/json, text/event-stream\r\n"
                   f"Mcp-Method: subscriptions/listen\r\nContent-Length: {len(LISTEN)}\r\n\r\n{LISTEN}")


def sse(gateway):
    stream = connect(gateway, get("/sse"))
    heard = b""
    while not (endpoint := re.search(rb"data: (\S+)\r?\n", heard)):
        heard += stream.recv(65536)
    url = urllib.parse.urljoin(gateway.base, endpoint.group(1).decode())
    for message in (compare.INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}):
        call = urllib.request.Request(url, json.dumps(message).encode(), {"Content-Type": "application/json"})
        urllib.request.urlopen(call, timeout=60).read()
    return stream


def until(streams, wanted, seconds=60):
    """Reads each stream until it has said `wanted`."""
    heard = {stream.fileno(): b"" for stream in streams}
    by_number = {stream.fileno(): stream for stream in streams}
    poll = select.epoll()
    for number in heard:
        poll.register(number, select.EPOLLIN)
    open_ones, deadline = len(heard), time.monotonic() + seconds
    while open_ones:
        events = poll.poll(max(0, deadline - time.monotonic()), 1024)
        if not events:
            raise SystemExit(f"{open_ones} streams never said {wanted}; one of them: {next(iter(heard.values()))[:300]}")
        for number, _ in events:
            piece = by_number[number].recv(65536)
            if not piece:
                raise SystemExit(f"a stream ended after {heard[number][-300:]}")
            heard[number] += piece
            if wanted in heard[number]:
                poll.unregister(number)
                open_ones -= 1
    poll.close()


def measure(name, kind, first_word, folder, started):
    sub = pathlib.Path(folder, name.replace(" ", "-").replace("/", ""))
    sub.mkdir()
    port, upstream = compare.start_upstream("plain", 10)
    gateway = compare.Gateway(str(sub))
    started += [upstream, gateway.process]
    gateway.register(name="plain", transport="streamable_http", url=f"http://127.0.0.1:{port}/mcp")
    first = kind(gateway)  # What the first of its kind costs is not the stream's.
    before = compare.resident_mb(gateway.process.pid)
    first.close()
    streams = [kind(gateway) for _ in range(STREAMS)]
    until(streams, first_word)
    memory = (compare.resident_mb(gateway.process.pid) - before) * 1024 / STREAMS
    used = compare.cpu_seconds(gateway.process.pid)
    time.sleep(REST)
    used = (compare.cpu_seconds(gateway.process.pid) - used) / REST
    compare.request(f"{gateway.base}/api/v0/tools/disable?entity=plain__tool_0", {})
    told = time.monotonic()
    until(streams, b"notifications/tools/list_changed")
    told = time.monotonic() - told
    ended = time.monotonic()
    gateway.stop()
    ended = time.monotonic() - ended
    print(f"{name:28} {STREAMS:6} {memory:10.1f} {used * 100:9.1f} % {told * 1000:9.0f} ms {ended * 1000:9.0f} ms", flush=True)
    for stream in streams:
        stream.close()
    upstream.terminate()
    upstream.wait()


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with compare.workplace() as (folder, started):
        print(f"{'':28} {'count':>6} {'KB each':>10} {'CPU idle':>11} {'all told':>12} {'shutdown':>12}")
        measure("session and GET stream", legacy, b"\r\n\r\n", folder, started)
        measure("subscriptions listen", modern, b"subscriptions/acknowledged", folder, started)
        measure("HTTP+SSE", sse, b"protocolVersion", folder, started)


if __name__ == "__main__":
    main()
