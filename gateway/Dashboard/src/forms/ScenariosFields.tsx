import { Button, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api/client';
import { asList, asPlan, asText, withMember } from '../plans/plan';
import { JourneyEditor } from './JourneyEditor';
import { DurationMember, memberPath, NumberMember, partOf, TextMember, type Part } from './MemberInputs';

const NEW_SCENARIO = { name: 'new scenario', user_journey: [{ action: 'http', name: 'first request', method: 'GET', path: '/', checks: [{ status: 200 }] }] };

/** What users do: stored scenarios by name, and the plan's own. */
export function ScenariosFields({ plan }: { plan: Part }) {
  const config = partOf(plan, 'scenario_config', asPlan(plan.value.scenario_config));
  const scenarios = asList(config.value.scenarios);
  const set = (changed: unknown[]) => config.change(withMember(config.value, 'scenarios', changed));
  const path = memberPath(config, 'scenarios');
  return (
    <Stack>
      {typeof config.value.think_time === 'object'
        ? <Text size="sm">The think time is spread as written under YAML.</Text>
        : <DurationMember part={config} name="think_time" label="Think time between steps" description="Such as 500ms or 2s" placeholder="1s" />}
      {scenarios.length === 0 && <Text>Without a scenario, users go through the wedding planning journey.</Text>}
      {scenarios.map((scenario, i) => {
        const remove = () => set(scenarios.filter((_, at) => at !== i));
        return typeof scenario === 'string'
          ? <Stored key={i} name={scenario} fault={plan.faults[`${path}[${i}]`]} remove={remove} />
          : <Own key={i} number={i + 1} part={{ value: asPlan(scenario), path: `${path}[${i}]`, faults: plan.faults, change: (changed) => set(scenarios.with(i, changed)) }} remove={remove} />;
      })}
      <Group align="end">
        <Button variant="default" onClick={() => set([...scenarios, NEW_SCENARIO])}>Add a scenario of its own</Button>
        <AddStored onAdd={(name) => set([...scenarios, name])} />
      </Group>
    </Stack>
  );
}

function Stored({ name, fault, remove }: { name: string; fault: string | undefined; remove: () => void }) {
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between"><Text>{name} (stored)</Text><Button size="compact-xs" variant="default" aria-label={`Remove the scenario ${name}`} onClick={remove}>Remove</Button></Group>
      {fault && <Text c="var(--bad)" size="sm">{fault}</Text>}
    </Paper>
  );
}

function Own({ number, part, remove }: { number: number; part: Part; remove: () => void }) {
  return (
    <Paper withBorder p="sm" role="group" aria-label={`Scenario ${number}`}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">Scenario {number}</Title>
        <Button size="compact-xs" variant="default" aria-label={`Remove scenario ${number}`} onClick={remove}>Remove</Button>
      </Group>
      <Stack>
        <Group grow><TextMember part={part} name="name" label="Scenario name" /><NumberMember part={part} name="weight" label="Weight" placeholder="1" /></Group>
        <JourneyEditor journey={asList(part.value.user_journey)} path={memberPath(part, 'user_journey')} faults={part.faults} change={(journey) => part.change({ ...part.value, user_journey: journey })} />
      </Stack>
    </Paper>
  );
}

function AddStored({ onAdd }: { onAdd: (name: string) => void }) {
  const { data } = api.useQuery('get', '/api/load-testing/scenarios', { params: { query: { limit: 200 } } });
  const [name, setName] = useState('');
  const names = (data?.scenarios ?? []).map((one) => one.name);
  return (
    <>
      <NativeSelect label="Stored scenario" value={name} onChange={(e) => setName(asText(e.currentTarget.value))} data={[{ value: '', label: 'Choose one' }, ...names]} />
      <Button variant="default" disabled={name === ''} onClick={() => onAdd(name)}>Add it</Button>
    </>
  );
}
