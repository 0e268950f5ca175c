import { Button, Group, NumberInput, Radio, Stack } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState } from 'react';
import { act } from '../api/act';
import { fetchApi, type Execution } from '../api/client';
import { useMay } from '../api/session';
import { confirm } from '../parts/confirm';

async function steer(asked: Promise<{ data?: unknown; error?: unknown }>, done: string) {
  await act(asked, done, '/api/load-testing/executions', '/api/load-testing/executions/{id}/status', '/api/load-testing/executions/{id}/events');
}

/** What can be done with a run that goes on, each after a question. */
export function SteeringButtons({ execution }: { execution: Execution }) {
  const mayEngineer = useMay('engineer');
  if (!mayEngineer) return null;
  const path = { params: { path: { id: execution.id } } };
  const name = execution.execution_name;
  const isPaused = execution.status === 'paused';
  const isWaiting = execution.status === 'scheduled';
  const pause = () => confirm({
    title: 'Pause the test?', text: `${name} stops sending requests, and its clock stands still, until it is resumed.`, action: 'Pause',
    onConfirm: () => void steer(fetchApi.POST('/api/load-testing/executions/{id}/pause', path), `${name} is paused.`),
  });
  const resume = () => confirm({
    title: 'Resume the test?', text: `${name} goes on where it was held.`, action: 'Resume',
    onConfirm: () => void steer(fetchApi.POST('/api/load-testing/executions/{id}/resume', path), `${name} goes on.`),
  });
  const skip = () => confirm({
    title: 'Skip the phase?', text: `The present phase of ${name} ends, and the run is shorter.`, action: 'Skip the phase',
    onConfirm: () => void steer(fetchApi.POST('/api/load-testing/executions/{id}/steer', { ...path, body: { skip_phase: true } }), 'The phase is skipped.'),
  });
  return (
    <Group gap="xs" mt="sm">
      {isPaused ? <Button size="xs" variant="default" onClick={resume}>Resume</Button> : <Button size="xs" variant="default" onClick={pause} disabled={isWaiting}>Pause</Button>}
      <Button size="xs" variant="default" onClick={() => openChange(execution)} disabled={isWaiting}>Change the load</Button>
      <Button size="xs" variant="default" onClick={skip} disabled={isWaiting}>Skip the phase</Button>
    </Group>
  );
}

/** Ends a run early, after a question. */
export function StopButton({ execution }: { execution: Execution }) {
  const stop = () => confirm({
    title: 'Stop the test?', text: `${execution.execution_name} ends now, as cancelled. What was measured is kept and reported.`, action: 'Stop the test', isDangerous: true,
    onConfirm: () => void steer(fetchApi.POST('/api/load-testing/executions/{id}/stop', { params: { path: { id: execution.id } } }), `${execution.execution_name} is being stopped.`),
  });
  return <Button color="red.9" onClick={stop} data-testid="stop-test-button">Stop</Button>;
}

function openChange(execution: Execution) {
  modals.open({ title: 'Change the load', closeButtonProps: { 'aria-label': 'Close' }, children: <ChangeForm execution={execution} /> });
}

function ChangeForm({ execution }: { execution: Execution }) {
  const type = execution.manifest?.schedule.load_pattern?.type;
  const isByRate = typeof type === 'string' && type.includes('arrival');
  const [kind, setKind] = useState<'users' | 'rate'>(isByRate ? 'rate' : 'users');
  const [amount, setAmount] = useState<number | string>(isByRate ? 10 : Math.max(1, execution.manifest?.schedule.max_virtual_users ?? 1));
  const send = () => {
    const body = kind === 'users' ? { users: Number(amount) } : { rate: Number(amount) };
    modals.closeAll();
    void steer(fetchApi.POST('/api/load-testing/executions/{id}/steer', { params: { path: { id: execution.id } }, body }), 'The load changes in a second.');
  };
  return (
    <Stack>
      <Radio.Group label="What to change" value={kind} onChange={(value) => setKind(value)}>
        <Group mt="xs"><Radio value="users" label="Virtual users" /><Radio value="rate" label="Arrivals per second" /></Group>
      </Radio.Group>
      <NumberInput label={kind === 'users' ? 'Virtual users' : 'Arrivals per second'} min={0} value={amount} onChange={setAmount} data-autofocus />
      <Button onClick={send} disabled={amount === ''}>Change the load</Button>
    </Stack>
  );
}
