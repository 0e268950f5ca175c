const PARTS = /^\s*(?=[0-9.])(?:(\d+\.?\d*|\.\d+)h\s*)?(?:(\d+\.?\d*|\.\d+)m\s*)?(?:(\d+\.?\d*|\.\d+)s\s*)?(?:(\d+\.?\d*|\.\d+)ms\s*)?$/;
const SECONDS = [3600, 60, 1, 0.001];

/** Seconds of a duration as plans write it: minutes as a number, or a text such as 1m30s; null when it is neither. */
export function secondsOf(value: unknown): number | null {
  if (typeof value === 'number') return value * 60;
  const parts = typeof value === 'string' ? PARTS.exec(value) : null;
  if (!parts) return null;
  return SECONDS.reduce((sum, seconds, i) => sum + Number(parts[i + 1] ?? 0) * seconds, 0);
}

/** Seconds as plans write them in words: 90 → 1m30s. */
export function durationText(seconds: number): string {
  const ms = Math.round(seconds * 1000);
  const parts = [[Math.floor(ms / 3_600_000), 'h'], [Math.floor(ms / 60_000) % 60, 'm'], [(ms % 60_000) / 1000, 's']] as const;
  return parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount}${unit}`).join('') || '0s';
}

/** What was typed into a field, as plans write it: a bare number counts in minutes. */
export function durationTyped(text: string): string | number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
}
