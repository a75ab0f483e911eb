// Which elements can have a role, for looking things up as a screen reader does.

/** Elements that can have a role without saying so. `[role=…]` is added to each. */
const MARKUP = {
  alert: "",
  alertdialog: "",
  button: "button, summary, input[type=button], input[type=submit]",
  checkbox: "input[type=checkbox]",
  combobox: "select, input[list]",
  dialog: "dialog",
  gridcell: "",
  group: "fieldset",
  heading: "h1, h2, h3, h4",
  img: "img, svg",
  link: "a[href]",
  listitem: "li",
  option: "option",
  progressbar: "progress",
  radio: "input[type=radio]",
  slider: "input[type=range]",
  status: "output",
  switch: "",
  tab: "",
  textbox:
    "textarea, input:not([type]), input[type=text], input[type=password], input[type=search], [contenteditable=true]",
  treeitem: "",
};

/** A selector for all elements that may have this role; their names are computed by the engine. */
export function elementsOf(role) {
  if (!(role in MARKUP)) throw new Error(`roles.mjs does not know the role ${role}`);
  return [MARKUP[role], `[role=${role}]`].filter(Boolean).join(", ");
}
