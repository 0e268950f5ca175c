// Numbers and times as people read them; the same everywhere.

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const ONE = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const TWO = new Intl.NumberFormat('en', { maximumFractionDigits: 2, signDisplay: 'negative' });

export const NOTHING = '–';

export function count(value: number | null | undefined): string {
  return value == null ? NOTHING : WHOLE.format(value);
}

export function milliseconds(value: number | null | undefined): string {
  return value == null ? NOTHING : `${(value < 10 ? TWO : value < 1000 ? ONE : WHOLE).format(value)} ms`;
}

export function percent(value: number | null | undefined): string {
  return value == null ? NOTHING : `${TWO.format(value)} %`;
}

export function perSecond(value: number | null | undefined): string {
  return value == null ? NOTHING : `${ONE.format(value)}/s`;
}

export function bytes(value: number | null | undefined): string {
  if (value == null) return NOTHING;
  const power = Math.min(4, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  return `${ONE.format(value / 1024 ** power)} ${['B', 'KB', 'MB', 'GB', 'TB'][power] ?? 'B'}`;
}

/** Seconds as 1:05 or 2:00:00. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

export function when(at: string | null | undefined): string {
  return at ? new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' }) : NOTHING;
}

/** Wire names as words: p95_response_time → p95 response time. */
export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

export function sentence(name: string): string {
  const text = words(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Any figure of a metric in the unit of its name. */
export function figure(metric: string, value: number | null | undefined): string {
  if (value == null) return NOTHING;
  if (metric.includes('error_rate') || metric.includes('cpu') || metric.includes('ratio') || metric.includes('failure_rate')) return percent(value);
  if (metric.includes('response_time')) return milliseconds(value);
  if (metric.includes('memory')) return bytes(value);
  return metric.includes('throughput') ? perSecond(value) : TWO.format(value);
}

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'quiet';

/** Green below 1 %, amber from there, red from 5 %. */
export function toneOfErrorRate(rate: number): Tone {
  return rate < 1 ? 'good' : rate < 5 ? 'warn' : 'bad';
}
