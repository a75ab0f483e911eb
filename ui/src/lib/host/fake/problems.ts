import type { Problem } from "$lib/api/generated";

const plain: Problem = {
  ...{ code: "", status: 400, title: "", detail: "", retryable: false, charged: "no", next: null, request_id: null },
};

/** Problems as core words them, for scenes and tests. */
export const problems = {
  policy: {
    ...plain,
    ...{ code: "policy_blocked", status: 422, title: "Blocked by fal's content policy", next: "edit_prompt" },
    detail: "The prompt or the picture was refused by the model's safety check. Change the prompt.",
    request_id: "01a0c7e2-5b1d-7f30-9c44-2f8be1a7d350",
  },
  locked: {
    ...plain,
    ...{ code: "account_locked", status: 403, title: "Your fal account is locked", next: "open_fal_billing" },
    ...{ detail: "fal says the balance is exhausted. Top up, then try again.", retryable: true },
  },
  network: {
    ...plain,
    ...{ code: "provider_unreachable", status: 503, title: "fal could not be reached", next: "retry", retryable: true },
    detail: "The connection failed before anything was sent. Check the network and try again.",
  },
  unconfirmed: {
    ...plain,
    ...{
      code: "submit_unclear",
      status: 502,
      title: "We can't tell whether fal ran this",
      charged: "maybe",
      next: "retry",
    },
    detail: "The connection broke after the request was sent. Look at your fal dashboard before you run it again.",
  },
  looking: {
    ...plain,
    ...{ code: "submit_unclear", status: 502, title: "Looking for it at fal", charged: "maybe" },
    detail: "The connection broke after the request was sent. Overpaint looks in fal's list for it.",
  },
  badKey: {
    ...plain,
    ...{ code: "key_refused", status: 401, title: "fal does not know this key", next: "open_key_settings" },
    retryable: true,
    detail: "Copy the key again from fal's dashboard.",
  },
  dayCap: {
    ...plain,
    ...{ code: "cap_reached", status: 402, title: "Your cap is reached", next: "open_spending" },
    detail: "$0.12 of $0.10 was spent today; this edit may cost $0.03.",
  },
  tooLarge: {
    ...plain,
    ...{ code: "picture_over_limit", status: 413, title: "The picture is too large for this model" },
    detail: "Seedream 4 takes up to 4096 × 4096; this one is 6000 × 4000.",
  },
  badParameter: {
    ...plain,
    ...{ code: "parameter_invalid", status: 422, title: "A parameter does not fit" },
    detail: "`num_images` must be at most 6.",
  },
  noList: {
    ...plain,
    ...{ code: "provider_unreachable", status: 503, title: "fal could not be reached", retryable: true },
    detail: "The list is as it was read before.",
  },
  noKeychain: {
    ...plain,
    ...{ code: "keychain_unavailable", status: 503, title: "This computer has no keychain" },
    detail: "The key was not stored.",
  },
  notAPicture: {
    ...plain,
    ...{ code: "not_a_picture", status: 415, title: "Not a picture", next: "choose_picture" },
    detail: "The file is plain text. Overpaint opens PNG, JPEG, WebP, GIF, TIFF and BMP.",
  },
  heic: {
    ...plain,
    ...{ code: "unsupported_format", status: 415, title: "HEIC cannot be opened", next: "choose_picture" },
    detail: "This is a HEIC picture. Export it as JPEG or PNG first.",
  },
  emptyClipboard: {
    ...plain,
    ...{ code: "clipboard_empty", status: 422, title: "No picture on the clipboard", next: "choose_picture" },
    detail: "Copy a picture or a picture file first, then paste again.",
  },
} satisfies Record<string, Problem>;
