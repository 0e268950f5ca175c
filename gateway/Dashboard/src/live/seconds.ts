import type { Alert, Second } from '../api/client';

/** Closed seconds in order, each once, whatever came twice or late. */
export function withSeconds(known: readonly Second[], heard: readonly Second[]): Second[] {
  const last = known.at(-1)?.timestamp_offset ?? -1;
  const isInOrder = heard.every((second, i) => second.timestamp_offset > (heard[i - 1]?.timestamp_offset ?? last));
  if (isInOrder) return [...known, ...heard];
  const byOffset = new Map([...known, ...heard].map((second) => [second.timestamp_offset, second]));
  return [...byOffset.values()].sort((a, b) => a.timestamp_offset - b.timestamp_offset);
}

/** Alerts as they stand now, in the order they were raised. */
export function withAlert(known: readonly Alert[], heard: Alert): Alert[] {
  const others = known.filter((alert) => alert.id !== heard.id);
  return [...others, heard].sort((a, b) => a.triggered_at.localeCompare(b.triggered_at));
}
