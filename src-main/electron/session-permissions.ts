import type { MediaAccessPermissionRequest, Session } from 'electron';
import { denyPermissions } from './hardening.ts';

/** What a session in a vendor's web client may use after the user agreed. */
export type Shared = 'clipboard' | 'microphone';

/**
 * Granted without a question: a page can use each only after a key or a click and only while it is shown, and Esc ends
 * it.
 */
const free: ReadonlySet<string> = new Set(['fullscreen', 'pointerLock', 'keyboardLock']);

const sharedOf = (permission: string, media: readonly string[]): Shared | undefined => {
  if (permission === 'clipboard-read' || permission === 'clipboard-sanitized-write') return 'clipboard';
  // Sound only: a request for sound and camera together is refused.
  return permission === 'media' && media.length > 0 && media.every((kind) => kind === 'audio')
    ? 'microphone'
    : undefined;
};

/**
 * Permissions of a session: full screen, pointer lock and keyboard lock for remote screens; clipboard and microphone if
 * `ask` agrees, once for each. All others are denied.
 */
export const limitSessionPermissions = (session: Session, ask: (what: Shared) => Promise<boolean>): void => {
  denyPermissions(session);
  const asked = new Map<Shared, Promise<boolean>>();
  const granted = new Set<Shared>();
  const agreed = (what: Shared): Promise<boolean> => {
    const known = asked.get(what) ?? ask(what);
    asked.set(what, known);
    void known.then(
      (yes) => yes && granted.add(what),
      () => undefined,
    );
    return known;
  };
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    if (free.has(permission)) return answer(true);
    const { mediaTypes = [] }: Partial<MediaAccessPermissionRequest> = details;
    const what = sharedOf(permission, mediaTypes);
    if (what === undefined) return answer(false);
    void agreed(what).then(answer, () => answer(false));
  });
  session.setPermissionCheckHandler((_contents, permission, _origin, { mediaType }) => {
    const what = sharedOf(permission, mediaType === undefined ? [] : [mediaType]);
    return free.has(permission) || (what !== undefined && granted.has(what));
  });
};
