/** What the stage of the chaos test tells the side under test, over the child's IPC channel. */
export type StageMessage =
  | {
      readonly type: 'start';
      readonly baseUrl: string;
      readonly token: string;
      readonly unitIds: readonly string[];
      readonly forwards: number;
    }
  /** The computer sleeps, wakes, or has another network. */
  | { readonly type: 'suspend' | 'resume' | 'network-changed' }
  /** The route is there again since `at`: say when each forward has served a client. */
  | { readonly type: 'measure'; readonly at: number; readonly withinMs: number }
  | { readonly type: 'finish' };

/** Milliseconds of the computer's monotonic clock, the same in all processes. */
export const machineTime = (): number => Number(process.hrtime.bigint()) / 1e6;

/** What the side under test answers. */
export type NearMessage =
  | { readonly type: 'ready' }
  /** Milliseconds from the return of the route to the first client served, by forward; absent if none was. */
  | { readonly type: 'measured'; readonly recoveries: readonly (number | null)[]; readonly states: readonly string[] }
  | {
      readonly type: 'finished';
      readonly ports: { readonly before: readonly number[]; readonly after: readonly number[] };
      readonly descriptors: { readonly before: number; readonly after: number; readonly left: readonly string[] };
      readonly children: number;
      readonly served: number;
      /** Streams that were neither served nor closed within their time. */
      readonly hung: number;
      readonly broken: number;
    };
