import {
  Activity,
  Cable,
  Circle,
  CircleUser,
  Keyboard,
  Layers,
  Moon,
  Plus,
  RefreshCw,
  Settings,
  Star,
  Sun,
  Wrench,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { request } from '../state/main-state.ts';
import { openBulk } from '../bulk/bulk-store.ts';
import { refresh } from '../commands/device-commands.ts';
import { modKey } from '../ui/shortcuts.ts';
import { setAccountForm, setOverlay, showScope, toast, toastError, useView } from '../state/view-store.ts';
import type { PaletteFrame } from '../commands/palette-frame.ts';

/** Something the palette can do besides connecting. */
export interface Command {
  readonly name: string;
  readonly icon: LucideIcon;
  readonly keys?: string;
  /** Only where the window is: it is about what is selected or shown there. */
  readonly here?: true;
  readonly run: (host: PaletteFrame) => void;
}

const setTheme = async (theme: 'light' | 'dark' | 'system'): Promise<void> => {
  const answer = await request('settings.change', { theme });
  if (!answer.ok) toastError(answer.error);
};

const theme =
  (name: 'light' | 'dark' | 'system') =>
  (host: PaletteFrame): void => {
    host.close();
    void setTheme(name);
  };

const actOnSelection = (): void => {
  const { marked, active } = useView.getState();
  const chosen = marked.size > 0 ? [...marked] : active === undefined ? [] : [active];
  if (chosen.length > 0) openBulk(chosen);
  else toast({ tone: 'error', text: 'No device is selected.', hint: 'Press x on a device in the list to select it.' });
};

/** In a window, closes the palette first: what follows has the keyboard. */
const here =
  (run: () => void) =>
  (host: PaletteFrame): void => {
    host.close();
    run();
  };

export const commands: readonly Command[] = [
  { name: 'All devices', icon: Layers, keys: 'g a', run: (host) => host.show({ show: 'devices', query: '' }) },
  { name: 'Favourites', icon: Star, run: (host) => host.show({ show: 'devices', query: 'is:favourite' }) },
  {
    name: 'Offline devices',
    icon: Circle,
    keys: 'g o',
    run: (host) =>
      host.kind === 'own' ? host.show({ show: 'devices', query: 'is:offline' }) : showScope({ kind: 'offline' }),
  },
  { name: 'Forwards', icon: Cable, keys: 'g f', run: (host) => host.show({ show: 'page', page: 'forwards' }) },
  { name: 'Activity', icon: Activity, keys: 'g h', run: (host) => host.show({ show: 'page', page: 'activity' }) },
  { name: 'Accounts', icon: CircleUser, keys: 'g c', run: (host) => host.show({ show: 'page', page: 'accounts' }) },
  { name: 'Add account', icon: Plus, here: true, run: here(() => setAccountForm({ kind: 'add' })) },
  {
    name: 'Refresh all accounts',
    icon: RefreshCw,
    run: (host) => {
      host.close();
      void refresh();
    },
  },
  { name: 'Actions for the selected devices', icon: Wrench, here: true, run: here(actOnSelection) },
  {
    name: 'Settings',
    icon: Settings,
    keys: `${modKey} ,`,
    run: (host) => host.show({ show: 'page', page: 'settings' }),
  },
  { name: 'Theme: light', icon: Sun, run: theme('light') },
  { name: 'Theme: dark', icon: Moon, run: theme('dark') },
  { name: 'Theme: system', icon: Moon, run: theme('system') },
  { name: 'Keyboard shortcuts', icon: Keyboard, keys: '?', here: true, run: here(() => setOverlay('shortcuts')) },
];
