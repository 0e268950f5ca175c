import { NativeSelect } from '@mantine/core';
import { api } from '../api/client';

/** One of the configurations in use. */
export function ConfigurationSelect({ value, onChange, any, label = 'Configuration' }: { value: string; onChange: (id: string) => void; any: string; label?: string }) {
  const { data } = api.useQuery('get', '/api/load-testing/configurations', { params: { query: { limit: 200 } } });
  const all = (data?.configurations ?? []).map((one) => ({ value: one.id, label: one.name }));
  return <NativeSelect label={label} value={value} onChange={(e) => onChange(e.currentTarget.value)} data={[{ value: '', label: any }, ...all]} />;
}
