import { NavLink, Stack, Text } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { isAllowed, useMe } from '../api/session';
import { StatusBadge } from '../parts/StatusBadge';
import { BASE, PLACES } from './places';
import { useRunning } from './useRunning';

/** The menu. What the visitor's role may not read is not there. */
export function Navigation({ onGone }: { onGone: () => void }) {
  const role = useMe().role;
  const { pathname } = useLocation();
  const running = useRunning();
  const places = PLACES.filter((place) => isAllowed(role, place.role));
  return (
    <Stack gap="md" component="nav" aria-label="Main">
      {[...new Set(places.map((place) => place.group))].map((group) => (
        <div key={group}>
          <Text size="xs" fw={700} c="dimmed" tt="uppercase" px="sm" id={`menu-${group}`}>{group}</Text>
          <div role="group" aria-labelledby={`menu-${group}`}>
            {places.filter((place) => place.group === group).map((place) => (
              <NavLink key={place.path} component={Link} to={place.path} label={place.label} onClick={onGone} active={isAt(pathname, place.path)}
                aria-current={isAt(pathname, place.path) ? 'page' : undefined} variant="subtle" className="menu-link"
                rightSection={place.path === BASE && running ? <StatusBadge word="running" label="Running" /> : undefined} />
            ))}
          </div>
        </div>
      ))}
    </Stack>
  );
}

function isAt(pathname: string, path: string): boolean {
  return path === BASE ? pathname === BASE : pathname.startsWith(path);
}
