import { useEffect, useState } from 'react';
import { refresh, type Alert, type Second } from '../api/client';
import { listen, type RunState } from './liveFeed';
import { withAlert, withSeconds } from './seconds';

export type LiveRun = { id: string; seconds: Second[]; alerts: Alert[]; state: RunState | null; isConnected: boolean };

const nothingOf = (id: string): LiveRun => ({ id, seconds: [], alerts: [], state: null, isConnected: false });

/** A run as it goes on; null when there is none to look at. */
export function useLiveRun(id: string | undefined): LiveRun | null {
  const [run, setRun] = useState<LiveRun | null>(null);

  useEffect(() => {
    if (!id) return;
    // A replay brings thousands of seconds at once: they are put on the screen together, with the next frame.
    let unseen: Second[] = [];
    let frame = 0;
    const change = (how: (run: LiveRun) => LiveRun) => setRun((before) => how(before?.id === id ? before : nothingOf(id)));
    const show = () => {
      const heard = unseen;
      [unseen, frame] = [[], 0];
      change((before) => ({ ...before, seconds: withSeconds(before.seconds, heard) }));
    };
    const end = listen(id, {
      second: (second) => {
        unseen.push(second);
        frame ||= window.setTimeout(show, 50);
      },
      state: (state) => {
        change((before) => ({ ...before, state }));
        void refresh('/api/load-testing/executions', '/api/load-testing/executions/{id}/status', '/api/load-testing/executions/{id}/events');
      },
      alert: (alert) => {
        change((before) => ({ ...before, alerts: withAlert(before.alerts, alert) }));
        void refresh('/api/load-testing/alerts');
      },
      connection: (isConnected) => change((before) => ({ ...before, isConnected })),
    });
    return () => {
      window.clearTimeout(frame);
      end();
    };
  }, [id]);

  return run?.id === id ? run : null;
}
