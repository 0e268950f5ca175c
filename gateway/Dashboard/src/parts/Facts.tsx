import { Text } from '@mantine/core';

/** Names and values, side by side where there is room. */
export function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="sm" c="dimmed">{name}</Text>
          <Text component="dd" m={0}>{value}</Text>
        </div>
      ))}
    </dl>
  );
}
