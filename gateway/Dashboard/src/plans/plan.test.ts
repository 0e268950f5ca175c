import { expect, it } from 'vitest';
import { asWritten } from './plan';

it('shows the durations of a stored plan as people write them', () => {
  const stored = { name: 'a', duration_minutes: 1.516666667, ramp_up_duration_minutes: 0.083333333, ramp_down_duration_minutes: 0, load_pattern: { type: 'spike' } };

  expect(asWritten(stored)).toEqual({ name: 'a', duration: '1m31s', load_pattern: { type: 'spike', ramp_up: '5s', ramp_down: '0s' } });
});

it('leaves what is written so already', () => {
  expect(asWritten({ duration: '250ms', phases: [] })).toEqual({ duration: '250ms', phases: [] });
});
