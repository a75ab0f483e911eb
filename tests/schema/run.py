"""Asks the server everything that its own description (/openapi.json) allows, and much that it does not, and compares the
answers with that description: no server error, no status, content type or body that it does not name.

    python tests/schema/run.py --overpaint target/release/overpaint --simulated-fal target/release/simulated-fal --report out.xml

Schemathesis makes the requests, the same on every machine. It starts on a library with one finished job, so that lists are
not empty and an id of the list leads somewhere."""
import argparse
import io
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import httpx
from PIL import Image

KEY = "test-of-schema:key"
# Never ends, by design.
ENDLESS = ["/api/v1/events"]
# Of schemathesis' checks those that compare with the description. Whether odd input is refused is tested elsewhere: the
# original took a lot, and its routes are frozen.
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
# Seconds; two cores need about one minute.
PATIENCE = 600
# Variables of the tester's own that would change what the server does.
STRANGE = re.compile(r"(FAL|OVERPAINT|S3|POLL|AWS|SUBMIT|ALLOWED|XDG|DBUS|STORAGE|SCHEMATHESIS)_|(DATABASE_URL|PORT|HOST)$|.*_proxy$", re.I)


def main():
    args = arguments()
    with tempfile.TemporaryDirectory(prefix="overpaint-schema-") as folder:
        folder = pathlib.Path(folder)
        env = environment(folder)
        fal, said = start([args.simulated_fal, "--key", KEY], "simulated fal on ", folder, env)
        server = None
        try:
            # So generous that a refusal of the many is not all that is seen.
            env.update(FAL_API_KEY=KEY, FAL_SERVICE=said, POLL_INTERVAL="0.05", SUBMIT_BURST="100000", SUBMIT_RATE="100000")
            serve = [args.overpaint, "serve", "--port", "0", "--library", folder / "library"]
            server, url = start(serve, "ready ", folder, env)
            describes_itself(url)
            make_a_job(url)
            return ask_everything(url, args, folder, env)
        finally:
            stop(server)
            stop(fal)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--overpaint", type=os.path.abspath, required=True)
    parser.add_argument("--simulated-fal", type=os.path.abspath, required=True)
    parser.add_argument("--report", type=os.path.abspath, required=True, help="JUnit XML, one test for each operation")
    parser.add_argument("--max-examples", default="30", help="requests of a kind for each operation")
    return parser.parse_args()


def environment(folder):
    env = {name: value for name, value in os.environ.items() if not STRANGE.match(name)}
    home = str(folder / "home")
    env.update(HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, XDG_STATE_HOME=home, XDG_CACHE_HOME=home,
               DBUS_SESSION_BUS_ADDRESS="disabled:")
    return env


def start(command, ready, folder, env):
    """Starts a program; answers it and the rest of the line that begins with `ready`."""
    program = subprocess.Popen([str(word) for word in command], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, text=True)
    for line in program.stdout:
        if line.startswith(ready):
            return program, line.removeprefix(ready).strip()
    sys.exit(f"{command[0]} ended before it was ready")


def stop(program):
    if program:
        program.send_signal(signal.SIGTERM)
        program.stdout.close()
        try:
            program.wait(20)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def describes_itself(url):
    answer = httpx.get(f"{url}/openapi.json")
    if answer.status_code != 200 or "paths" not in answer.json():
        sys.exit(f"the server does not describe itself: /openapi.json is {answer.status_code} {answer.text[:200]}")
    missing = [path for path in ENDLESS if path not in answer.json()["paths"]]
    if missing:
        sys.exit(f"left out here, but not in the description: {missing}")


def make_a_job(url):
    picture = io.BytesIO()
    Image.new("RGB", (32, 24), (10, 20, 200)).save(picture, "PNG")
    made = httpx.post(f"{url}/api/jobs", data={"prompt": "make it dusk"}, files={"image": ("a.png", picture.getvalue())})
    end = time.monotonic() + 60
    while (job := httpx.get(f"{url}/api/jobs/{made.json()['job_id']}").json())["status"] == "processing":
        if time.monotonic() > end:
            sys.exit(f"the job never ended: {job}")
        time.sleep(0.05)
    if job["status"] != "done":
        sys.exit(f"the job failed: {job}")


def ask_everything(url, args, folder, env):
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "--checks", ",".join(CHECKS),
               "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", args.max_examples,
               "--generation-deterministic", "--request-timeout", "20",
               "--continue-on-failure", "--report", "junit", "--report-junit-path", args.report, "--no-color"]
    for path in ENDLESS:
        command += ["--exclude-path", path]
    try:
        return subprocess.run(command, cwd=folder, env=env, timeout=PATIENCE, check=False).returncode
    except subprocess.TimeoutExpired:
        sys.exit(f"not finished after {PATIENCE} s")


if __name__ == "__main__":
    sys.exit(main())
