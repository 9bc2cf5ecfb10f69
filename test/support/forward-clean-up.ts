import type { Socket } from 'node:net';
import { afterEach } from 'vitest';
import { startFarEnd, startRig, type FarEnd, type Rig, type RigOptions } from './forward-rig.ts';

/** Rigs and far ends for the tests of a file; all of them end, the last one first, with each test. */
export const forwardCleanUp = () => {
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0).toReversed()) await step();
  });
  return {
    cleanUp,
    rig: (options: RigOptions): Rig => {
      const made = startRig(options);
      cleanUp.push(() => made.forwards.dispose());
      return made;
    },
    farEnd: async (serve: (socket: Socket) => void, port?: number): Promise<FarEnd> => {
      const end = await startFarEnd(serve, port);
      cleanUp.push(() => end.dispose());
      return end;
    },
  };
};
