import { app, dialog } from 'electron';

/** Shows unexpected errors in a dialog, one at a time; quitting from it closes forwards properly. */
export const createCrashDialog = (): ((text: string, hint: string) => void) => {
  let asking = false;
  return (text, hint) => {
    if (asking) return;
    asking = true;
    void dialog
      .showMessageBox({
        type: 'error',
        title: 'Quayside',
        message: text,
        detail: hint,
        buttons: ['Go on', 'Quit'],
        defaultId: 0,
        cancelId: 0,
      })
      .then(({ response }) => {
        asking = false;
        if (response === 1) app.quit();
      });
  };
};
