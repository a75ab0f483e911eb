// What a page can make a browser send to another origin. Each try is run in the page and tells what the page got to know, if anything.

/**
 * @typedef {object} Try
 * @property {string} name
 * @property {string} method
 * @property {string} path on Overpaint
 * @property {(page: import("playwright-core").Page, url: string) => Promise<unknown>} run
 */

/** An upload that would be taken from anybody who may upload. */
export const UPLOAD = `
  const picture = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4UWEDRAwQCgArzgXx0HrtWgAAAABJRU5ErkJggg==";
  const file = new File([Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0))], "photo.png", { type: "image/png" });
  const form = new FormData();
  form.set("prompt", "make it expensive");
  form.set("image", file);
`;

/** Code that fetches `url` and answers what it could read. */
export const send = (method, more = "") => `fetch(url, { method: "${method}"${more} }).then((answer) => answer.text())`;

/** Run text as code of the page. An error or an empty answer is nothing learnt. */
export const code = (body) => (page, url) =>
  page.evaluate(
    `(async (url) => { ${body} })(${JSON.stringify(url)}).then((told) => told || undefined, () => undefined)`,
  );

/** An element that loads the address; the page learns whether it could. */
export const element = (tag, attribute, more = {}) =>
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
export const form = (target) =>
  code(`
    ${UPLOAD}
    const element = Object.assign(document.createElement("form"), {
      action: url, method: "post", enctype: "multipart/form-data", target: "${target}",
    });
    const text = Object.assign(document.createElement("input"), { name: "prompt", value: "make it expensive" });
    const image = Object.assign(document.createElement("input"), { name: "image", type: "file" });
    const files = new DataTransfer();
    files.items.add(file);
    image.files = files.files;
    element.append(text, image);
    document.body.append(element, Object.assign(document.createElement("iframe"), { name: "frame" }));
    element.submit();
  `);

/** A frame that runs a script, and tells the page around it what that learnt. */
export const frame = (sandbox, script) =>
  code(`
    const frame = document.createElement("iframe");
    frame.sandbox = "${sandbox}";
    frame.srcdoc = '<script>const url = ' + JSON.stringify(url) + ';' + ${JSON.stringify(script)} + '<' + '/script>';
    const told = new Promise((resolve) => addEventListener("message", (message) => resolve(message.data), { once: true }));
    document.body.append(frame);
    return told;
  `);

export const told = (expression) => `
  (async () => ${expression})().then((text) => parent.postMessage(text, "*"), () => parent.postMessage(undefined, "*"));`;
