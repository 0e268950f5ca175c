import { createTheme, Menu, type CSSVariablesResolver, type MantineColorScheme } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'blue',
  // Dark enough for white text on it (4.5 : 1), in both schemes.
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
  // What takes the first focus in a menu has no role, which a menu's children must have; the first item takes it as well.
  components: { Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }) },
});

// What Mantine greys out is too pale for AA on the greys it stands on.
export const variables: CSSVariablesResolver = (given) => ({
  variables: {},
  light: { '--mantine-color-dimmed': given.colors.gray[7], '--mantine-color-placeholder': given.colors.gray[7], '--mantine-color-error': given.colors.red[9], '--mantine-color-anchor': given.colors.blue[9] },
  dark: { '--mantine-color-dimmed': given.colors.dark[0], '--mantine-color-placeholder': given.colors.dark[1], '--mantine-color-error': given.colors.red[4], '--mantine-color-anchor': given.colors.blue[3] },
});

export type Appearance = MantineColorScheme | 'contrast';

const KEPT_AS = 'loadstone-contrast';

export function isHighContrast(): boolean {
  return localStorage.getItem(KEPT_AS) === 'more';
}

export function setHighContrast(isOn: boolean) {
  localStorage.setItem(KEPT_AS, isOn ? 'more' : 'usual');
  document.documentElement.dataset.contrast = isOn ? 'more' : 'usual';
}
