import { Button, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { asPlan, asText, withMember, type Plan } from '../plans/plan';
import type { Faults } from '../plans/validation';
import { ChoiceMember, JsonMember, memberPath, TextMember, type Part } from './MemberInputs';

const ACTIONS = ['http', 'wait', 'websocket', 'upload', 'group', 'parallel', 'conditional', 'repeat'].map((value) => ({ value, label: value }));
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'].map((value) => ({ value, label: value }));
const OWN_FIELDS = ['action', 'name', 'method', 'path'];
const NEW_REQUEST: Plan = { action: 'http', name: 'new request', method: 'GET', path: '/', checks: [{ status: 200 }] };

type Props = { journey: unknown[]; path: string; faults: Faults; change: (journey: unknown[]) => void };

/** The steps of a user, in order. What has no field of its own is written as JSON. */
export function JourneyEditor({ journey, path, faults, change }: Props) {
  const move = (from: number, to: number) => {
    const steps = journey.filter((_, i) => i !== from);
    steps.splice(to, 0, journey[from]);
    change(steps);
  };
  return (
    <Stack gap="sm">
      {faults[path] && <Text c="var(--bad)" size="sm">{faults[path]}</Text>}
      {journey.map((step, i) => (
        <StepFields key={i} number={i + 1} isLast={i === journey.length - 1}
          part={{ value: asPlan(step), path: `${path}[${i}]`, faults, change: (changed) => change(journey.with(i, changed)) }}
          move={(by) => move(i, i + by)} remove={() => change(journey.filter((_, at) => at !== i))} />
      ))}
      <Group>
        <Button variant="default" onClick={() => change([...journey, NEW_REQUEST])}>Add a request</Button>
        <Button variant="default" onClick={() => change([...journey, { action: 'wait', duration: '1s' }])}>Add a pause</Button>
      </Group>
    </Stack>
  );
}

function StepFields({ part, number, isLast, move, remove }: { part: Part; number: number; isLast: boolean; move: (by: number) => void; remove: () => void }) {
  const isHttp = (asText(part.value.action) || 'http') === 'http';
  const shown = isHttp ? OWN_FIELDS : OWN_FIELDS.slice(0, 2);
  const others = Object.fromEntries(Object.entries(part.value).filter(([name]) => !shown.includes(name)));
  const setOthers = (value: unknown) => part.change({ ...Object.fromEntries(shown.filter((name) => name in part.value).map((name) => [name, part.value[name]])), ...asPlan(value) });
  const below = Object.entries(part.faults).filter(([path]) => path === part.path || (path.startsWith(part.path) && !shown.some((name) => path === memberPath(part, name))));
  const named: Part = { ...part, change: (value) => part.change(value.name === undefined ? withMember(value, 'name', undefined) : value) };
  return (
    <Paper withBorder p="sm" role="group" aria-label={`Step ${number}`}>
      <Group justify="space-between" mb="xs">
        <Text fw={600}>Step {number}</Text>
        <Group gap={4}>
          <Button size="compact-xs" variant="default" disabled={number === 1} aria-label={`Move step ${number} up`} onClick={() => move(-1)}>Up</Button>
          <Button size="compact-xs" variant="default" disabled={isLast} aria-label={`Move step ${number} down`} onClick={() => move(1)}>Down</Button>
          <Button size="compact-xs" variant="default" aria-label={`Remove step ${number}`} onClick={remove}>Remove</Button>
        </Group>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <ChoiceMember part={part} name="action" label="What it does" options={ACTIONS} />
        <TextMember part={named} name="name" label="Name" />
        {isHttp && <ChoiceMember part={part} name="method" label="Method" options={[{ value: '', label: 'GET, when not said' }, ...METHODS]} />}
        {isHttp && <TextMember part={part} name="path" label="Path" />}
      </SimpleGrid>
      <JsonMember key={asText(part.value.action)} label="Everything else, as JSON" description="headers, json, extract, checks and what else its action takes"
        value={Object.keys(others).length > 0 ? others : undefined} onChange={setOthers} error={below.map(([path, fault]) => `${path.slice(part.path.length + 1)} ${fault}`.trim()).join('; ')} />
    </Paper>
  );
}
