import { secondsOf } from './duration';
import { asList, asPlan, asText, type Plan } from './plan';

export type LoadShape = { unit: 'users' | 'arrivals'; at: number[]; level: number[] };

type Leg = { seconds: number; to: number };

const DEFAULT_SECONDS = 600;

// The classic shapes, as minutes and percent of the peak; they are stretched to the run's duration.
const PRESETS: Record<string, [number, number][]> = {
  linear: [[2, 10], [5, 50], [10, 100], [5, 50], [2, 0]],
  spike: [[1, 10], [0.5, 100], [5, 100], [0.5, 10], [1, 0]],
};

/** The load over time as a plan asks for it; null as long as something is missing for it. */
export function loadShapeOf(plan: Plan): LoadShape | null {
  const phases = asList(plan.phases).map(asPlan);
  if (phases.length > 0) return shape('users', 0, legsOfPhases(phases));
  const pattern = asPlan(plan.load_pattern);
  const seconds = secondsOf(plan.duration ?? plan.duration_minutes ?? DEFAULT_SECONDS / 60);
  const users = typeof plan.max_virtual_users === 'number' ? plan.max_virtual_users : 100;
  if (seconds === null || seconds <= 0) return null;
  switch (pattern.type ?? 'linear') {
    case 'constant':
      return pattern.ramp_up ?? plan.ramp_up_duration_minutes ?? pattern.ramp_down ?? plan.ramp_down_duration_minutes ? hill(plan, pattern, seconds, users, 0) : level('users', users, seconds);
    case 'linear':
      return hill(plan, pattern, seconds, users, 1);
    case 'spike':
      return spike(plan, pattern, seconds, users);
    case 'step':
      return stairs(numberOf(pattern.steps, 5), seconds, users);
    case 'stages':
      return shape('users', 0, typeof pattern.preset === 'string' ? legsOfPreset(pattern, seconds) : legsOf(pattern.stages));
    case 'constant_arrival_rate':
      return level('arrivals', numberOf(pattern.rate, 0), seconds);
    case 'ramping_arrival_rate':
      return shape('arrivals', numberOf(pattern.start_rate, 0), legsOf(pattern.stages));
    case 'capacity_search':
      return null;
    default:
      return level('users', users, seconds);
  }
}

function numberOf(value: unknown, absent: number): number {
  return typeof value === 'number' ? value : absent;
}

function level(unit: LoadShape['unit'], height: number, seconds: number): LoadShape {
  return { unit, at: [0, seconds], level: [height, height] };
}

function shape(unit: LoadShape['unit'], start: number, legs: Leg[] | null): LoadShape | null {
  if (!legs || legs.length === 0) return null;
  const made: LoadShape = { unit, at: [0], level: [start] };
  for (const leg of legs) {
    made.at.push((made.at.at(-1) ?? 0) + leg.seconds);
    made.level.push(leg.to);
  }
  return made;
}

function rampsOf(plan: Plan, pattern: Plan, seconds: number, share: number): [number, number] {
  const up = secondsOf(pattern.ramp_up ?? plan.ramp_up_duration_minutes) ?? Math.min(300, seconds * 0.3 * share);
  const down = secondsOf(pattern.ramp_down ?? plan.ramp_down_duration_minutes) ?? Math.min(120, seconds * 0.1 * share);
  return [up, down];
}

function hill(plan: Plan, pattern: Plan, seconds: number, users: number, share: number): LoadShape | null {
  const [up, down] = rampsOf(plan, pattern, seconds, share);
  if (up + down > seconds) return null;
  return shape('users', 0, [{ seconds: up, to: users }, { seconds: seconds - up - down, to: users }, { seconds: down, to: 0 }]);
}

function spike(plan: Plan, pattern: Plan, seconds: number, users: number): LoadShape | null {
  const [up, down] = rampsOf(plan, pattern, seconds, 1);
  const low = (users * numberOf(pattern.base_load_percentage, 20)) / 100;
  const peak = secondsOf(pattern.peak_duration_minutes) ?? Math.min(300, seconds * 0.4);
  const quiet = seconds - up - peak - down;
  if (quiet < 0) return null;
  return shape('users', low, [{ seconds: quiet / 2, to: low }, { seconds: up, to: users }, { seconds: peak, to: users }, { seconds: down, to: low }, { seconds: quiet / 2, to: low }]);
}

function stairs(steps: number, seconds: number, users: number): LoadShape | null {
  if (steps < 1 || steps > 100) return null;
  const legs = Array.from({ length: steps }, (_, i) => [{ seconds: 0, to: (users * (i + 1)) / steps }, { seconds: seconds / steps, to: (users * (i + 1)) / steps }]);
  return shape('users', 0, legs.flat());
}

function legsOf(stages: unknown): Leg[] | null {
  const legs = asList(stages).map(asPlan).map((stage) => ({ seconds: secondsOf(stage.duration), to: stage.target }));
  return legs.every((leg): leg is Leg => leg.seconds !== null && typeof leg.to === 'number') ? legs : null;
}

function legsOfPreset(pattern: Plan, seconds: number): Leg[] | null {
  const legs = PRESETS[asText(pattern.preset)];
  if (!legs) return null;
  const stretch = seconds / legs.reduce((sum, [minutes]) => sum + minutes, 0);
  return legs.map(([minutes, share]) => ({ seconds: minutes * stretch, to: (numberOf(pattern.peak, 0) * share) / 100 }));
}

function legsOfPhases(phases: Plan[]): Leg[] | null {
  const legs: Leg[] = [];
  for (const phase of phases) {
    const [seconds, up, users] = [secondsOf(phase.duration), secondsOf(phase.ramp_up) ?? 0, phase.target_users];
    if (seconds === null || up > seconds || typeof users !== 'number') return null;
    legs.push({ seconds: up, to: users }, { seconds: seconds - up, to: users });
  }
  return legs;
}
