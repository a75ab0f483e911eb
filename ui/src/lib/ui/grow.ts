import type { Attachment } from "svelte/attachments";

/**
 * Keeps a textarea as high as its text, also when it gets narrower and its lines break anew. `field-sizing` would do it, but the
 * window's engine lacks it. The text is an argument so that what is set from elsewhere is heard of, too.
 */
export function grow(_text: string): Attachment<HTMLTextAreaElement> {
  return (box) => {
    fit(box);
    let width = box.clientWidth;
    // The height is our own doing: hearing of it would never end.
    const narrowed = new ResizeObserver(() => {
      if (box.clientWidth === width) return;
      width = box.clientWidth;
      fit(box);
    });
    narrowed.observe(box);
    return () => narrowed.disconnect();
  };
}

function fit(box: HTMLTextAreaElement) {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}
