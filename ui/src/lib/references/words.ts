/** Why some of the chosen references are not sent. */
export function beyondWords(room: number, beyond: number): string {
  const are = beyond === 1 ? "one is" : `${beyond} are`;
  if (room === 0) return `This model takes no references: ${beyond === 1 ? "1 is" : are} not sent.`;
  return `This model takes ${room} ${room === 1 ? "reference" : "references"}: the last ${are} not sent.`;
}
