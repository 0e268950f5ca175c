import { Button, Stack } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState, type ReactNode } from 'react';
import { fieldsOf } from '../api/client';
import type { Plan } from '../plans/plan';
import { FaultList } from './FaultList';
import type { Part } from './MemberInputs';

type Form = {
  title: string;
  first: Plan;
  fields: (part: Part) => ReactNode;
  /** Sends what was written; what comes back with fields is shown at them, and the form stays. */
  send: (written: Plan) => Promise<{ error?: unknown }>;
  action?: string;
};

/** A form over the page, for whatever has a handful of fields. */
export function openForm(form: Form) {
  modals.open({ title: form.title, size: 'lg', closeButtonProps: { 'aria-label': 'Close' }, children: <FormBody {...form} /> });
}

function FormBody({ first, fields, send, action = 'Save' }: Form) {
  const [value, change] = useState(first);
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [isSending, setIsSending] = useState(false);
  const submit = async () => {
    setIsSending(true);
    const { error } = await send(value);
    setIsSending(false);
    setFaults(fieldsOf(error));
    if (!error) modals.closeAll();
  };
  return (
    <form onSubmit={(e) => { e.preventDefault(); void submit(); }}>
      <Stack>
        {fields({ value, path: '', faults, change })}
        <FaultList faults={faults} whole="What was sent" />
        <Button type="submit" loading={isSending}>{action}</Button>
      </Stack>
    </form>
  );
}
