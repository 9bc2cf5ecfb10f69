// Before every component: the style sheets of components come after what they are made of.
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import './ui/controls.css';
import './ui/overlays.css';
import './ui/pages.css';
import './ui/parts.css';
import './ui/strips.css';
import './ui/virtual-rows.css';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './shell/app.tsx';
import { takeKey } from './state/window-key.ts';
import { startBulk } from './bulk/bulk-store.ts';
import { connectToMain } from './state/main-state.ts';
import { PaletteWindow } from './palette/palette-window.tsx';
import { startTheme } from './theme/theme.ts';
import { startClock } from './ui/clock.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root".');

// Terminals and screens weigh more than all the rest, which need not wait for them.
const SessionPage = lazy(async () => ({ default: (await import('./session/session-page.tsx')).SessionPage }));
const asked = new URLSearchParams(location.search);
const showsSessions = asked.has('session');
/** Quick connect is the same page under another address. */
const isPalette = asked.has('palette');

takeKey();
startTheme();
startClock();
if (!isPalette) startBulk();
connectToMain();
createRoot(root).render(
  <StrictMode>
    {showsSessions ? (
      <Suspense>
        <SessionPage />
      </Suspense>
    ) : isPalette ? (
      <PaletteWindow />
    ) : (
      <App />
    )}
  </StrictMode>,
);
