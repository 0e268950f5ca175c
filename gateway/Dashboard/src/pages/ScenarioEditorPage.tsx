import { Button, SimpleGrid, Stack } from '@mantine/core';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { act } from '../api/act';
import { api, fetchApi, fieldsOf, statusOf, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { JourneyEditor } from '../forms/JourneyEditor';
import { NumberMember, TextMember, type Part } from '../forms/MemberInputs';
import { Page } from '../layout/Page';
import { BASE } from '../layout/places';
import { Empty, QueryView } from '../parts/QueryView';
import { asList, planOf, type Plan } from '../plans/plan';
import { useCheck } from '../plans/useChecks';
import type { Faults } from '../plans/validation';

type Scenario = Schemas['ScenarioResource'];

const HERE = `${BASE}/scenarios`;
const CRUMBS = [{ label: 'Scenarios', to: HERE }];
const FIRST: Plan = { name: '', user_journey: [{ action: 'http', name: 'first request', method: 'GET', path: '/', checks: [{ status: 200 }] }] };

export function ScenarioEditorPage() {
  const { id } = useParams();
  const stored = api.useQuery('get', '/api/load-testing/scenarios/{id}', { params: { path: { id: id ?? '' } } }, { enabled: id !== undefined, staleTime: Infinity, gcTime: 0 });
  if (!id) return <Editor first={FIRST} />;
  if (statusOf(stored.error) === 404) return <Page title="Scenario" crumbs={CRUMBS}><Empty title="There is no such scenario" /></Page>;
  if (!stored.data) return <Page title="Scenario" crumbs={CRUMBS}><QueryView query={stored} what="the scenario">{() => null}</QueryView></Page>;
  return <Editor key={id} first={planOf(stored.data.scenario)} stored={stored.data.scenario} />;
}

function Editor({ first, stored }: { first: Plan; stored?: Scenario }) {
  const [scenario, setScenario] = useState(first);
  const [refused, setRefused] = useState<Faults>({});
  const check = useCheck('journey');
  const mayWrite = useMay('engineer') && stored?.is_shipped !== true;
  const navigate = useNavigate();
  const journey = asList(scenario.user_journey);
  const found = Object.fromEntries(Object.entries(check(journey)).map(([path, fault]) => [`user_journey${path}`, fault]));
  const part: Part = { value: scenario, path: '', faults: { ...refused, ...found }, change: setScenario };
  const save = async () => {
    const { error } = await act(send(scenario, stored), `${String(scenario.name)} is stored.`, '/api/load-testing/scenarios', '/api/load-testing/scenarios/{id}');
    setRefused(fieldsOf(error));
    if (!error) await navigate(HERE);
  };
  return (
    <Page title={stored?.name ?? 'New scenario'} crumbs={CRUMBS} actions={mayWrite && <Button disabled={Object.keys(found).length > 0 || !scenario.name} onClick={() => void save()}>Save</Button>}>
      <Stack maw={900}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextMember part={part} name="name" label="Scenario name" />
          <TextMember part={part} name="scenario_type" label="Type" description="Such as wedding_planning or payment_processing" />
          <NumberMember part={part} name="weight" label="Weight" placeholder="1" />
        </SimpleGrid>
        <TextMember part={part} name="description" label="Description" lines={2} />
        <JourneyEditor journey={journey} path="user_journey" faults={part.faults} change={(changed) => setScenario({ ...scenario, user_journey: changed })} />
      </Stack>
    </Page>
  );
}

function send(scenario: Plan, stored: Scenario | undefined) {
  const body = scenario as never;
  return stored
    ? fetchApi.PUT('/api/load-testing/scenarios/{id}', { params: { path: { id: stored.id }, header: { 'If-Match': `"${stored.version}"` } }, body })
    : fetchApi.POST('/api/load-testing/scenarios', { body });
}
