import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMay } from '../api/session';
import { confirm } from '../parts/confirm';

type Props = { name: string; onChange?: () => void; onRemove?: () => void; children?: ReactNode };

/** What can be done with one line of a list of resources, for those who may. */
export function ResourceActions({ name, onChange, onRemove, children }: Props) {
  if (!useMay('engineer')) return null;
  const remove = () => confirm({ title: 'Take it out of use?', text: `${name} is not used any more. Its history stays.`, action: 'Take it out of use', isDangerous: true, onConfirm: () => onRemove?.() });
  return (
    <Group gap={4} wrap="nowrap">
      {children}
      {onChange && <Button size="compact-xs" variant="default" aria-label={`Change ${name}`} onClick={onChange}>Change</Button>}
      {onRemove && <Button size="compact-xs" variant="default" aria-label={`Take out of use: ${name}`} onClick={remove}>Take out of use</Button>}
    </Group>
  );
}

/** The version that was read, for whoever changes what was read. */
export function versioned(resource: { id: string; version: number }) {
  return { params: { path: { id: resource.id }, header: { 'If-Match': `"${resource.version}"` } } };
}
