import { expect, it } from 'vitest';
import type { Second } from '../api/client';
import { seriesOf } from './runSeries';
import { lonelyOf } from './series';

const second = (at: number, rate: number) => ({ timestamp_offset: at, requests_per_second: rate, avg_response_time: rate && 40, p95_response_time: rate && 50, virtual_users: 3 }) as Second;

it('shows no response time for a second without requests, and its load all the same', () => {
  const { answers, load } = seriesOf([second(0, 10), second(1, 0), second(2, 10)]);
  expect(answers.map((line) => [line.name, line.values[1]])).toEqual([['Average', null], ['p95', null], ['p99', null], ['Requests per second', 0]]);
  expect(answers[0]?.values).toEqual([40, null, 40]);
  expect(load[0]?.values).toEqual([3, 3, 3]);
});

it('gives a dot to what no line shows', () => {
  expect(lonelyOf([1, null, 1, 1, null, 1])).toEqual([0, 5]);
  expect(lonelyOf([1])).toEqual([0]);
  expect(lonelyOf([])).toEqual([]);
});
