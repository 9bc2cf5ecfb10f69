import { ok, type Result } from '../core/base/errors.ts';
import { controlPaths } from '../node/control/control-socket-path.ts';
import { openControlSocket, type ControlSocket, type MessageSocket } from '../node/control/control-socket.ts';
import { openProfile, type ProfilePaths } from '../node/storage/profile-paths.ts';
import type { CoreOptions } from './core.ts';

/** A profile that this process owns. */
export interface OwnedProfile {
  readonly paths: ProfilePaths;
  readonly control: ControlSocket;
  /** Address of the control socket, which the next owner of the profile will have. */
  readonly socket: string;
  /** Serves the clients that are connected, and every later one. */
  serve(client: (client: MessageSocket) => void): void;
}

/**
 * Takes the profile. Called before anything else, because only the owner may touch the profile's files. Errors:
 * conflict (another process has it), invalid-input.
 */
export const ownProfile = async (
  options: Pick<CoreOptions, 'profile' | 'host' | 'longLived' | 'vault'>,
): Promise<Result<OwnedProfile>> => {
  const profile = await openProfile(options.profile);
  if (!profile.ok) return profile;
  const places = await controlPaths(profile.value.profile);
  if (!places.ok) return places;
  let serveClient: ((client: MessageSocket) => void) | undefined;
  const early: MessageSocket[] = [];
  const control = await openControlSocket({
    paths: places.value,
    hello: { host: options.host, longLived: options.longLived, vault: options.vault },
    onClient: (client) => (serveClient === undefined ? early.push(client) : serveClient(client)),
  });
  if (!control.ok) return control;
  return ok({
    paths: profile.value,
    control: control.value,
    socket: places.value.socket,
    serve: (client) => {
      serveClient = client;
      for (const waiting of early.splice(0)) client(waiting);
    },
  });
};
