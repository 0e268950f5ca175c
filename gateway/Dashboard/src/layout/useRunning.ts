import { api, type Execution } from '../api/client';

const EVERY_MS = 5_000;

/** The execution that goes on now, if one does. */
export function useRunning(): Execution | undefined {
  const ask = { refetchInterval: EVERY_MS } as const;
  const running = api.useQuery('get', '/api/load-testing/executions', { params: { query: { status: 'running', limit: 1 } } }, ask);
  const paused = api.useQuery('get', '/api/load-testing/executions', { params: { query: { status: 'paused', limit: 1 } } }, ask);
  const scheduled = api.useQuery('get', '/api/load-testing/executions', { params: { query: { status: 'scheduled', limit: 1 } } }, ask);
  return running.data?.executions[0] ?? paused.data?.executions[0] ?? scheduled.data?.executions[0];
}
