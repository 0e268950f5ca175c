import { describe, expect, it } from 'vitest';
import type { Second } from '../api/client';
import { withSeconds } from './seconds';

const seconds = (...offsets: number[]) => offsets.map((timestamp_offset) => ({ timestamp_offset }) as Second);
const offsetsOf = (all: readonly Second[]) => all.map((second) => second.timestamp_offset);

describe('the seconds of a live run', () => {
  it('are in order and each there once after a replay from the beginning', () => {
    expect(offsetsOf(withSeconds(seconds(0, 1, 2), seconds(0, 1, 2, 3, 4)))).toEqual([0, 1, 2, 3, 4]);
  });

  it('close a gap when what was missed comes', () => {
    expect(offsetsOf(withSeconds(seconds(0, 1, 5), seconds(2, 3, 4)))).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
