import { expect, it } from 'vitest';
import { checkBy } from './validation';

const check = checkBy({
  type: 'object', required: ['name'], additionalProperties: false,
  properties: { name: { type: 'string' }, users: { type: 'integer', minimum: 1 }, steps: { type: 'array', items: { type: 'object', required: ['path'] } } },
});

it('names what is wrong by the path that the API would name', () => {
  expect(Object.keys(check({ users: 0, steps: [{}], colour: 'red' })).sort()).toEqual(['', 'colour', 'steps[0]', 'users']);
  expect(check({ name: 'a', colour: 'red' })).toEqual({ colour: 'is not known here' });
  expect(check({ name: 'a', users: 3, steps: [{ path: '/' }] })).toEqual({});
});

it('tells what is left empty apart from what is written in another way than it should be', () => {
  const named = checkBy({ type: 'object', properties: { name: { type: 'string', pattern: '^[a-z]+$' } } });
  expect(named({ name: '' })).toEqual({ name: 'is required' });
  expect(named({ name: '7' })).toEqual({ name: 'is not written as it should be' });
});
