import { useMainState } from '../state/main-state.ts';

const themeKey = 'quayside.theme';

/** Follows the theme of the settings. The last one is remembered here, so that no start flashes the other. */
export const startTheme = (): void => {
  const show = (theme: string): void => {
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
    else delete document.documentElement.dataset['theme'];
  };
  show(localStorage.getItem(themeKey) ?? 'system');
  useMainState.subscribe((state, before) => {
    const theme = state.app?.settings.theme;
    if (theme === undefined || theme === before.app?.settings.theme) return;
    localStorage.setItem(themeKey, theme);
    show(theme);
  });
};
