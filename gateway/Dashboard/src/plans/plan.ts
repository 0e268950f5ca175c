import { durationText, secondsOf } from './duration';

/** A plan or a part of one, as it is written; the schema says what may be in it. */
export type Plan = Record<string, unknown>;

export type PlanPath = (string | number)[];

/** The path as the API names it in its refusals: scenario_config.scenarios[0].name */
export function pathText(path: PlanPath): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${part}` : part), '');
}

export function asPlan(value: unknown): Plan {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plan) : {};
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** The same with a member in place of what was there; undefined takes it out, and what is empty then, too. */
export function withMember(plan: Plan, name: string, value: unknown): Plan {
  const isGone = value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  if (isGone) return Object.fromEntries(Object.entries(plan).filter(([key]) => key !== name));
  return name in plan ? Object.fromEntries(Object.entries(plan).map(([key, before]) => [key, key === name ? value : before])) : { ...plan, [name]: value };
}

// What the platform adds to a plan that it keeps.
const KEPT_BESIDE = ['id', 'is_active', 'is_shipped', 'created_by', 'created_at', 'updated_at', 'version'];

/** The plan alone, without what the platform keeps beside it. */
export function planOf(stored: Plan, ...leftOut: string[]): Plan {
  return Object.fromEntries(Object.entries(stored).filter(([name, value]) => !KEPT_BESIDE.includes(name) && !leftOut.includes(name) && value !== null));
}

// Kept under the platform's own names, shown and written under those that people use.
const KEPT_DURATIONS = [['duration_minutes', 'duration'], ['ramp_up_duration_minutes', 'ramp_up'], ['ramp_down_duration_minutes', 'ramp_down']] as const;

/** A stored plan as a person writes one: `duration: 1m30s`, with the ramps where the load is described. */
export function asWritten(stored: Plan): Plan {
  return KEPT_DURATIONS.reduce<Plan>((plan, [kept, written]) => {
    const seconds = secondsOf(plan[kept]);
    if (seconds === null) return plan;
    const others = withMember(plan, kept, undefined);
    if (written === 'duration') return { ...others, duration: durationText(seconds) };
    return { ...others, load_pattern: { type: 'linear', ...asPlan(plan.load_pattern), [written]: durationText(seconds) } };
  }, stored);
}
