"""GET /api/jobs, GET and DELETE /api/jobs/{id}, GET /api/jobs/{id}/download."""
import re

import pytest
from conformance_plugin import PNG, check_list_item, dart_datetime, detail, is_json


def test_get(api, tag):
    """README, API reference: `GET /api/jobs/{job_id}` -> `JobOut`, the same fields as the POST's answer."""
    made = api.create(tag)
    done = api.wait(made["job_id"])
    assert done["job_id"] == made["job_id"] and done["created_at"] == made["created_at"]
    assert done["status"] == "done" and done["error"] is None and done["prompt"] == tag


def test_get_unknown(api):
    """The original: 404 `Job not found`; the client shows the body (api_client.dart, _decode)."""
    detail(api.http.get("/api/jobs/00000000-0000-4000-8000-000000000000"), 404, "Job not found")


@pytest.mark.parametrize("jid", ["nope", "%E2%9C%93", "%00", "a%20b", "'%20or%201=1--", "..."])
def test_get_odd_id(api, jid):
    """README, API reference: {job_id} is any text; one that is no job is a 404, never a 500."""
    detail(api.http.get("/api/jobs/" + jid), 404)


def test_get_percent_encoded(api, tag):
    """RFC 3986 by way of the README's route: an id with its dashes as %2D is the same id."""
    j = api.run(tag)
    r = api.http.get("/api/jobs/" + j["job_id"].replace("-", "%2D"))
    assert r.status_code == 200 and r.json()["job_id"] == j["job_id"]


def test_list(api, tag):
    """README, API reference: `GET /api/jobs` -> `[JobListItem...]`; lib/data/entity/job.dart names its fields."""
    j = api.run(tag)
    items = api.list()
    mine = [check_list_item(i) for i in items if i["job_id"] == j["job_id"]]
    assert len(mine) == 1
    for k in ("status", "result_url", "prompt", "created_at"):
        assert mine[0][k] == j[k]


def test_list_newest_first(api, tag):
    """README, Optional features / list: the newest job comes first (the client's sidebar relies on it)."""
    ids = [api.create(f"{tag} {n}")["job_id"] for n in range(4)]
    order = [i["job_id"] for i in api.list() if tag in i["prompt"]]
    assert order == ids[::-1]
    stamps = [dart_datetime(i["created_at"]) for i in api.list() if tag in i["prompt"]]
    assert stamps == sorted(stamps, reverse=True)
    for i in ids:
        api.wait(i)


def test_list_holds_errors_and_work(api, tag):
    """README, Job flow: processing, done and error jobs are all listed, with their status."""
    bad = api.run(f"[[500]] {tag}")
    busy = api.create(f"[[slow:1.5]] {tag}")
    now = {i["job_id"]: i for i in api.list() if tag in i["prompt"]}
    assert now[bad["job_id"]]["status"] == "error" and now[bad["job_id"]]["result_url"] is None
    assert now[busy["job_id"]]["status"] == "processing" and now[busy["job_id"]]["result_url"] is None
    api.wait(busy["job_id"])


def test_delete(api, tag):
    """README, API reference: `DELETE /api/jobs/{job_id}` -> `{ detail: "Job deleted" }`; then it is gone."""
    j = api.run(tag)
    r = api.http.delete("/api/jobs/" + j["job_id"])
    assert r.status_code == 200 and is_json(r)["detail"] == "Job deleted"
    detail(api.http.get("/api/jobs/" + j["job_id"]), 404, "Job not found")
    detail(api.http.get(f"/api/jobs/{j['job_id']}/download"), 404, "Job not found")
    detail(api.http.delete("/api/jobs/" + j["job_id"]), 404, "Job not found")
    assert j["job_id"] not in [i["job_id"] for i in api.list()]


