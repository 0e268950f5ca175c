/** A line of a chart. Values are one for each x; null where nothing was measured. */
export type Series = {
  name: string;
  axis: 'left' | 'right';
  values: (number | null)[];
  format: (value: number | null | undefined) => string;
};

/** Something that happened at one x, drawn through the chart and listed under it. */
export type Mark = { at: number; label: string };

/** What a line did, in one sentence, for those who do not see it. */
export function summaryOf(series: Series): string {
  const known = series.values.filter((value): value is number => value !== null);
  if (known.length === 0) return `${series.name}: nothing measured`;
  const least = known.reduce((a, b) => Math.min(a, b));
  const most = known.reduce((a, b) => Math.max(a, b));
  return `${series.name}: ${series.format(least)} to ${series.format(most)}, last ${series.format(known.at(-1))}`;
}

/** Where a value has neither a neighbour before nor one after it: no line shows it, so it needs a dot. */
export function lonelyOf(values: ArrayLike<number | null | undefined>): number[] {
  const isThere = (i: number) => (values[i] ?? null) !== null;
  return Array.from(values, (_, i) => i).filter((i) => isThere(i) && !isThere(i - 1) && !isThere(i + 1));
}
