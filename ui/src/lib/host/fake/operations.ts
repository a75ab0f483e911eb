import type { Answer, Operation, Request } from "$lib/api/call";
import { Failure } from "$lib/api/call";
import type { Added, Draft, Job, KeySource, LocalApi, Settings, Status, Version } from "$lib/api/generated";
import type { FakeHost } from "./fake-host";
import { modelAnswers } from "./model-answers";
import { play } from "./play";
import { problems } from "./problems";

export type Operations = { [O in Operation]: (request: Request<O>) => Answer<O> | Promise<Answer<O>> };

const none: Added = { versions: [], refused: [] };

/** What a fake core answers. State that only answers need lives here. */
export function operations(fake: FakeHost): Operations {
  const { memory } = fake;
  let settings: Settings = {
    ...{ model: "demo", theme: "system", work_at_once: 4, wait_at_once: 64, day_cap: 5, month_cap: null, fixed: [] },
    ...{ keep_payloads: true, upload_lifetime: "day", send_metadata: false },
  };
  let api: LocalApi = { on: false, url: null, port: 8000, token_required: false, problem: null, fixed: [] };
  let draft: Draft = { prompt: "", version_id: null, references: [] };
  const keys = new Map<string, string>();

  const status = (): Status => ({
    ...{ version: "0.1.0", library: "/home/ada/.local/share/overpaint", key: fake.key, fal_host: "queue.fal.run" },
    log_file: "/home/ada/.local/state/overpaint/overpaint.log",
    empty: memory.versions.size === 0,
    active: [...memory.jobs.values()].filter((job) => job.progress !== null).length,
  });
  const job = (id: string): Job => {
    const found = memory.jobs.get(id);
    if (!found) throw new Failure({ ...problems.network, code: "not_found", title: "This edit is gone", next: null });
    return found;
  };
  const added = (versions: Version[]): Added => ({ ...none, versions });
  const start = (queued: Job): Job => {
    play(
      memory,
      fake.painter,
      queued.id,
      (moved) => fake.announce({ type: "job", job: moved }),
      () => undefined,
    );
    return queued;
  };
  const setKey = (source: KeySource) => {
    fake.key = source;
    fake.announce({ type: "settings" });
    return status();
  };

  const setApi = (change: Partial<LocalApi>): LocalApi => {
    api = { ...api, ...change };
    let port = api.port;
    while (fake.takenPorts.includes(port)) port += 1;
    api = { ...api, url: api.on && !api.problem ? `http://127.0.0.1:${port}` : null };
    fake.announce({ type: "settings" });
    return api;
  };

  return {
    get_status: status,
    ...modelAnswers(fake, () => settings),
    add_pictures: ({ paths }) => fake.take(paths),
    paste_picture: () => {
      throw new Failure(problems.emptyClipboard);
    },
    add_sample: () => added([fake.addOriginal(fake.names[0] ?? "sample.png")]),
    submit_edit: (wish) => {
      const known = keys.get(wish.idempotency_key);
      if (known) return job(known);
      const queued = memory.addJob(memory.version(wish.version_id), {
        ...{ prompt: wish.prompt, model: wish.model, parameters: wish.parameters ?? {} },
        reference_ids: wish.references ?? [],
      });
      keys.set(wish.idempotency_key, queued.id);
      fake.catalogue.used.set(wish.model, memory.time());
      return start(memory.move(queued, "queued", {}));
    },
    get_job: ({ id }) => job(id),
    cancel_job: ({ id }) => memory.move(job(id), "cancelled"),
    retry_job: ({ id }) => start(memory.move(job(id), "queued", {})),
    look_again: ({ id }) => memory.move({ ...job(id), looking: true }, "unconfirmed", null, problems.looking),
    list_active: () =>
      [...memory.jobs.values()]
        .filter((one) => !memory.deleted.has(one.id) && !/done|cancelled/.test(one.state))
        .reverse(),
    list_items: ({ after, limit }) => {
      const all = memory.items();
      const from = after === null ? 0 : all.findIndex((item) => item.id === after) + 1;
      const items = all.slice(from, from + limit);
      return { items, next: from + limit < all.length ? (items.at(-1)?.id ?? null) : null, total: all.length };
    },
    delete_items: ({ ids }) => fake.trash(() => ids.forEach((id) => memory.deleted.add(id))),
    restore_items: ({ ids }) => fake.trash(() => ids.forEach((id) => memory.deleted.delete(id))),
    get_version: ({ id }) => memory.version(id),
    get_history: ({ id }) => {
      const root = memory.version(id).root_id;
      if (memory.deleted.has(root)) throw new Failure({ ...problems.network, code: "not_found", title: "Deleted" });
      const versions = [...memory.versions.values()].filter((version) => version.root_id === root);
      const alive = versions.filter((version) => !memory.deleted.has(version.job_id ?? ""));
      const jobs = [...memory.jobs.values()].filter((one) => one.root_id === root && one.state !== "done");
      return { versions: alive, jobs: jobs.filter((one) => !memory.deleted.has(one.id)) };
    },
    suggest_name: ({ id }) => {
      const { name, prompt } = memory.version(id);
      return `${name.replace(/\.\w+$/, "")} ${prompt?.split(" ").slice(0, 2).join(" ") ?? "copy"}.png`;
    },
    save_version: () => null,
    copy_version: () => null,
    reveal_version: () => null,
    reveal_library: () => null,
    reveal_log: () => null,
    get_settings: () => settings,
    change_settings: (change) => {
      const cap = (wished: number | undefined, old: number | null) => (wished === undefined ? old : wished || null);
      const caps = {
        day_cap: cap(change.day_cap, settings.day_cap),
        month_cap: cap(change.month_cap, settings.month_cap),
      };
      return (settings = { ...settings, ...change, ...caps });
    },
    set_key: ({ allow_file }) => {
      if (!fake.hasKeychain && !allow_file) throw new Failure(problems.noKeychain);
      return setKey(allow_file ? "file" : "keychain");
    },
    remove_key: () => setKey("none"),
    test_key: () => fake.keyTest,
    get_api: () => api,
    set_api: setApi,
    make_api_token: () => ({
      token: "5f1d0c6e9b27a4830e6d91c2b7f8a3554c09e1b6d2f7a8c3905b4e61d7f2a813",
      api: setApi({ token_required: true }),
    }),
    remove_api_token: () => setApi({ token_required: false }),
    open_api_description: () => null,
    get_draft: () => draft,
    set_draft: (kept) => {
      draft = kept;
      return null;
    },
    take_opened: () => none,
    open_external: ({ page }) => {
      fake.opened.push(page);
      return null;
    },
    quit: () => null,
  };
}
