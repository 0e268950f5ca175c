import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { Link, Navigate, Outlet, useLocation } from 'react-router';
import { api, statusOf } from '../api/client';
import { Session } from '../api/session';
import { Failure, Loading } from '../parts/QueryView';
import { StatusBadge } from '../parts/StatusBadge';
import { Navigation } from './Navigation';
import { SettingsMenu } from './SettingsMenu';
import { BASE } from './places';
import { useShortcuts } from './shortcuts';
import { useRunning } from './useRunning';

/** Everything behind the door. */
export function Shell() {
  const me = api.useQuery('get', '/api/auth/me', undefined, { staleTime: 60_000 });
  const here = useLocation();
  if (statusOf(me.error) === 401) return <Navigate to="/dashboard/sign-in" state={{ from: here.pathname + here.search }} replace />;
  if (me.data) return <Session value={me.data.user}><Frame /></Session>;
  return <main>{me.isPending ? <Loading what="who you are" /> : <Failure error={me.error} what="who you are" again={() => void me.refetch()} />}</main>;
}

function Frame() {
  const [isMenuOpen, menu] = useDisclosure();
  const [shortcuts, setShortcuts] = useShortcuts();
  useFocusOnNewPage();
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 250, breakpoint: 'sm', collapsed: { mobile: !isMenuOpen } }} padding="md">
      <a href="#page-title" className="skip-link">Skip to the page</a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isMenuOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Menu" aria-expanded={isMenuOpen} />
            <Text component={Link} to={BASE} fw={700} size="lg">Loadstone</Text>
            <RunningLink />
          </Group>
          <SettingsMenu shortcuts={shortcuts} setShortcuts={setShortcuts} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" component="div" className="navbar"><Navigation onGone={menu.close} /></AppShell.Navbar>
      <AppShell.Main><Outlet /></AppShell.Main>
    </AppShell>
  );
}

function RunningLink() {
  const running = useRunning();
  return running ? <Link to={`${BASE}/executions/${running.id}`} aria-label={`Running: ${running.execution_name}`} data-testid="running-badge"><StatusBadge word="running" label="Running" /></Link> : null;
}

// A reader of screens hears the new page's name, and Tab goes on from there.
function useFocusOnNewPage() {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current !== pathname) document.getElementById('page-title')?.focus();
    before.current = pathname;
  }, [pathname]);
}
