import { Group, Stack, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { Link } from 'react-router';
import { BASE } from './places';

type Crumb = { label: string; to?: string };

/** The frame of every page: where it is, what it is called, what can be done with all of it. */
export function Page({ title, crumbs = [], actions, children, testId }: {
  title: string; crumbs?: Crumb[]; actions?: ReactNode; children: ReactNode; testId?: string;
}) {
  useEffect(() => {
    document.title = `${title} · Loadstone`;
  }, [title]);

  const isHome = title === 'Load Testing';
  const trail: Crumb[] = [{ label: 'Dashboard', to: '/dashboard' }, { label: 'Load Testing', to: isHome ? undefined : BASE }, ...crumbs, ...(isHome ? [] : [{ label: title }])];
  return (
    <Stack gap="md" data-testid={testId}>
      <nav aria-label="Breadcrumbs" className="crumbs">
        <ol>
          {trail.map((crumb, i) => (
            <li key={crumb.label}>{crumb.to ? <Link to={crumb.to}>{crumb.label}</Link> : <span aria-current={i === trail.length - 1 ? 'page' : undefined}>{crumb.label}</span>}</li>
          ))}
        </ol>
      </nav>
      <Group justify="space-between" gap="sm">
        <Title order={1} size="h2" id="page-title" tabIndex={-1}>{title}</Title>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
