import { describe, expect, it } from 'vitest';
import { loadShapeOf } from './loadShape';

const of = (plan: Record<string, unknown>) => {
  const shape = loadShapeOf(plan);
  return shape?.at.map((at, i) => [at, shape.level[i]]) ?? null;
};

describe('the shape of a load', () => {
  it('climbs, holds and falls when it is linear', () => {
    expect(of({ duration: '20s', max_virtual_users: 50, load_pattern: { type: 'linear', ramp_up: '4s', ramp_down: '2s' } })).toEqual([[0, 0], [4, 50], [18, 50], [20, 0]]);
  });

  it('takes the usual ramps when none are given', () => {
    expect(of({ duration: '100s', max_virtual_users: 10 })).toEqual([[0, 0], [30, 10], [90, 10], [100, 0]]);
  });

  it('jumps from a base load and back when it is a spike', () => {
    expect(of({ duration: '100s', max_virtual_users: 100, load_pattern: { type: 'spike', ramp_up: '5s', ramp_down: '5s', peak_duration_minutes: '30s' } }))
      .toEqual([[0, 20], [30, 20], [35, 100], [65, 100], [70, 20], [100, 20]]);
  });

  it('follows stages, phases and arrival rates', () => {
    expect(of({ load_pattern: { type: 'stages', stages: [{ duration: '30s', target: 20 }, { duration: 1, target: 0 }] } })).toEqual([[0, 0], [30, 20], [90, 0]]);
    expect(of({ phases: [{ name: 'a', target_users: 5, ramp_up: '2s', duration: '6s' }] })).toEqual([[0, 0], [2, 5], [6, 5]]);
    expect(of({ duration: '10s', load_pattern: { type: 'constant_arrival_rate', rate: 200 } })).toEqual([[0, 200], [10, 200]]);
  });

  it('is not there while what it needs is still being written', () => {
    expect(of({ duration: 'x' })).toBeNull();
    expect(of({ load_pattern: { type: 'stages', stages: [{ duration: '', target: 20 }] } })).toBeNull();
    expect(of({ duration: '5s', load_pattern: { type: 'linear', ramp_up: '4s', ramp_down: '2s' } })).toBeNull();
  });
});
