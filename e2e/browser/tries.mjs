// What a page can make a browser send to another origin. Each try is run in the page and tells what the page got to know, if anything.

/**
 * @typedef {object} Try
 * @property {string} name
 * @property {string} method
 * @property {string} path on Overpaint
 * @property {(page: import("playwright-core").Page, url: string) => Promise<unknown>} run
 */

/** A function of the page, called with the address; it may wait, and what it returns the page knows. */
const inPage = (act) => (page, url) => page.evaluate(act, url);

/** An upload that would be taken from anybody who may upload. */
const UPLOAD = `
  const picture = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4UWEDRAwQCgArzgXx0HrtWgAAAABJRU5ErkJggg==";
  const file = new File([Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0))], "photo.png", { type: "image/png" });
  const form = new FormData();
  form.set("prompt", "make it expensive");
  form.set("image", file);
`;

/** Code of the page that stays below `url`, as a string: a frame without an origin runs it too. */
const send = (method, more = "") => `fetch(url, { method: "${method}"${more} }).then((answer) => answer.text())`;

/** Run text as code of the page. An error or an empty answer is nothing learnt. */
const code = (body) => (page, url) =>
  page.evaluate(
    `(async (url) => { ${body} })(${JSON.stringify(url)}).then((told) => told || undefined, () => undefined)`,
  );

/** An element that loads the address; the page learns whether it could. */
const element = (tag, attribute, more = {}) =>
  code(`
    const element = Object.assign(document.createElement("${tag}"), ${JSON.stringify(more)});
    const settled = new Promise((resolve) => {
      element.addEventListener("load", () => resolve("loaded"));
      element.addEventListener("error", () => resolve(undefined));
    });
    element.${attribute} = url;
    document.body.append(element);
    return settled;
  `);

/** A form with an upload in it, sent by the browser itself. */
const form = (target) =>
  inPage(
    new Function(
      "url",
      `${UPLOAD}
      const element = Object.assign(document.createElement("form"), {
        action: url, method: "post", enctype: "multipart/form-data", target: ${JSON.stringify(target)},
      });
      const text = Object.assign(document.createElement("input"), { name: "prompt", value: "make it expensive" });
      const image = Object.assign(document.createElement("input"), { name: "image", type: "file" });
      const files = new DataTransfer();
      files.items.add(file);
      image.files = files.files;
      element.append(text, image);
      const frame = Object.assign(document.createElement("iframe"), { name: "frame" });
      document.body.append(element, frame);
      element.submit();`,
    ),
  );

const frame = (sandbox, script) =>
  code(`
    const frame = document.createElement("iframe");
    frame.sandbox = "${sandbox}";
    frame.srcdoc = '<script>const url = ' + JSON.stringify(url) + ';' + ${JSON.stringify(script)} + '<' + '/script>';
    const told = new Promise((resolve) => addEventListener("message", (message) => resolve(message.data), { once: true }));
    document.body.append(frame);
    return told;
  `);

const told = (expression) => `
  (async () => ${expression})().then((text) => parent.postMessage(text, "*"), () => parent.postMessage(undefined, "*"));`;

/** Tries to make a job: each would cost money. @type {Try[]} */
export const SPENDING = [
  {
    name: "fetch with a form",
    method: "POST",
    path: "/api/jobs",
    run: code(`${UPLOAD} return ${send("POST", ", body: form")}`),
  },
  {
    name: "fetch with a form that does not want to read the answer",
    method: "POST",
    path: "/api/jobs",
    run: code(
      `${UPLOAD} const answer = await fetch(url, { method: "POST", body: form, mode: "no-cors" });
       if (answer.type !== "opaque") return "not opaque"; return answer.text();`,
    ),
  },
  {
    name: "fetch without a referrer",
    method: "POST",
    path: "/api/jobs",
    run: code(`${UPLOAD} return ${send("POST", ', body: form, referrerPolicy: "no-referrer", mode: "no-cors"')}`),
  },
  { name: "a form whose answer fills a frame", method: "POST", path: "/api/jobs", run: form("frame") },
  { name: "a form whose answer opens a window", method: "POST", path: "/api/jobs", run: form("_blank") },
  {
    name: "a beacon",
    method: "POST",
    path: "/api/jobs",
    run: code(`${UPLOAD} navigator.sendBeacon(url, form);`),
  },
  {
    name: "a frame without an origin",
    method: "POST",
    path: "/api/jobs",
    run: frame("allow-scripts", `${UPLOAD}${told(send("POST", ", body: form"))}`),
  },
  {
    name: "JSON that calls itself text, to the routes of our own",
    method: "POST",
    path: "/api/v1/edits",
    run: code(
      `return fetch(url, { method: "POST", body: '{"prompt":"x"}', mode: "no-cors" }).then((it) => it.text());`,
    ),
  },
  {
    name: "JSON, which the browser asks about first",
    method: "OPTIONS",
    path: "/api/v1/edits",
    run: code(`return ${send("POST", `, body: "{}", headers: { "content-type": "application/json" }`)}`),
  },
];

