"""Options, fixtures and helpers of the conformance suite. Black box: HTTP only, no import of any server."""
import io
import json
import os
import pathlib
import random
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone

import httpx
import pytest
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
JOB_KEYS = ["job_id", "status", "result_url", "error", "created_at", "updated_at", "prompt"]
LIST_KEYS = ["job_id", "status", "result_url", "prompt", "created_at"]
PAGE_ITEM_KEYS = ["job_id", "status", "result_url", "created_at", "updated_at"]
TERMINAL = ("done", "error")
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")


def pytest_addoption(parser):
    g = parser.getgroup("conformance")
    g.addoption("--base-url", default="http://127.0.0.1:8000", help="the server under test")
    g.addoption("--fal-control", default="http://127.0.0.1:9000",
                help="the fake fal server; started here when nothing answers there")
    g.addoption("--fal-key", default="conformance-key", help="FAL_API_KEY of the server under test")
    g.addoption("--fal-model", default="fal-ai/bytedance/seedream/v4/edit", help="FAL_MODEL of the server under test")
    g.addoption("--poll-interval", type=float, default=0.05, help="POLL_INTERVAL of the server under test")
    g.addoption("--poll-max-wait", type=float, default=2, help="POLL_MAX_WAIT of the server under test")
    g.addoption("--fal-timeout", type=float, default=5, help="FAL_TIMEOUT of the server under test")
    g.addoption("--job-timeout", type=float, default=20, help="seconds a job may take to reach done or error")
    g.addoption("--server-cmd", default=os.environ.get("CONFORMANCE_SERVER_CMD", ""),
                help="command that starts one more server; {port} and {dir} (an empty work folder) are filled in")


def pytest_runtest_setup(item):
    if item.get_closest_marker("needs_server_cmd") and not item.config.getoption("--server-cmd"):
        pytest.skip("needs --server-cmd")


# ------------------------------------------------------------------ Dart, as the Flutter client reads it
DART_DATE = re.compile(
    r"^([+-]?\d{4,6})-?(\d\d)-?(\d\d)(?:[ T](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?"
    r"( ?[zZ]| ?([-+])(\d\d)(?::?(\d\d))?)?)?$"
)


def dart_datetime(text):
    """What Dart's DateTime.parse makes of it, as an aware UTC time; a time without a zone is read as UTC here
    (Dart reads it as local time of the browser). Raises ValueError where Dart throws FormatException."""
    assert isinstance(text, str), f"a timestamp is a string: {text!r}"
    m = DART_DATE.match(text)
    if not m:
        raise ValueError(f"Dart's DateTime.parse refuses {text!r}")
    y, mo, d, h, mi, s, frac, zone, sign, zh, zm = m.groups()
    out = datetime(int(y), int(mo), int(d), int(h or 0), int(mi or 0), int(s or 0),
                   int(((frac or "0") + "000000")[:6]), tzinfo=timezone.utc)
    if sign:
        out -= (1 if sign == "+" else -1) * timedelta(hours=int(zh), minutes=int(zm or 0))
    return out


def dart_multipart(fields, field, filename, data):
    """The body that package:http's MultipartRequest sends: lower-case part headers, file part as
    application/octet-stream, a 70 character boundary, raw UTF-8 file names, %22 for a quote."""
    chars = "+_-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    boundary = "dart-http-boundary-"
    boundary += "".join(random.choice(chars) for _ in range(70 - len(boundary)))

    def enc(s):
        return re.sub(r"\r\n|\r|\n", "%0D%0A", s).replace('"', "%22")

    out = io.BytesIO()
    for k, v in fields.items():
        head = f'content-disposition: form-data; name="{enc(k)}"'
        if not v.isascii():
            head += "\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-transfer-encoding: binary"
        out.write(f"--{boundary}\r\n{head}\r\n\r\n{v}\r\n".encode())
    head = f'content-type: application/octet-stream\r\ncontent-disposition: form-data; name="{enc(field)}"'
    head += f'; filename="{enc(filename)}"'
    out.write(f"--{boundary}\r\n{head}\r\n\r\n".encode() + data + b"\r\n")
    out.write(f"--{boundary}--\r\n".encode())
    return out.getvalue(), f"multipart/form-data; boundary={boundary}"


