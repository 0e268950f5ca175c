import { Button, Stack } from '@mantine/core';
import { act } from '../api/act';
import { api, fetchApi, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { TextMember, type Part } from '../forms/MemberInputs';
import { openForm } from '../forms/openForm';
import { DataTable, type Column } from '../parts/DataTable';
import { when } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { ResourceActions, versioned } from '../resources/ResourceActions';

type Window = Schemas['MaintenanceWindowResource'];

const ADDRESS = '/api/load-testing/maintenance-windows';
const AN_HOUR_MS = 3_600_000;

const COLUMNS: Column<Window>[] = [
  { header: 'Name', cell: (w) => w.name },
  { header: 'From', cell: (w) => when(w.starts_at) },
  { header: 'To', cell: (w) => when(w.ends_at) },
  { header: 'Environment', cell: (w) => w.environment ?? 'any' },
  { header: 'Do', cell: (w) => <ResourceActions name={w.name} onRemove={() => void act(fetchApi.DELETE('/api/load-testing/maintenance-windows/{id}', versioned(w)), `${w.name} is over.`, ADDRESS)} /> },
];

/** When nobody is told of alerts. */
export function MaintenanceTab() {
  const mayWrite = useMay('engineer');
  const windows = api.useQuery('get', ADDRESS, { params: { query: { limit: 200 } } });
  const make = () => openForm({
    title: 'New maintenance window', fields,
    first: { starts_at: new Date().toISOString(), ends_at: new Date(Date.now() + AN_HOUR_MS).toISOString() },
    send: (written) => act(fetchApi.POST(ADDRESS, { body: written as never }), 'The window is stored.', ADDRESS),
  });
  return (
    <Stack>
      {mayWrite && <div><Button onClick={make}>New maintenance window</Button></div>}
      <QueryView query={windows} what="the maintenance windows">
        {(answer) => answer.windows.length === 0 ? <Empty title="No maintenance windows">While one is open, breaches are kept as suppressed alerts and nobody is told.</Empty> : <DataTable caption="Maintenance windows" columns={COLUMNS} rows={answer.windows} rowKey={(w) => w.id} />}
      </QueryView>
    </Stack>
  );
}

function fields(part: Part) {
  return (
    <>
      <TextMember part={part} name="name" label="Name" />
      <TextMember part={part} name="starts_at" label="From" description="With its zone, such as 2030-01-31T12:00:00Z" />
      <TextMember part={part} name="ends_at" label="To" />
      <TextMember part={part} name="environment" label="Environment" description="Nothing for any" />
    </>
  );
}
