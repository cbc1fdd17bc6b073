#!/usr/bin/env python3
"""Runs nginx and http_echo side by side, as plain responders and as reverse proxies of the same upstream, and prints
ratios: requests per second, and CPU time per request of the process under test (the steadier of the two).

usage: bench/http_compare.py [path of http_echo] [seconds per run] [connections...]
"""
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

ANSWER = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hello"}]}}'
BODY = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"time__now","arguments":{"zone":"Europe/Berlin"}}}'
WORKERS = os.cpu_count() or 2

NGINX = """
daemon off; worker_processes %(workers)d; error_log /dev/null; pid %(folder)s/%(name)s.pid;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 100000000; keepalive_timeout 75; client_body_temp_path %(folder)s/b;
  proxy_temp_path %(folder)s/p; fastcgi_temp_path %(folder)s/f; uwsgi_temp_path %(folder)s/u; scgi_temp_path %(folder)s/s;
  upstream up { server 127.0.0.1:%(upstream)d; keepalive 128; keepalive_requests 100000000; }
  server { listen 127.0.0.1:%(port)d reuseport; tcp_nodelay on; %(what)s }
}
"""
FIXED = "location / { default_type application/json; return 200 '%s'; }" % ANSWER
PROXY = 'location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; }'


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_nginx(folder, name, port, what, upstream=1):
    path = os.path.join(folder, name + ".conf")
    with open(path, "w") as f:
        f.write(NGINX % dict(workers=WORKERS, folder=folder, name=name, port=port, upstream=upstream, what=what))
    return subprocess.Popen(["nginx", "-c", path, "-p", folder], stderr=subprocess.DEVNULL)


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nobody listens on {port}")


def cpu_seconds(pid):
    """User and system time of a process and its children that still run."""
    pids, total = [pid], 0
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(entry) in pids or int(stat[1]) in pids:
                total += int(stat[11]) + int(stat[12])
    return total / os.sysconf("SC_CLK_TCK")


def measure(process, port, connections, seconds, script):
    before = cpu_seconds(process.pid)
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script,
                          f"http://127.0.0.1:{port}/mcp"], capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(process.pid) - before
    count = int(re.search(r"(\d+) requests in", out).group(1))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    p99 = re.search(r"99%\s+(\S+)", out).group(1)
    if re.search(r"Non-2xx|Socket errors", out):
        print(out)
    return rate, used / count * 1e6, p99


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "build/bench/bin/http_echo"
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    connection_counts = [int(a) for a in sys.argv[3:]] or [1, 16, 64]
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "post.lua")
        with open(script, "w") as f:
            f.write('wrk.method = "POST"\nwrk.body = [[%s]]\nwrk.headers["Content-Type"] = "application/json"\n' % BODY)
            f.write('wrk.headers["Accept"] = "application/json, text/event-stream"\n')
        upstream, fixed_nginx, fixed_ours, proxy_nginx, proxy_ours = (free_port() for _ in range(5))
        running = {
            "upstream": start_nginx(folder, "upstream", upstream, FIXED),
            "nginx fixed": start_nginx(folder, "fixed", fixed_nginx, FIXED),
            "nginx proxy": start_nginx(folder, "proxy", proxy_nginx, PROXY, upstream),
            "ours fixed": subprocess.Popen([program, str(fixed_ours), str(WORKERS)]),
            "ours proxy": subprocess.Popen([program, str(proxy_ours), str(WORKERS), f"http://127.0.0.1:{upstream}/mcp"]),
        }
        try:
            for port in (upstream, fixed_nginx, fixed_ours, proxy_nginx, proxy_ours):
                wait_for(port)
            print("what   conns   requests/s nginx   ours  ratio   CPU us/request nginx   ours  ratio   p99 nginx  ours")
            for what, theirs, ours in (("fixed", fixed_nginx, fixed_ours), ("proxy", proxy_nginx, proxy_ours)):
                for connections in connection_counts:
                    a = measure(running[f"nginx {what}"], theirs, connections, seconds, script)
                    b = measure(running[f"ours {what}"], ours, connections, seconds, script)
                    print(f"{what}  {connections:6}  {a[0]:17.0f} {b[0]:7.0f} {b[0] / a[0]:6.2f} {a[1]:22.2f} {b[1]:6.2f} "
                          f"{b[1] / a[1]:6.2f}   {a[2]:>9} {b[2]}")
        finally:
            for process in running.values():
                process.terminate()
            for process in running.values():
                process.wait()


main()
