import { Button, Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useState } from 'react';
import { fetchApi, queries } from '../api/client';
import { useMe } from '../api/session';
import { isHighContrast, setHighContrast } from '../theme';

const SCHEMES = [['auto', 'As the system'], ['light', 'Light'], ['dark', 'Dark']] as const;

/** Who is here, how it looks, and the way out. */
export function SettingsMenu({ shortcuts, setShortcuts }: { shortcuts: boolean; setShortcuts: (isOn: boolean) => void }) {
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [contrast, setContrast] = useState(isHighContrast);
  const changeContrast = () => {
    setHighContrast(!contrast);
    setContrast(!contrast);
  };
  const signOut = async () => {
    await fetchApi.POST('/api/auth/sign-out');
    queries.clear();
    globalThis.location.assign('/dashboard/sign-in');
  };
  return (
    <Menu position="bottom-end" width={240} closeOnItemClick={false}>
      <Menu.Target><Button variant="default" size="xs">{me.name} ({me.role})</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={colorScheme} onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}>
          {SCHEMES.map(([scheme, label]) => <Menu.RadioItem key={scheme} value={scheme}>{label}</Menu.RadioItem>)}
        </Menu.RadioGroup>
        <Menu.CheckboxItem checked={contrast} onChange={changeContrast}>High contrast</Menu.CheckboxItem>
        <Menu.CheckboxItem checked={shortcuts} onChange={setShortcuts}>Keys L (run a load test) and R (results)</Menu.CheckboxItem>
        <Menu.Divider />
        <Menu.Item component="a" href="/openapi" target="_blank" rel="noreferrer">The API</Menu.Item>
        <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
