import { createContext, useContext } from 'react';
import type { Schemas } from './client';

export type Me = Schemas['Me'];
export type Role = 'viewer' | 'engineer' | 'admin';

const ORDER: Role[] = ['viewer', 'engineer', 'admin'];

export const Session = createContext<Me | null>(null);

/** Who has signed in. */
export function useMe(): Me {
  const me = useContext(Session);
  if (!me) throw new Error('Nobody has signed in.');
  return me;
}

/** Whether the visitor's role allows what takes this role; the gateway decides in the end. */
export function useMay(role: Role): boolean {
  return isAllowed(useMe().role, role);
}

export function isAllowed(has: Role, takes: Role): boolean {
  return ORDER.indexOf(has) >= ORDER.indexOf(takes);
}
