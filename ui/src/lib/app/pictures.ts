import { asProblem } from "$lib/api/call";
import type { Version } from "$lib/api/generated";
import type { Target } from "$lib/intake/intake.svelte";
import { added } from "$lib/references/order";
import { PictureNames } from "$lib/references/names.svelte";
import type { Source } from "$lib/references/source";
import type { App } from "./app.svelte";

/** How many recent pictures the small Library shows. */
const RECENT = 60;

/** Where references and picture parameters come from. */
export function sourceOf(app: App): Source {
  const names = new PictureNames(app.call);
  return {
    pictureUrl: app.host.pictureUrl.bind(app.host),
    name: (id) => names.of(id),
    files: app.intake.chosen,
    paste: app.intake.pasted,
    library: (picking) => (app.layout.picking = picking),
  };
}

/** The pictures of the newest items, newest first. */
export async function recentPictures(app: App): Promise<Version[]> {
  const { items } = await app.call("list_items", { after: null, limit: RECENT });
  return items.map((item) => item.version).filter((version) => version !== null);
}

/** Takes references and picture parameters away that were deleted: core refuses an edit with one of them. */
export async function dropGone({ call, references, parameters }: App) {
  // A version in the trash can still be read; the history it belongs to no longer has it.
  const isGone = (id: string) =>
    call("get_history", { id }).then(
      ({ versions }) => !versions.some((version) => version.id === id),
      (thrown) => asProblem(thrown).code === "not_found",
    );
  const ids = added(references.list, parameters.pictures);
  const answers = await Promise.all(ids.map(isGone));
  const gone = ids.filter((_id, at) => answers[at]);
  for (const id of gone) references.remove(id);
  if (gone.length > 0) parameters.dropPictures(gone);
}

/** Pastes the picture on the clipboard as a reference; where the model takes none, that is said and the picture is in the Library. */
export async function pasteReference(app: App) {
  if (app.wish.room === 0) return void app.toasts.say("reference", "This model takes one picture only.");
  app.references.add(await app.intake.pasted());
}

/** Places for dropped files beside the Library: as a reference, and into each picture parameter of the form. */
export function dropTargets(app: App): Target[] {
  const { wish, parameters, references, layout, studio } = app;
  if (layout.view !== "studio" || !studio.version) return [];
  const hint = "The model sees it beside the picture";
  const reference = { name: "Add as reference", hint, take: (ids: string[]) => references.add(ids) };
  const fields = (parameters.form?.fields ?? []).filter(({ kind }) => kind.kind === "image" || kind.kind === "images");
  const into = fields.slice(0, 2).map((field) => ({
    name: field.title,
    hint: "As this model's parameter",
    take: (ids: string[]) => parameters.addPictures(field, ids),
  }));
  return [...(wish.room === 0 ? [] : [reference]), ...into];
}
