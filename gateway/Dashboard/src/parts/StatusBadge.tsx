import type { Tone } from './format';
import { words } from './format';

// One colour for one meaning, whatever the word is: of executions, verdicts, alerts, severities, validations and comparisons.
const TONES: Record<string, Tone> = {
  passed: 'good', held: 'good', confirmed: 'good', completed: 'good', resolved: 'good', improved: 'good', improvement: 'good', within_variance: 'good', live: 'good', active: 'bad',
  failed: 'bad', broke: 'bad', critical: 'bad', high: 'bad', regression: 'bad', degrading: 'bad',
  invalid: 'warn', not_confirmed: 'warn', inconclusive: 'warn', warning: 'warn', paused: 'warn', medium: 'warn', acknowledged: 'warn', lost: 'warn',
  running: 'info', scheduled: 'info', low: 'info',
};

/** A word in the colour of its meaning; the word alone says it, too. */
export function StatusBadge({ word, label, tone }: { word: string; label?: string; tone?: Tone }) {
  return (
    <span className="badge" data-tone={tone ?? TONES[word] ?? 'quiet'}>
      {label ?? words(word)}
    </span>
  );
}
