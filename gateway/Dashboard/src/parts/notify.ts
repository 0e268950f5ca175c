import { notifications } from '@mantine/notifications';
import { sentenceOf } from '../api/client';

export function notifyDone(message: string) {
  notifications.show({ message, color: 'green', autoClose: 4_000, closeButtonProps: { 'aria-label': 'Dismiss' } });
}

export function notifyFailed(error: unknown) {
  notifications.show({ title: 'That did not work', message: sentenceOf(error), color: 'red', autoClose: 8_000, closeButtonProps: { 'aria-label': 'Dismiss' } });
}
