import { X } from 'lucide-react';
import { IconButton } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { shortcuts } from '../ui/shortcuts.ts';
import { setOverlay } from '../state/view-store.ts';

/** Every shortcut there is, opened by `?`. */
export const ShortcutsOverlay = (): React.ReactNode => {
  const close = (): void => setOverlay('none');
  return (
    <Dialog label="Keyboard shortcuts" className="shortcuts" onClose={close}>
      <header>
        <h2>Keyboard shortcuts</h2>
        <IconButton icon={X} label="Close" keys="Esc" onClick={close} />
      </header>
      <div className="shortcut-groups">
        {shortcuts.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div key={keys}>
                  <dt>{what}</dt>
                  <dd>
                    {keys.split(' ').map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
};
