const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds as people read them while they wait: `4.2 s`, `48 s`, `3 min 05 s`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / SECOND;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const rest = String(Math.floor(seconds % 60)).padStart(2, "0");
  return `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** How long ago, at a glance: `now`, `3 min`, `5 h`, `2 d`. */
export function age(since: string, now: number): string {
  const passed = now - Date.parse(since);
  if (!(passed >= MINUTE)) return "now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h`;
  return `${Math.floor(passed / DAY)} d`;
}

/** How long ago, in a sentence: `just now`, `3 minutes ago`, `5 hours ago`, `2 days ago`. */
export function ago(since: string, now: number): string {
  const passed = now - Date.parse(since);
  const [unit, name] = passed < HOUR ? [MINUTE, "minute"] : passed < DAY ? [HOUR, "hour"] : ([DAY, "day"] as const);
  const n = Math.floor(passed / unit);
  return passed < MINUTE ? "just now" : `${n} ${name}${n === 1 ? "" : "s"} ago`;
}

/** A moment's time to the second, to find it again in somebody else's list: `14:03:27`. */
export function clockTime(at: string): string {
  return new Date(at).toLocaleTimeString("en-GB");
}

/** A moment's time to the minute: `14:03`. */
export function minuteOf(at: string): string {
  return new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** The day a moment belongs to, where the user is: `2026-11-22`. Sorts and compares as text. */
export function dayOf(moment: string | number): string {
  const date = new Date(moment);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A day as a heading: `Today`, `Yesterday`, `18 November`, `18 November 2024`. */
export function dayName(day: string, now: number): string {
  if (day === dayOf(now)) return "Today";
  const before = new Date(now);
  before.setDate(before.getDate() - 1);
  if (day === dayOf(before.getTime())) return "Yesterday";
  const date = new Date(`${day}T12:00:00`);
  const thisYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", ...(thisYear ? {} : { year: "numeric" }) });
}

/** A moment in full but short: `today 14:03`, `18 November 14:03`. */
export function moment(at: string, now: number): string {
  const day = dayName(dayOf(at), now);
  return `${day === "Today" || day === "Yesterday" ? day.toLowerCase() : day} ${minuteOf(at)}`;
}