/**
 * Tries to read or to change what is there.
 * @param {{ job_id: string, result_url: string }} job
 * @returns {Try[]}
 */
export function reading({ job_id, result_url }) {
  const one = `/api/jobs/${job_id}`;
  return [
    { name: "fetch of the list", method: "GET", path: "/api/jobs", run: code(`return ${send("GET")}`) },
    {
      name: "fetch of the list, unread",
      method: "GET",
      path: "/api/jobs",
      run: code(`return ${send("GET", ', mode: "no-cors"')}`),
    },
    { name: "fetch of a job", method: "GET", path: one, run: code(`return ${send("GET")}`) },
    {
      name: "fetch of a job without a referrer",
      method: "GET",
      path: one,
      run: code(`return ${send("GET", ', mode: "no-cors", referrerPolicy: "no-referrer"')}`),
    },
    { name: "fetch of a result", method: "GET", path: result_url, run: code(`return ${send("GET")}`) },
    { name: "a picture", method: "GET", path: result_url, run: element("img", "src") },
    {
      name: "a picture without a referrer",
      method: "GET",
      path: result_url,
      run: element("img", "src", { referrerPolicy: "no-referrer" }),
    },
    {
      name: "a picture whose referrer names the listed site in its path",
      method: "GET",
      path: result_url,
      run: code(`
        history.replaceState(null, "", "/http://app.example/" + location.port);
        const image = Object.assign(new Image(), { referrerPolicy: "unsafe-url", src: url });
        return image.decode().then(() => "loaded", () => undefined);`),
    },
    { name: "a script", method: "GET", path: result_url, run: element("script", "src") },
    { name: "the list as a script", method: "GET", path: "/api/jobs", run: element("script", "src") },
    { name: "a style sheet", method: "GET", path: result_url, run: element("link", "href", { rel: "stylesheet" }) },
    { name: "a film", method: "GET", path: result_url, run: element("video", "src") },
    {
      name: "events",
      method: "GET",
      path: "/api/v1/events",
      run: code(`
        const events = new EventSource(url);
        return new Promise((resolve) => {
          events.onopen = () => resolve("open");
          events.onerror = () => { events.close(); resolve(undefined); };
        });`),
    },
    {
      name: "a frame",
      method: "GET",
      path: one,
      run: code(`
        const frame = Object.assign(document.createElement("iframe"), { src: url });
        const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
        document.body.append(frame);
        await loaded;
        try { return frame.contentDocument?.body.innerText; } catch { return undefined; }`),
    },
    {
      name: "a frame without an origin",
      method: "GET",
      path: "/api/jobs",
      run: frame("allow-scripts", told(send("GET"))),
    },
    {
      name: "a window",
      method: "GET",
      path: "/api/jobs",
      run: code(`window.open(url);`),
    },
    {
      name: "a link that opens a window",
      method: "GET",
      path: "/api/jobs",
      run: code(`Object.assign(document.createElement("a"), { href: url, target: "_blank" }).click();`),
    },
    {
      name: "a link to a download",
      method: "GET",
      path: `${one}/download`,
      run: code(`Object.assign(document.createElement("a"), { href: url, target: "_blank", download: "" }).click();`),
    },
    { name: "a deletion", method: "OPTIONS", path: one, run: code(`return ${send("DELETE")}`) },
    {
      name: "running it again",
      method: "POST",
      path: `${one}/retry`,
      run: code(`return ${send("POST", ', mode: "no-cors"')}`),
    },
  ];
}