def test_delete_cleans_up(api, tag):
    """README, Optional features: "Delete endpoint cleans up files"."""
    j = api.run(tag)
    other = api.run(tag)
    assert api.http.get(j["result_url"]).status_code == 200
    api.http.delete("/api/jobs/" + j["job_id"])
    assert api.http.get(j["result_url"]).status_code == 404
    assert api.http.get(other["result_url"]).status_code == 200


# README, Filesystem: "`uploads/` stores raw uploaded files". Which folder that is differs from server to server; of ours
# crates/http/tests/http/kept.rs shows it: an_upload_is_kept_byte_for_byte_until_its_job_is_deleted.


def test_delete_unknown(api):
    """README, API reference: as for GET, 404 `Job not found`."""
    detail(api.http.delete("/api/jobs/nope"), 404, "Job not found")


def test_delete_an_error(api, tag):
    """README, API reference: a job in status error can be deleted too (it has no result file)."""
    j = api.run(f"[[500]] {tag}")
    r = api.http.delete("/api/jobs/" + j["job_id"])
    assert r.status_code == 200 and is_json(r)["detail"] == "Job deleted"


def test_download(api, tag):
    """README, API reference: `GET /api/jobs/{job_id}/download` -> file download of the result."""
    j = api.run(tag)
    r = api.http.get(f"/api/jobs/{j['job_id']}/download")
    assert r.status_code == 200
    assert r.headers["content-type"] == "application/octet-stream"
    cd = r.headers["content-disposition"]
    assert cd.startswith("attachment")
    name = re.search(r'filename="([^"]+)"', cd)
    assert name and name.group(1) == j["result_url"].rsplit("/", 1)[-1]
    assert int(r.headers["content-length"]) == len(r.content)
    assert r.content == api.result(j).content


def test_download_range(api, tag):
    """README, Optional features: static file download; the original answers byte ranges on it."""
    j = api.run(tag)
    url = f"/api/jobs/{j['job_id']}/download"
    whole = api.http.get(url).content
    r = api.http.get(url, headers={"range": "bytes=2-9"})
    assert r.status_code == 206 and r.content == whole[2:10]
    assert r.headers["content-range"] == f"bytes 2-9/{len(whole)}"


def test_download_unknown(api):
    """README, API reference: as for GET, 404 `Job not found`."""
    detail(api.http.get("/api/jobs/nope/download"), 404, "Job not found")


def test_download_too_early(api, tag):
    """README, API reference: download of the result; before there is one the original says 400."""
    j = api.create(f"[[slow:1.5]] {tag}")
    detail(api.http.get(f"/api/jobs/{j['job_id']}/download"), 400, "Job has no result yet")
    api.wait(j["job_id"])


def test_download_of_an_error(api, tag):
    """README, Job flow 4: an error job has no result: 400."""
    j = api.run(f"[[500]] {tag}")
    detail(api.http.get(f"/api/jobs/{j['job_id']}/download"), 400, "Job has no result yet")


# README, API reference: download; with the file gone from static/ it is a 404, and the job can still be deleted. For a test
# that needs the server's folder: crates/http/tests/http/routes.rs, a_result_whose_file_is_lost_is_not_found.


@pytest.mark.framework
@pytest.mark.parametrize("path", ["/api/jobs/", "/health/"])
def test_trailing_slash(api, path):
    """FastAPI: a path with one slash too many is redirected (307, keeping the method) to the one without."""
    r = api.http.get(path)
    if r.status_code != 200:
        assert r.status_code in (307, 308)
        assert r.headers["location"].endswith(path.rstrip("/"))
    assert api.http.get(path, follow_redirects=True).status_code == 200


@pytest.mark.framework
def test_trailing_slash_post(api, tag):
    """FastAPI: as above, and a client that follows the 307 with its form makes the job."""
    r = api.http.post("/api/jobs/", data={"prompt": tag}, files={"image": ("a.png", PNG, "image/png")},
                      follow_redirects=True)
    assert r.status_code == 200 and r.json()["prompt"] == tag
    api.wait(r.json()["job_id"])
