import { useLocalStorage } from '@mantine/hooks';
import { useEffect } from 'react';
import { useNavigate } from 'react-router';
import { BASE } from './places';

// One letter alone is a shortcut, so it can be turned off (WCAG 2.1.4), and it never takes what is being typed.
const PLACES: Record<string, string> = { l: BASE, r: `${BASE}/results` };

export function useShortcuts(): [boolean, (isOn: boolean) => void] {
  const [isOn, setIsOn] = useLocalStorage({ key: 'loadstone-shortcuts', defaultValue: true, getInitialValueInEffect: false });
  const navigate = useNavigate();
  useEffect(() => {
    if (!isOn) return;
    const hear = (e: KeyboardEvent) => {
      const place = PLACES[e.key.toLowerCase()];
      if (!place || e.ctrlKey || e.metaKey || e.altKey || isTyping(e.target) || document.querySelector('[role=dialog]')) return;
      void Promise.resolve(navigate(place)).then(() => window.setTimeout(() => document.getElementById('config-select')?.focus(), 50));
    };
    globalThis.addEventListener('keydown', hear);
    return () => globalThis.removeEventListener('keydown', hear);
  }, [isOn, navigate]);
  return [isOn, setIsOn];
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}
