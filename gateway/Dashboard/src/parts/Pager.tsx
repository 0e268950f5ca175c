import { Button, Group } from '@mantine/core';
import { useState } from 'react';

type Cursor = { at: string | undefined; isFirst: boolean; first: () => void; back: () => void; go: (next: string) => void };

/** Where a list by pages is; the way back is what was passed. */
export function useCursor(): Cursor {
  const [passed, setPassed] = useState<string[]>([]);
  return {
    at: passed.at(-1),
    isFirst: passed.length === 0,
    first: () => setPassed([]),
    back: () => setPassed(passed.slice(0, -1)),
    go: (next) => setPassed([...passed, next]),
  };
}

export function Pager({ cursor, next }: { cursor: Cursor; next: string | null }) {
  if (cursor.isFirst && !next) return null;
  return (
    <Group component="nav" aria-label="Pages">
      <Button variant="default" disabled={cursor.isFirst} onClick={cursor.back}>Newer</Button>
      <Button variant="default" disabled={!next} onClick={() => next && cursor.go(next)}>Older</Button>
    </Group>
  );
}
