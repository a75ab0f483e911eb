/** The beginning of a text, for a name that is read out: nobody listens to a whole prompt at every step. */
export function beginning(text: string, most = 80): string {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}

/** A job's wish as a label. Programs may send an empty one; a label may not be empty. */
export const wish = (prompt: string) => (prompt.trim() ? prompt : "No prompt");
