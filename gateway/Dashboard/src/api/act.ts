import { notifyDone, notifyFailed } from '../parts/notify';
import { fieldsOf, refresh } from './client';
import type { paths } from './schema';

type Answer<T> = { data?: T; error?: unknown };

/**
 * Does what a person asked for, says how it went, and reads again what it changed. A refusal that names fields is left to the
 * form that shows them.
 */
export async function act<T>(asked: Promise<Answer<T>>, done: string, ...changed: (keyof paths)[]): Promise<Answer<T>> {
  const answer = await asked.catch((broken: unknown): Answer<T> => ({ error: broken }));
  if (!answer.error) notifyDone(done);
  else if (Object.keys(fieldsOf(answer.error)).length === 0) notifyFailed(answer.error);
  await refresh(...changed);
  return answer;
}
