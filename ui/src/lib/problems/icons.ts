import CreditCard from "@lucide/svelte/icons/credit-card";
import ImagePlus from "@lucide/svelte/icons/image-plus";
import KeyRound from "@lucide/svelte/icons/key-round";
import Pencil from "@lucide/svelte/icons/pencil";
import RotateCw from "@lucide/svelte/icons/rotate-cw";
import ScrollText from "@lucide/svelte/icons/scroll-text";
import type { NextStep } from "$lib/api/generated";

/** Next steps where there is no room for words. */
export const nextStepIcon: Record<NextStep, typeof Pencil> = {
  retry: RotateCw,
  edit_prompt: Pencil,
  open_key_settings: KeyRound,
  open_fal_billing: CreditCard,
  show_log: ScrollText,
  choose_picture: ImagePlus,
};
