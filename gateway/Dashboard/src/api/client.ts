import { QueryClient } from '@tanstack/react-query';
import createFetchClient, { type Middleware } from 'openapi-fetch';
import createClient from 'openapi-react-query';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type Execution = Schemas['Execution'];
export type Second = Schemas['PerformanceMetric'];
export type Alert = Schemas['Alert'];
export type Problem = Schemas['Problem'];
export type Configuration = Schemas['ConfigurationResource'];

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 2_000, retry: (failures, error) => failures < 2 && statusOf(error) === undefined } },
});

// A session that has ended is noticed by whatever is asked next.
const signedOut: Middleware = {
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && !schemaPath.startsWith('/api/auth/')) void queries.invalidateQueries({ queryKey: ['get', '/api/auth/me'] });
  },
};

/** The API, by the addresses and types of its document; the browser's cookie says who asks. */
export const fetchApi = createFetchClient<paths>({ baseUrl: globalThis.location.origin });
fetchApi.use(signedOut);
export const api = createClient(fetchApi);

/** The status of a refusal; undefined when there was no answer at all. */
export function statusOf(error: unknown): number | undefined {
  return isProblem(error) ? error.status : undefined;
}

/** One sentence for a person. */
export function sentenceOf(error: unknown): string {
  if (isProblem(error)) return error.error;
  return 'Loadstone cannot be reached. Check your connection and try again.';
}

/** The bad fields of a refused body by their paths. */
export function fieldsOf(error: unknown): Record<string, string> {
  if (!isProblem(error)) return {};
  return Object.fromEntries(Object.entries(error.errors ?? {}).map(([path, sentences]) => [path, sentences.join('; ')]));
}

function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'error' in error && 'status' in error;
}

/** Reads again whatever of these addresses is on the screen. */
export async function refresh(...addresses: (keyof paths)[]) {
  await Promise.all(addresses.map((address) => queries.invalidateQueries({ queryKey: ['get', address] })));
}
