import { Globe, Monitor, SquareTerminal, Waypoints, type LucideIcon } from 'lucide-react';
import type { ServiceKind } from '../../src-preload/contract/device.ts';

/** The sign of each kind of service, wherever one is shown. */
export const kindIcons: Readonly<Record<ServiceKind, LucideIcon>> = {
  ssh: SquareTerminal,
  vnc: Monitor,
  rdp: Monitor,
  http: Globe,
  https: Globe,
  tcp: Waypoints,
};
