import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';

/** Asks before something is done that cannot be taken back. */
export function confirm({ title, text, action, isDangerous = false, onConfirm }: {
  title: string; text: string; action: string; isDangerous?: boolean; onConfirm: () => void;
}) {
  modals.openConfirmModal({
    title,
    children: <Text size="sm">{text}</Text>,
    labels: { confirm: action, cancel: 'Not now' },
    confirmProps: { color: isDangerous ? 'red.9' : undefined },
    closeButtonProps: { 'aria-label': 'Close' },
    onConfirm,
  });
}
