import { ok, type Result } from '../../core/base/errors.ts';
import type { PlanRow } from '../../core/operation/bulk-plan.ts';
import type { Bulk, BulkPlan } from '../../services/operation/bulk.ts';
import type { BulkItem, BulkRunSnapshot } from '../../services/operation/bulk-run.ts';
import type {
  bulkRequests as contract,
  BulkItemView,
  BulkPlanView,
  BulkRowView,
  BulkRunView,
} from '../../../src-preload/contract/bulk.ts';
import type { Handlers } from './handler.ts';
import type { SecretTickets } from './secret-tickets.ts';
import { errorView } from '../views/views.ts';
import { defined } from '../../core/base/defined.ts';

/** The bulk service as the requests use it. */
export type BulkService = Pick<
  Bulk,
  'preview' | 'start' | 'list' | 'status' | 'cancel' | 'retry' | 'report' | 'forgetAccount'
>;

/** The view of a run. */
const bulkRunView = (run: BulkRunSnapshot): BulkRunView => ({
  id: run.id,
  title: run.title,
  state: run.state,
  total: run.total,
  waiting: run.counts.waiting,
  running: run.counts.running,
  done: run.counts.done,
  failed: run.counts.failed,
  uncertain: run.counts.uncertain,
  cancelled: run.counts.cancelled,
  retryable: run.retryable,
  startedAt: run.startedAt,
  endedAt: run.endedAt,
  remainingMs: run.remainingMs,
  pausedMs: run.pausedMs,
  version: run.version,
});

const rowView = (row: PlanRow): BulkRowView => ({
  deviceKey: row.device.key,
  deviceName: row.device.name,
  accountId: row.device.accountId,
  operation: row.operation,
  before: row.before,
  after: row.after,
  warning: row.warning,
});

/** The view of a plan: what changes, but not the inputs of the calls. */
const planView = (plan: BulkPlan): BulkPlanView => ({
  planId: plan.planId,
  title: plan.title,
  danger: plan.danger,
  confirm: plan.confirm,
  rows: plan.rows.map(rowView),
  leftOut: plan.leftOut.map(({ device, reason }) => ({
    deviceKey: device.key,
    deviceName: device.name,
    accountId: device.accountId,
    reason,
  })),
  notes: [...plan.notes],
});

const itemView = (item: BulkItem): BulkItemView => ({
  index: item.index,
  deviceKey: item.row.device.key,
  deviceName: item.row.device.name,
  accountId: item.row.device.accountId,
  before: item.row.before,
  after: item.row.after,
  state: item.state,
  attempts: item.attempts,
  tookMs: item.tookMs,
  error: item.error === undefined ? undefined : errorView(item.error),
});

const viewed = (run: Result<BulkRunSnapshot>): Result<BulkRunView> => (run.ok ? ok(bulkRunView(run.value)) : run);

export interface BulkRequestDeps {
  readonly bulk: BulkService;
  readonly tickets: SecretTickets;
}

/** Requests about actions on many devices. */
export const bulkRequests = ({ bulk, tickets }: BulkRequestDeps): Handlers<keyof typeof contract> => ({
  'bulk.preview': async ({ deviceKeys, action }, signal) => {
    const plan = await bulk.preview(deviceKeys, action, signal);
    return plan.ok ? ok(planView(plan.value)) : plan;
  },

  'bulk.start': async ({ planId, count, ticket }) => {
    const secrets = ticket === undefined ? undefined : tickets.take(ticket);
    if (secrets?.ok === false) return secrets;
    const password = secrets?.value['password'];
    return viewed(
      bulk.start(planId, {
        ...defined({ count, password }),
      }),
    );
  },

  'bulk.list': async () => ok(bulk.list().map(bulkRunView)),

  'bulk.status': async ({ runId, version }, signal) => {
    const status = await bulk.status(runId, version, signal);
    return status.ok ? ok({ run: bulkRunView(status.value.run), items: status.value.items.map(itemView) }) : status;
  },

  'bulk.cancel': async ({ runId }) => viewed(bulk.cancel(runId)),
  'bulk.retry': async ({ runId }) => viewed(bulk.retry(runId)),
  'bulk.report': async ({ runId, format }) => bulk.report(runId, format),
});
