import { Button, SimpleGrid } from '@mantine/core';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { act } from '../api/act';
import { api, fetchApi, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { ChoiceMember, TextMember, type Part } from '../forms/MemberInputs';
import { openForm } from '../forms/openForm';
import { Page } from '../layout/Page';
import { BASE } from '../layout/places';
import { DataTable, type Column } from '../parts/DataTable';
import { when, words } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { planOf } from '../plans/plan';
import { ResourceActions, versioned } from '../resources/ResourceActions';

type Schedule = Schemas['ScheduleResource'];
type Named = { value: string; label: string };

const ADDRESS = '/api/load-testing/schedules';
const ONE = '/api/load-testing/schedules/{id}';
const choices = (...values: string[]): Named[] => values.map((value) => ({ value, label: words(value) }));

export function SchedulesPage() {
  const mayWrite = useMay('engineer');
  const schedules = api.useQuery('get', ADDRESS, { params: { query: { limit: 200 } } });
  const { data } = api.useQuery('get', '/api/load-testing/configurations', { params: { query: { limit: 200 } } });
  const configurations = useMemo(() => (data?.configurations ?? []).map((one) => ({ value: one.id, label: one.name })), [data]);
  const make = () => openForm({
    title: 'New schedule', first: { configuration_id: configurations[0]?.value, cron_expression: '0 2 * * 0', time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC' }, fields: fieldsFor(configurations),
    send: (written) => act(fetchApi.POST(ADDRESS, { body: written as never }), 'The schedule is stored.', ADDRESS),
  });
  return (
    <Page title="Schedules" actions={mayWrite && <Button onClick={make} disabled={configurations.length === 0}>New schedule</Button>}>
      <QueryView query={schedules} what="the schedules">
        {(answer) => answer.schedules.length === 0
          ? <Empty title="No schedules">A schedule runs a configuration by itself, such as each Sunday at two.</Empty>
          : <DataTable caption="Schedules, newest first" columns={columnsFor(configurations)} rows={answer.schedules} rowKey={(s) => s.id} />}
      </QueryView>
    </Page>
  );
}

function columnsFor(configurations: Named[]): Column<Schedule>[] {
  const nameOf = (s: Schedule) => configurations.find((one) => one.value === s.configuration_id)?.label ?? s.configuration_id;
  return [
    { header: 'Configuration', cell: (s) => <Link to={`${BASE}/configurations/${s.configuration_id}`}>{nameOf(s)}</Link> },
    { header: 'When', cell: (s) => s.cron_expression },
    { header: 'Time zone', cell: (s) => s.time_zone },
    { header: 'Next', cell: (s) => when(s.next_run_at) },
    { header: 'Last run', cell: (s) => (s.last_execution_id ? <Link to={`${BASE}/executions/${s.last_execution_id}`}>Its last run</Link> : 'none yet') },
    { header: 'Do', cell: (s) => <Actions schedule={s} name={`the schedule of ${nameOf(s)}`} configurations={configurations} /> },
  ];
}

function Actions({ schedule, name, configurations }: { schedule: Schedule; name: string; configurations: Named[] }) {
  const change = () => openForm({
    title: `Change ${name}`, first: planOf(schedule, 'next_run_at', 'last_execution_id'), fields: fieldsFor(configurations),
    send: (written) => act(fetchApi.PUT(ONE, { ...versioned(schedule), body: written as never }), 'The schedule is changed.', ADDRESS),
  });
  const runNow = () => void act(fetchApi.POST('/api/load-testing/schedules/{id}/run-now', { params: { path: { id: schedule.id }, header: { 'Idempotency-Key': crypto.randomUUID() } } }), 'It runs now.', ADDRESS, '/api/load-testing/executions');
  const remove = () => void act(fetchApi.DELETE(ONE, versioned(schedule)), 'The schedule is out of use.', ADDRESS);
  return (
    <ResourceActions name={name} onChange={change} onRemove={remove}>
      <Button size="compact-xs" variant="default" aria-label={`Run now: ${name}`} onClick={runNow}>Run now</Button>
    </ResourceActions>
  );
}

function fieldsFor(configurations: Named[]) {
  return (part: Part) => (
    <>
      <ChoiceMember part={part} name="configuration_id" label="Configuration" options={configurations} />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextMember part={part} name="cron_expression" label="When" description="Minute, hour, day, month, day of the week" />
        <TextMember part={part} name="time_zone" label="Time zone" description="Such as Europe/Berlin" />
        <ChoiceMember part={part} name="missed_runs" label="A missed run" options={choices('skip', 'run_once')} />
        <ChoiceMember part={part} name="overlapping_runs" label="While one goes on" options={choices('skip', 'queue', 'run_beside')} />
      </SimpleGrid>
    </>
  );
}
