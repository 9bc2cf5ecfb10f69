import { Globe, Monitor, SquareTerminal, Waypoints, type LucideIcon } from 'lucide-react';
import type { ServiceView } from '../../src-preload/contract/views.ts';

/** The sign of each kind of service, wherever one is shown. */
export const kindIcons: Readonly<Record<ServiceView['kind'], LucideIcon>> = {
  ssh: SquareTerminal,
  vnc: Monitor,
  rdp: Monitor,
  http: Globe,
  https: Globe,
  tcp: Waypoints,
};
