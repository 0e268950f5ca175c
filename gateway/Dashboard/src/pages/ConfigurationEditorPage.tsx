import { Button, Title } from '@mantine/core';
import { useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { act } from '../api/act';
import { api, fetchApi, fieldsOf, statusOf, type Configuration, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { PlanForm } from '../forms/PlanForm';
import { Page } from '../layout/Page';
import { BASE } from '../layout/places';
import { DataTable, type Column } from '../parts/DataTable';
import { sentence, when } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { asWritten, planOf, type Plan } from '../plans/plan';
import { useCheck } from '../plans/useChecks';
import type { Faults } from '../plans/validation';

const CHANGED = ['/api/load-testing/configurations', '/api/load-testing/configurations/{id}', '/api/load-testing/configurations/{id}/history'] as const;
const CRUMBS = [{ label: 'Test Configurations', to: `${BASE}/configurations` }];

const HISTORY: Column<Schemas['HistoryAnswer']['events'][number]>[] = [
  { header: 'Version', cell: (e) => e.version, isNumber: true },
  { header: 'What', cell: (e) => sentence(e.type) },
  { header: 'When', cell: (e) => when(e.at) },
  { header: 'Who', cell: (e) => e.by },
];

const FIRST_PLAN: Plan = {
  name: '', test_type: 'load', duration: '1m', max_virtual_users: 10, load_pattern: { type: 'linear', ramp_up: '10s', ramp_down: '5s' },
  scenario_config: { think_time: '1s', scenarios: [{ name: 'look around', user_journey: [{ action: 'http', name: 'list products', method: 'GET', path: '/api/products?page=1', checks: [{ status: 200 }] }] }] },
  success_criteria: { max_p95_response_time: 500, max_error_rate: 1 },
};

/** A new configuration, a copy of one, or a change of one. */
export function ConfigurationEditorPage() {
  const { id } = useParams();
  const from = useSearchParams()[0].get('from') ?? undefined;
  const read = id ?? from;
  const stored = api.useQuery('get', '/api/load-testing/configurations/{id}', { params: { path: { id: read ?? '' } } }, { enabled: read !== undefined, staleTime: Infinity, gcTime: 0 });
  if (!read) return <Editor key="new" first={FIRST_PLAN} />;
  if (statusOf(stored.error) === 404) return <Page title="Configuration" crumbs={CRUMBS}><Empty title="There is no such configuration" /></Page>;
  if (!stored.data) return <Page title="Configuration" crumbs={CRUMBS}><QueryView query={stored} what="the configuration">{() => null}</QueryView></Page>;
  const { configuration } = stored.data;
  const plan = asWritten(planOf(configuration));
  return id ? <Editor key={`${id} ${configuration.version}`} first={plan} stored={configuration} /> : <Editor key={`copy of ${read}`} first={{ ...plan, name: `${configuration.name} copy` }} />;
}

function Editor({ first, stored }: { first: Plan; stored?: Configuration }) {
  const [plan, setPlan] = useState(first);
  const [refused, setRefused] = useState<Faults>({});
  const [isSaving, setIsSaving] = useState(false);
  const check = useCheck('plan');
  const mayWrite = useMay('engineer');
  const navigate = useNavigate();
  const found = check(plan);
  // Nobody is told that what they have not begun to write is not right.
  const faults = plan === FIRST_PLAN ? refused : { ...refused, ...found };
  const isFine = Object.keys(found).length === 0 && plan.name !== '';
  const change = (changed: Plan) => {
    setRefused({});
    setPlan(changed);
  };
  const save = async (): Promise<string | undefined> => {
    setIsSaving(true);
    const { data, error } = await act(send(plan, stored), `${String(plan.name)} is stored.`, ...CHANGED);
    setIsSaving(false);
    setRefused(fieldsOf(error));
    return data?.configuration.id;
  };
  const saveAndGo = async () => {
    if (await save()) await navigate(`${BASE}/configurations`);
  };
  const saveAndRun = async () => {
    const configurationId = await save();
    if (!configurationId) return;
    const params = { header: { 'Idempotency-Key': crypto.randomUUID() } };
    const { data } = await act(fetchApi.POST('/api/load-testing/execute', { params, body: { configurationId } }), 'The test is started.', '/api/load-testing/executions');
    await navigate(data ? `${BASE}/executions/${data.execution.id}` : `${BASE}/configurations/${configurationId}`);
  };
  return (
    <Page title={stored?.name ?? 'New configuration'} crumbs={CRUMBS} actions={mayWrite && (
      <>
        <Button variant="default" disabled={!isFine} loading={isSaving} onClick={() => void saveAndRun()}>Save and run</Button>
        <Button disabled={!isFine} loading={isSaving} onClick={() => void saveAndGo()}>Save</Button>
      </>
    )}>
      <PlanForm plan={plan} faults={faults} change={change} />
      {stored && <History id={stored.id} />}
    </Page>
  );
}

function History({ id }: { id: string }) {
  const history = api.useQuery('get', '/api/load-testing/configurations/{id}/history', { params: { path: { id } } });
  return (
    <section>
      <Title order={2} size="h4" mb="xs">History</Title>
      <QueryView query={history} what="the history">{(answer) => <DataTable caption="What happened to it" columns={HISTORY} rows={answer.events} rowKey={(e) => String(e.version)} />}</QueryView>
    </section>
  );
}

// The plan is what its schema says; the API's own document describes it more roughly.
function send(plan: Plan, stored: Configuration | undefined) {
  const body = plan as never;
  return stored
    ? fetchApi.PUT('/api/load-testing/configurations/{id}', { params: { path: { id: stored.id }, header: { 'If-Match': `"${stored.version}"` } }, body })
    : fetchApi.POST('/api/load-testing/configurations', { body });
}
