import type { Schemas } from '../api/client';
import { words } from '../parts/format';
import type { Mark } from './series';

export type RunEvent = { type: string; at: string; by: string | null; data: Record<string, unknown> };
type PhaseSpan = Schemas['PhasePerformance'];

/**
 * What happened to a run, at the second of the run at which it did. The instant of a changed load is by the schedule's clock, which
 * stands still in a pause.
 */
export function marksOf(events: readonly RunEvent[], startedAt: string | null | undefined): Mark[] {
  const startedMs = startedAt ? Date.parse(startedAt) : NaN;
  if (Number.isNaN(startedMs)) return [];
  const marks: Mark[] = [];
  let pausedAtMs = 0;
  let pausedMs = 0;
  for (const event of events) {
    const atMs = Date.parse(event.at);
    const at = (atMs - startedMs) / 1000;
    const by = event.by ? ` by ${event.by}` : '';
    switch (event.type) {
      case 'execution_paused':
        pausedAtMs = atMs;
        marks.push({ at, label: `paused${by}` });
        break;
      case 'execution_resumed':
        pausedMs += atMs - pausedAtMs;
        marks.push({ at, label: `resumed${by}` });
        break;
      case 'load_changed':
        marks.push({ at: Number(event.data.from_seconds) + pausedMs / 1000, label: `${changeOf(event.data)}${by}` });
        break;
      case 'stop_requested':
      case 'shard_lost':
      case 'shard_moved':
        marks.push({ at, label: `${words(event.type)}${by}` });
        break;
    }
  }
  return marks;
}

/** Where each phase begins. */
export function marksOfPhases(phases: readonly PhaseSpan[]): Mark[] {
  return phases.map((phase) => ({ at: phase.first_second, label: `phase ${phase.phase} begins` }));
}

function changeOf(data: Record<string, unknown>): string {
  if (typeof data.skipped_phase === 'string') return `phase ${data.skipped_phase} skipped`;
  return typeof data.users === 'number' ? `changed to ${data.users} users` : `changed to ${String(data.rate)} arrivals/s`;
}
