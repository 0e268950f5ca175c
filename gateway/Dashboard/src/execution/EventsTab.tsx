import { Code } from '@mantine/core';
import { api } from '../api/client';
import type { RunEvent } from '../charts/marks';
import { DataTable, type Column } from '../parts/DataTable';
import { sentence } from '../parts/format';
import { QueryView } from '../parts/QueryView';

const COLUMNS: Column<RunEvent>[] = [
  { header: 'When', cell: (e) => new Date(e.at).toLocaleTimeString('en-GB', { hour12: false }) + `.${String(new Date(e.at).getMilliseconds()).padStart(3, '0')}` },
  { header: 'What', cell: (e) => sentence(e.type) },
  { header: 'Who', cell: (e) => e.by ?? '–' },
  { header: 'Said', cell: (e) => <Code className="said">{saidBy(e.data)}</Code> },
];

export function EventsTab({ id }: { id: string }) {
  const events = api.useQuery('get', '/api/load-testing/executions/{id}/events', { params: { path: { id } } });
  return (
    <QueryView query={events} what="the events">
      {(answer) => <DataTable caption="What happened, in order" columns={COLUMNS} rows={answer.events} rowKey={(_, i) => String(i)} />}
    </QueryView>
  );
}

const LONGEST = 160;

function saidBy(data: Record<string, unknown>): string {
  const text = Object.entries(data).filter(([name]) => name !== 'at').map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
