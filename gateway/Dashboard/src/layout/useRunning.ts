import { useQuery } from '@tanstack/react-query';
import { fetchApi, type Execution } from '../api/client';

const EVERY_MS = 5_000;
const ADDRESS = '/api/load-testing/executions';

// One after the other, and the first once more: a run that is resumed or begins between two questions is found by the last.
const GOING_ON = ['running', 'paused', 'scheduled', 'running'] as const;

async function find(): Promise<Execution | null> {
  for (const status of GOING_ON) {
    const { data, error } = await fetchApi.GET(ADDRESS, { params: { query: { status, limit: 1 } } });
    if (error) throw error as unknown;
    if (data.executions[0]) return data.executions[0];
  }
  return null;
}

/** The execution that goes on now, if one does. */
export function useRunning(): Execution | undefined {
  return useQuery({ queryKey: ['get', ADDRESS, 'going on'], queryFn: find, refetchInterval: EVERY_MS }).data ?? undefined;
}
