import type { Alert, Second } from '../api/client';

export type RunState = { status: string; reason: string | null; by: string | null; at: string; version: number };

export type Hearing = {
  second: (second: Second) => void;
  state: (state: RunState) => void;
  alert: (alert: Alert) => void;
  connection: (isLive: boolean) => void;
};

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;
const OVER = ['completed', 'failed', 'cancelled'];

export function isOver(status: string): boolean {
  return OVER.includes(status);
}

/**
 * Listens to a run until it is over. A connection that breaks is taken up again by the browser with the last second it saw; one
 * that was refused (the gateway restarts) by us, from the beginning, for only the browser can say where it was.
 * @returns What ends the listening.
 */
export function listen(id: string, hearing: Hearing): () => void {
  let source: EventSource | undefined;
  let timer: number | undefined;
  let waitMs = FIRST_WAIT_MS;
  let isEnded = false;

  const end = () => {
    isEnded = true;
    source?.close();
    window.clearTimeout(timer);
  };

  const open = () => {
    const feed = new EventSource(`/api/load-testing/executions/${id}/live`);
    source = feed;
    feed.onopen = () => {
      waitMs = FIRST_WAIT_MS;
      hearing.connection(true);
    };
    feed.onerror = () => {
      if (isEnded) return;
      hearing.connection(false);
      if (feed.readyState !== EventSource.CLOSED) return;
      timer = window.setTimeout(open, waitMs);
      waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    };
    feed.addEventListener('metrics', (e: MessageEvent<string>) => hearing.second(JSON.parse(e.data) as Second));
    feed.addEventListener('alert', (e: MessageEvent<string>) => hearing.alert(JSON.parse(e.data) as Alert));
    feed.addEventListener('state', (e: MessageEvent<string>) => {
      const state = JSON.parse(e.data) as RunState;
      if (isOver(state.status)) end();
      hearing.state(state);
    });
  };

  open();
  return end;
}
