import { Alert, Button, Paper, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { useState, type SyntheticEvent } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { fetchApi, queries, sentenceOf } from '../api/client';
import { BASE } from '../layout/places';

/** The door: the gateway sets a cookie that no script can read. */
export function SignInPage() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const navigate = useNavigate();
  const { state } = useLocation() as { state: { from?: string } | null };

  const signIn = async (e: SyntheticEvent) => {
    e.preventDefault();
    setIsAsking(true);
    const { error } = await fetchApi.POST('/api/auth/sign-in', { body: { name, password, cookie: true } }).catch((broken: unknown) => ({ error: broken }));
    setIsAsking(false);
    if (error) { setRefusal(sentenceOf(error)); return; }
    queries.clear();
    await navigate(state?.from ?? BASE, { replace: true });
  };

  return (
    <main className="sign-in">
      <title>Sign in · Loadstone</title>
      <Paper withBorder p="xl" maw={400} mx="auto" mt={80} component="form" onSubmit={(e: SyntheticEvent) => void signIn(e)}>
        <Stack>
          <Title order={1} size="h2">Sign in to Loadstone</Title>
          {refusal && <Alert color="red" variant="outline" role="alert" className="failure">{refusal}</Alert>}
          <TextInput label="Name" value={name} onChange={(e) => setName(e.currentTarget.value)} autoComplete="username" required withAsterisk={false} autoFocus />
          <PasswordInput label="Password" value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="current-password" required withAsterisk={false}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }} />
          <Button type="submit" loading={isAsking}>Sign in</Button>
        </Stack>
      </Paper>
    </main>
  );
}