# ------------------------------------------------------------------ images
def image(fmt="PNG", size=(32, 24), colour=(10, 20, 200), noise=False):
    """A small picture; with noise it does not compress, so width * height * 3 is about its size."""
    if noise:
        im = Image.frombytes("RGB", size, random.Random(5).randbytes(size[0] * size[1] * 3))
    else:
        im = Image.new("RGB", size, colour)
    out = io.BytesIO()
    im.save(out, fmt, **({"quality": 95} if fmt == "JPEG" else {}))
    return out.getvalue()


PNG = image("PNG")
JPEG = image("JPEG")


# ------------------------------------------------------------------ checks of shapes
def is_json(r):
    ctype = r.headers.get("content-type", "")
    kind, _, rest = ctype.partition(";")
    assert kind.strip().lower() == "application/json", f"content-type {ctype!r} on {r.request.url}"
    assert "charset" not in rest.lower() or "utf-8" in rest.lower(), ctype
    return json.loads(r.content.decode("utf-8"))


def detail(r, status, text=None):
    """An error answer: that status, and {"detail": ...}."""
    assert r.status_code == status, f"{r.status_code} {r.text[:300]}"
    body = is_json(r)
    assert "detail" in body, body
    if text is not None:
        assert body["detail"] == text
    return body["detail"]


def check_job(j):
    assert isinstance(j, dict), j
    for k in JOB_KEYS:
        assert k in j, f"{k} is missing in {j}"
    assert isinstance(j["job_id"], str) and j["job_id"]
    assert j["status"] in ("processing", "done", "error"), j["status"]
    assert j["result_url"] is None or isinstance(j["result_url"], str)
    assert j["error"] is None or isinstance(j["error"], str)
    assert isinstance(j["prompt"], str)
    dart_datetime(j["created_at"])
    dart_datetime(j["updated_at"])
    if j["status"] == "done":
        assert j["result_url"] and not j["error"], j
    if j["status"] == "error":
        assert j["error"] and not j["result_url"], j
    if j["status"] == "processing":
        assert not j["result_url"] and not j["error"], j
    return j


def check_list_item(j):
    for k in LIST_KEYS:
        assert k in j, f"{k} is missing in {j}"
    assert isinstance(j["job_id"], str) and isinstance(j["prompt"], str)
    assert j["status"] in ("processing", "done", "error")
    assert j["result_url"] is None or isinstance(j["result_url"], str)
    dart_datetime(j["created_at"])
    return j


# ------------------------------------------------------------------ the client
class Api:
    """Thin sugar over httpx for one server."""

    def __init__(self, base_url, job_timeout=20.0):
        self.base_url = base_url.rstrip("/")
        self.job_timeout = job_timeout
        self.http = httpx.Client(base_url=self.base_url, timeout=60, trust_env=False)

    def close(self):
        self.http.close()

    def post(self, prompt, data=None, filename="photo.png", ctype="image/png", **kw):
        return self.http.post("/api/jobs", data={"prompt": prompt},
                              files={"image": (filename, PNG if data is None else data, ctype)}, **kw)

    def create(self, prompt, data=None, filename="photo.png", ctype="image/png"):
        r = self.post(prompt, data, filename, ctype)
        assert r.status_code == 200, f"{r.status_code} {r.text[:300]}"
        return check_job(is_json(r))

    def raw(self, body, ctype):
        return self.http.post("/api/jobs", content=body, headers={"content-type": ctype})

    def job(self, job_id):
        r = self.http.get(f"/api/jobs/{job_id}")
        assert r.status_code == 200, f"{r.status_code} {r.text[:300]}"
        return check_job(is_json(r))

    def wait(self, job_id, timeout=None):
        end = time.monotonic() + (timeout or self.job_timeout)
        while True:
            j = self.job(job_id)
            if j["status"] in TERMINAL:
                return j
            assert time.monotonic() < end, f"still processing: {j}"
            time.sleep(0.03)

    def run(self, prompt, data=None, filename="photo.png", ctype="image/png"):
        return self.wait(self.create(prompt, data, filename, ctype)["job_id"])

    def list(self):
        r = self.http.get("/api/jobs")
        assert r.status_code == 200, r.text[:300]
        items = is_json(r)
        assert isinstance(items, list)
        return items

    def result(self, job):
        r = self.http.get(job["result_url"])
        assert r.status_code == 200, f"{r.status_code} {r.text[:200]}"
        return r


