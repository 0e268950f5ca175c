import { Button } from '@mantine/core';
import { act } from '../api/act';
import { api, fetchApi, type Schemas } from '../api/client';
import { DataTable, type Column } from '../parts/DataTable';
import { count, when } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { StatusBadge } from '../parts/StatusBadge';

type Failed = Schemas['FailedMessage'];

const ADDRESS = '/api/load-testing/errors';

const COLUMNS: Column<Failed>[] = [
  { header: 'Failed', cell: (e) => when(e.failed_at) },
  { header: 'Queue', cell: (e) => e.queue },
  { header: 'Message', cell: (e) => e.message_type ?? 'unknown' },
  { header: 'Why', cell: (e) => e.reason },
  { header: 'Tried', cell: (e) => count(e.attempts), isNumber: true },
  { header: 'Status', cell: (e) => <StatusBadge word={e.status} /> },
  { header: 'Do', cell: (e) => (e.status === 'failed' ? <ReplayButton of={e} /> : null) },
];

/** What no subscriber took and no service could handle. */
export function UndeliveredTab() {
  const errors = api.useQuery('get', ADDRESS, { params: { query: { limit: 100 } } });
  return (
    <QueryView query={errors} what="the undelivered messages">
      {(answer) => answer.errors.length === 0 ? <Empty title="Nothing was left undelivered" /> : <DataTable caption="Undelivered messages, newest first" columns={COLUMNS} rows={answer.errors} rowKey={(e) => e.id} />}
    </QueryView>
  );
}

function ReplayButton({ of }: { of: Failed }) {
  const replay = () => void act(fetchApi.POST('/api/load-testing/errors/{id}/replay', { params: { path: { id: of.id } } }), 'It is sent once more.', ADDRESS);
  return <Button size="compact-xs" variant="default" aria-label={`Send again: the message of ${of.queue}`} onClick={replay}>Send again</Button>;
}
