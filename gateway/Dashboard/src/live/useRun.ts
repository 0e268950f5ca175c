import { useMemo } from 'react';
import { api, type Alert, type Execution, type Schemas, type Second } from '../api/client';
import { marksOf, marksOfPhases, type RunEvent } from '../charts/marks';
import type { Mark } from '../charts/series';
import { isOver } from './liveFeed';
import { useLiveRun } from './useLiveRun';

export type Run = {
  execution: Execution;
  progress: number;
  current: Schemas['CurrentMetrics'] | null;
  seconds: readonly Second[];
  marks: readonly Mark[];
  alerts: readonly Alert[];
  isLost: boolean;
};

export type Granularity = 'second' | '10s' | 'minute' | '5m';

const EVERY_MS = 1_000;
const NO_SECONDS: Second[] = [];
const NO_ALERTS: Alert[] = [];

/** Seconds for what fits a screen; a run of two hours by the minute. */
export function granularityOf(seconds: number): Granularity {
  return seconds <= 900 ? 'second' : seconds <= 3600 ? '10s' : 'minute';
}

/** How an execution stands, asked again while it goes on. */
export function useStatus(id: string | undefined) {
  return api.useQuery('get', '/api/load-testing/executions/{id}/status', { params: { path: { id: id ?? '' } } }, {
    enabled: id !== undefined,
    refetchInterval: (query) => (query.state.data && isOver(query.state.data.execution.status) ? false : EVERY_MS),
  });
}

/** A run with its time series: of one that goes on by the live feed, of one that is over by what is kept. */
export function useRun(id: string | undefined, wish?: Granularity) {
  const status = useStatus(id);
  const execution = status.data?.execution;
  const isGoingOn = execution !== undefined && !isOver(execution.status);
  const live = useLiveRun(isGoingOn ? id : undefined);
  const granularity = wish ?? granularityOf(execution?.duration_seconds ?? 0);
  const params = { params: { path: { id: id ?? '' } } };
  const kept = api.useQuery('get', '/api/load-testing/executions/{id}/metrics', { params: { ...params.params, query: { granularity } } }, {
    enabled: execution !== undefined && !isGoingOn && execution.started_at !== null,
  });
  const events = api.useQuery('get', '/api/load-testing/executions/{id}/events', params, { enabled: id !== undefined });
  const marks = useMemo(
    () => [...marksOfPhases(kept.data?.phases ?? []), ...marksOf((events.data?.events ?? []) as RunEvent[], execution?.started_at)].sort((a, b) => a.at - b.at),
    [events.data, execution?.started_at, kept.data],
  );
  const run: Run | undefined = status.data && {
    execution: status.data.execution,
    progress: status.data.progress,
    current: status.data.currentMetrics,
    seconds: (isGoingOn ? undefined : kept.data?.metrics) ?? live?.seconds ?? NO_SECONDS,
    marks,
    alerts: live?.alerts ?? NO_ALERTS,
    isLost: isGoingOn && live !== null && !live.isConnected,
  };
  return { ...status, data: run };
}
