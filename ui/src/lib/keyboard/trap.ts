/** Tab stays inside: behind a panel one would not see where one is. */
export function trapTab(panel: HTMLElement | undefined, event: KeyboardEvent) {
  if (event.key !== "Tab") return;
  const stops = [...(panel?.querySelectorAll<HTMLElement>("button:not([disabled], [tabindex='-1'])") ?? [])];
  const [end, start] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  if (document.activeElement !== end) return;
  event.preventDefault();
  start?.focus();
}
