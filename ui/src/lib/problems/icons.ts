import Ban from "@lucide/svelte/icons/ban";
import CircleAlert from "@lucide/svelte/icons/circle-alert";
import Clock from "@lucide/svelte/icons/clock";
import CreditCard from "@lucide/svelte/icons/credit-card";
import FileX from "@lucide/svelte/icons/file-x";
import Gauge from "@lucide/svelte/icons/gauge";
import HardDrive from "@lucide/svelte/icons/hard-drive";
import ImagePlus from "@lucide/svelte/icons/image-plus";
import ImageUpscale from "@lucide/svelte/icons/image-upscale";
import KeyRound from "@lucide/svelte/icons/key-round";
import Lock from "@lucide/svelte/icons/lock";
import Pencil from "@lucide/svelte/icons/pencil";
import RotateCw from "@lucide/svelte/icons/rotate-cw";
import ScrollText from "@lucide/svelte/icons/scroll-text";
import SlidersHorizontal from "@lucide/svelte/icons/sliders-horizontal";
import Wallet from "@lucide/svelte/icons/wallet";
import WifiOff from "@lucide/svelte/icons/wifi-off";
import type { NextStep } from "$lib/api/generated";

/** Next steps where there is no room for words. */
export const nextStepIcon: Record<NextStep, typeof Pencil> = {
  retry: RotateCw,
  edit_prompt: Pencil,
  open_key_settings: KeyRound,
  open_spending: Wallet,
  open_fal_billing: CreditCard,
  show_log: ScrollText,
  choose_picture: ImagePlus,
};

/** What kind of trouble it is, at a glance. The first that its code matches; a code nobody drew is just an alert. */
const kinds: [RegExp, typeof Pencil][] = [
  [/locked/, Lock],
  [/^key|scope|forbidden/, KeyRound],
  [/policy|black/, Ban],
  [/^cap_reached$/, Wallet],
  [/unreachable|network/, WifiOff],
  [/timeout/, Clock],
  [/rate|too_many|busy/, Gauge],
  [/disk/, HardDrive],
  [/too_large|over_limit/, ImageUpscale],
  [/parameter|value|invalid|model_refused/, SlidersHorizontal],
  [/picture|format|file/, FileX],
];

export const iconOf = (code: string) => kinds.find(([pattern]) => pattern.test(code))?.[1] ?? CircleAlert;
