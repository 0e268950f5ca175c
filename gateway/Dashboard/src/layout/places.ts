import type { Role } from '../api/session';

export type Place = { path: string; label: string; group: 'Performance' | 'Analysis' | 'Administration'; role: Role };

export const BASE = '/dashboard/load-testing';

/** The menu, in its order; each place is shown to those whose role may read what is there. */
export const PLACES: Place[] = [
  { path: BASE, label: 'Load Testing', group: 'Performance', role: 'viewer' },
  { path: `${BASE}/configurations`, label: 'Test Configurations', group: 'Performance', role: 'viewer' },
  { path: `${BASE}/results`, label: 'Test Results', group: 'Performance', role: 'viewer' },
  { path: `${BASE}/benchmarks`, label: 'Benchmarks', group: 'Performance', role: 'viewer' },
  { path: `${BASE}/trends`, label: 'Trends', group: 'Analysis', role: 'viewer' },
  { path: `${BASE}/compare`, label: 'Compare', group: 'Analysis', role: 'viewer' },
  { path: `${BASE}/alerts`, label: 'Alerts', group: 'Analysis', role: 'viewer' },
  { path: `${BASE}/scenarios`, label: 'Scenarios', group: 'Administration', role: 'viewer' },
  { path: `${BASE}/schedules`, label: 'Schedules', group: 'Administration', role: 'viewer' },
  { path: `${BASE}/environments`, label: 'Environments', group: 'Administration', role: 'viewer' },
  { path: `${BASE}/files`, label: 'Files', group: 'Administration', role: 'viewer' },
  { path: `${BASE}/users`, label: 'Users and Keys', group: 'Administration', role: 'viewer' },
];
