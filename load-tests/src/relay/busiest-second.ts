/** How many things happened within any one second. */

/** The most of these moments (milliseconds, in any order) that lie within a second of each other. */
export function busiestSecond(moments: readonly number[]): number {
  const sorted = moments.toSorted((one, other) => one - other);
  let [most, from] = [0, 0];
  for (const [index, moment] of sorted.entries()) {
    while ((sorted[from] ?? moment) <= moment - 1_000) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}
