/* Times of a day in minutes, as the forms of schedules write them. */
export const DAY = 24 * 60;

export const clock = (total) => `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;

/* "8", "0800" and "8:00" are eight o'clock; null when it is no time. */
export function minutes(text) {
  const found = /^([01]?\d|2[0-4])(?::?([0-5]\d))?$/.exec(text.trim());
  const total = found ? Number(found[1]) * 60 + Number(found[2] ?? 0) : DAY + 1;
  return total <= DAY ? total : null;
}

/* Between which minutes `period` may lie without touching the others. */
export function limits(periods, period) {
  const others = periods.filter((other) => other !== period);
  const before = others.filter((other) => other.end <= period.start).map((other) => other.end);
  const after = others.filter((other) => other.start >= period.end && other.end > period.start).map((other) => other.start);
  return { from: Math.max(0, ...before), to: Math.min(DAY, ...after) };
}

/* A place for a new period of up to an hour: [start, end], or null. Working hours first. */
export function freeGap(periods) {
  const edges = [...periods.flatMap((period) => [[period.start, period.end]]), [DAY, DAY]].sort((a, b) => a[0] - b[0]);
  const gaps = [];
  let from = 0;
  for (const [start, end] of edges) {
    if (start > from) gaps.push([from, start]);
    from = Math.max(from, end);
  }
  const work = gaps.map(([start, end]) => [Math.max(start, 8 * 60), Math.min(end, 18 * 60)]).filter(([start, end]) => end - start >= 15);
  const best = work[0] ?? gaps.sort((a, b) => b[1] - b[0] - (a[1] - a[0]))[0];
  return best ? [best[0], Math.min(best[1], best[0] + 60)] : null;
}
