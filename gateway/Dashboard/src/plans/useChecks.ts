import type { Schema } from '@cfworker/json-schema';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { checkBy, type Faults } from './validation';

async function read(path: string): Promise<Schema> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as Schema;
}

/** The check of plans or journeys that the gateway's own schema makes; nothing is wrong as long as it is not there. */
export function useCheck(kind: 'plan' | 'journey'): (value: unknown) => Faults {
  const { data } = useQuery({ queryKey: ['schema', kind], queryFn: () => read(`/schemas/${kind}.json`), staleTime: Infinity });
  return useMemo(() => (data ? checkBy(data) : () => ({})), [data]);
}
