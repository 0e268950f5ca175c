import { expect, it } from 'vitest';
import { marksOf } from './marks';

const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1) + seconds * 1000).toISOString();

it('marks a changed load where it was in the run, pauses before it included', () => {
  const events = [
    { type: 'execution_paused', at: at(10), by: 'ada', data: {} },
    { type: 'execution_resumed', at: at(15), by: 'ada', data: {} },
    { type: 'load_changed', at: at(20), by: 'ada', data: { from_seconds: 16, users: 5 } },
    { type: 'shard_finished', at: at(30), by: null, data: {} },
  ];
  expect(marksOf(events, at(0))).toEqual([
    { at: 10, label: 'paused by ada' },
    { at: 15, label: 'resumed by ada' },
    { at: 21, label: 'changed to 5 users by ada' },
  ]);
});