class Fal:
    """The control side of the fake fal server."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        self.http = httpx.Client(base_url=self.url, timeout=60, trust_env=False)

    def up(self):
        try:
            return self.http.get("/_health", timeout=2).json().get("ok") is True
        except (httpx.HTTPError, ValueError):
            return False

    def seen(self, tag, role=None):
        rs = self.http.get("/_seen", params={"tag": tag}).json()["requests"]
        return [r for r in rs if role is None or r["role"] == role]

    def stats(self):
        return self.http.get("/_stats").json()


def headers_of(record):
    return {k.lower(): v for k, v in record["headers"]}


# ------------------------------------------------------------------ servers of our own
def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A server started by --server-cmd in a folder of its own; only that process group is ever signalled."""

    def __init__(self, cmd, folder, env, job_timeout):
        self.cmd, self.dir, self.env = cmd, folder, env
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.job_timeout = job_timeout
        self.proc = self.api = None

    def start(self, timeout=30):
        args = [a.replace("{port}", str(self.port)).replace("{dir}", str(self.dir)) for a in shlex.split(self.cmd)]
        self.log = open(self.dir / "server.log", "ab")
        self.proc = subprocess.Popen(args, cwd=self.dir, env={**self.env, "PORT": str(self.port)}, stdout=self.log,
                                     stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        self.api = Api(self.base_url, self.job_timeout)
        end = time.monotonic() + timeout
        while True:
            try:
                if self.api.http.get("/health", timeout=2).status_code == 200:
                    return self
            except httpx.HTTPError:
                pass
            assert self.proc.poll() is None, "the server ended: " + self.tail()
            assert time.monotonic() < end, "the server does not answer /health: " + self.tail()
            time.sleep(0.05)

    def tail(self):
        return (self.dir / "server.log").read_text(errors="replace")[-2000:]

    def stop(self, how=signal.SIGTERM, timeout=15):
        if self.api:
            self.api.close()
        if self.proc and self.proc.poll() is None:
            os.killpg(self.proc.pid, how)
            try:
                self.proc.wait(timeout)
            except subprocess.TimeoutExpired:
                os.killpg(self.proc.pid, signal.SIGKILL)
                self.proc.wait()
        if self.proc:
            self.log.close()

    def kill(self):
        self.stop(signal.SIGKILL)


# ------------------------------------------------------------------ fixtures
@pytest.fixture(scope="session")
def opt(request):
    return lambda name: request.config.getoption("--" + name)


@pytest.fixture(scope="session")
def fal(opt):
    f = Fal(opt("fal-control"))
    proc = None
    if not f.up():
        port = httpx.URL(f.url).port
        proc = subprocess.Popen([sys.executable, str(HERE / "fake_fal.py"), "--port", str(port), "--quiet"])
        end = time.monotonic() + 10
        while not f.up():
            assert time.monotonic() < end and proc.poll() is None, f"no fake fal server at {f.url}"
            time.sleep(0.05)
    yield f
    if proc:
        proc.terminate()
        proc.wait()


@pytest.fixture(scope="session")
def api(opt, fal):
    a = Api(opt("base-url"), opt("job-timeout"))
    try:
        a.http.get("/health", timeout=10)
    except httpx.HTTPError as e:
        pytest.exit(f"no server at {a.base_url}: {e}", returncode=3)
    yield a
    a.close()


@pytest.fixture
def tag():
    """A word of its own for each test, put into its prompts to find them again at the fake fal server."""
    return "tag" + secrets.token_hex(6)


@pytest.fixture
def spawn(opt, fal):
    """spawn(NAME=VALUE, ...) starts one more server with those environment variables; None takes one away."""
    started = []
    folders = []

    def start(**env):
        folder = tempfile.TemporaryDirectory(prefix="conformance-")
        folders.append(folder)
        path = pathlib.Path(folder.name)
        full = {k: v for k, v in os.environ.items()
                if not re.match(r"(FAL|S3|POLL|AWS)_|(DATABASE_URL|STORAGE_BACKEND|ALLOWED_ORIGIN|TZ|PORT$)", k)}
        full.update(FAL_API_KEY=opt("fal-key"), FAL_ENDPOINT=fal.url, FAL_MODEL=opt("fal-model"),
                    FAL_TIMEOUT=f"{opt('fal-timeout'):g}", POLL_INTERVAL=f"{opt('poll-interval'):g}",
                    POLL_MAX_WAIT=f"{opt('poll-max-wait'):g}", DATABASE_URL=f"sqlite:///{path}/app.db", TZ="JST-9")
        for k, v in env.items():
            if v is None:
                full.pop(k, None)
            else:
                full[k] = v
        s = Server(opt("server-cmd"), path, full, opt("job-timeout"))
        started.append(s)
        return s.start()

    yield start
    for s in started:
        s.kill()
    for f in folders:
        f.cleanup()
