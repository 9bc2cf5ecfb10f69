import type { BulkAction, PasswordProtocol } from '../../core/operation/bulk-action.ts';
import { bulkTitle, planBulk, type Plan, type PlanRow } from '../../core/operation/bulk-plan.ts';
import { reportCsv, type ReportLine } from '../../core/operation/bulk-outcome.ts';
import type { Device } from '../../core/fleet/device.ts';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { describeException } from '../../core/base/exception.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Log } from '../../core/base/log.ts';
import type { Connector, Danger, Operation } from '../../vendors/vendor.ts';
import type { Accounts } from '../fleet/accounts.ts';
import type { Activity } from '../activity/activity.ts';
import { isOffered, type OperationCall } from '../../core/operation/device-edit.ts';
import { isThere, sendEdit } from './send-edit.ts';
import { planContext, readCustomField, type BulkCatalogue } from './bulk-context.ts';
import { BulkRun, type BulkItem, type BulkRunSnapshot } from './bulk-run.ts';
import type { BulkSecrets } from './bulk-secrets.ts';
import type { DeviceLogs } from './device-logs.ts';
import type { Inventory } from '../fleet/inventory.ts';

export interface BulkDeps {
  readonly accounts: Pick<Accounts, 'get' | 'vendor' | 'connector'>;
  readonly inventory: Pick<Inventory, 'device' | 'devices' | 'refresh'>;
  readonly secrets: Pick<BulkSecrets, 'rotate' | 'forget'>;
  /** Reads that empty what they read are kept by it. */
  readonly deviceLogs: Pick<DeviceLogs, 'call'>;
  /** Records each call in the history, without its input. */
  readonly activity: Pick<Activity, 'recordOperation'>;
  readonly clock: Clock;
  readonly log: Log;
  /** An unguessable text. */
  readonly newId: () => string;
  /** Names of an operation's inputs. */
  readonly inputsOf: (operation: Operation) => readonly string[];
}

/** A plan that was shown. */
export interface BulkPlan extends Plan {
  readonly planId: string;
  readonly title: string;
  readonly danger: 'none' | 'changes' | 'destroys';
  readonly confirm?: string;
  readonly notes: readonly string[];
}

interface Kept {
  readonly plan: BulkPlan;
  readonly action: BulkAction;
}

interface KeptRun extends Kept {
  readonly run: BulkRun;
}

/**
 * The maximum of calls at once per account; the rate-limit group of its HTTP client respects the vendor's own limits
 * besides.
 */
const width = 4;
const maxPlans = 16;
const maxRuns = 20;
/** Milliseconds a caller waits for changes. */
const maxWaitMs = 20_000;
const refreshMs = 120_000;

const noRun = (): Result<never> =>
  fail('not-found', 'There is no such run any more.', 'Runs are kept until Quayside ends; start it again.');

/** Actions on many devices: plans that change nothing, and runs of them. */
export class Bulk {
  readonly #deps: BulkDeps;
  readonly #catalogue: BulkCatalogue;
  readonly #plans = new Map<string, Kept>();
  readonly #runs = new Map<string, KeptRun>();

  constructor(deps: BulkDeps) {
    this.#deps = deps;
    this.#catalogue = {
      vendor: (id) => deps.accounts.vendor(id),
      account: (id) => deps.accounts.get(id),
      inputsOf: deps.inputsOf,
    };
  }

  /** What the action would do to each device. Errors: invalid-input, not-found (none of the devices exists). */
  async preview(deviceKeys: readonly string[], action: BulkAction, signal: AbortSignal): Promise<Result<BulkPlan>> {
    const { inventory, clock } = this.#deps;
    const chosen = [...new Set(deviceKeys)].flatMap((key): readonly Device[] => {
      const device = inventory.device(key);
      return device === undefined ? [] : [device];
    });
    if (chosen.length === 0)
      return fail('not-found', 'None of these devices is there any more.', 'Select others in the list.');
    const notes: string[] = [];
    const fields =
      action.kind === 'custom-field' && action.field.trim() !== ''
        ? await readCustomField(chosen, action.field, this.#deps.accounts, signal)
        : { values: new Map<string, string>() };
    if (fields.problem !== undefined) notes.push(`The present values are not known: ${fields.problem.message}`);
    const groups = new Set<string>();
    for (const device of inventory.devices.values())
      for (const group of device.groups) groups.add(`${device.accountId}\n${group}`);
    const planned = planBulk(
      action,
      chosen,
      inventory.devices.values(),
      planContext(this.#catalogue, {
        groups,
        fields: fields.values,
        now: new Date(clock.now()).toISOString().slice(0, 19).replace('T', ' '),
      }),
    );
    if (!planned.ok) return planned;
    const { rows, leftOut } = planned.value;
    const plan: BulkPlan = {
      planId: this.#deps.newId(),
      title: bulkTitle(action, rows.length),
      ...this.#dangerOf(rows),
      rows,
      leftOut,
      notes,
    };
    this.#plans.set(plan.planId, { plan, action });
    for (const oldest of this.#plans.keys()) {
      if (this.#plans.size <= maxPlans) break;
      this.#plans.delete(oldest);
    }
    return ok(plan);
  }

  /**
   * Runs a plan once. `count` must be its number of devices if it destroys. `password` is for the action `password`.
   * Errors: not-found, invalid-input, confirmation-required.
   */
  start(planId: string, options: { readonly count?: number; readonly password?: string }): Result<BulkRunSnapshot> {
    const stored = this.#plans.get(planId);
    if (stored === undefined)
      return fail('not-found', 'This plan is no longer here.', 'Look at what will change once more, then start it.');
    const { plan, action } = stored;
    if (plan.rows.length === 0)
      return fail('invalid-input', 'There is no device left to change.', 'Change the action or the selection.');
    if (plan.danger === 'destroys' && options.count !== plan.rows.length)
      return fail('confirmation-required', plan.confirm ?? '', `Enter ${plan.rows.length} to confirm.`);
    if (action.kind === 'password' && !action.generate && (options.password ?? '') === '')
      return fail(
        'invalid-input',
        'There is no new password.',
        'Enter the new password, or let Quayside make one each.',
      );
    this.#plans.delete(planId);
    const id = this.#deps.newId();
    const firsts = new Map<string, Promise<Result<unknown>>>();
    const run = new BulkRun(id, plan.title, plan.rows, {
      clock: this.#deps.clock,
      width,
      repeatable: (row) => this.#operations(row).every((operation) => operation?.repeatable === true),
      call: (row, signal) =>
        action.kind === 'password'
          ? this.#deps.secrets.rotate(row.device.key, action, options.password, (password) =>
              this.#call(this.#withPassword(row, action.protocol, password), firsts, signal),
            )
          : this.#call(row, firsts, signal),
      onException: (thrown) =>
        this.#deps.log.write('error', 'bulk.exception', { run: id, ...describeException(thrown) }),
      onEnded: () => this.#refresh(plan.rows),
    });
    this.#runs.set(id, { run, plan, action });
    this.#deps.log.write('info', 'bulk.start', { run: id, kind: action.kind, devices: plan.rows.length });
    this.#forgetOldRuns();
    return ok(run.snapshot());
  }

  /** Newest first. */
  list(): readonly BulkRunSnapshot[] {
    return [...this.#runs.values()].map(({ run }) => run.snapshot()).reverse();
  }

  /** The run and its changes after `version`; waits a while if there are none. Errors: not-found. */
  async status(
    runId: string,
    version: number,
    signal: AbortSignal,
  ): Promise<Result<{ readonly run: BulkRunSnapshot; readonly items: readonly BulkItem[] }>> {
    const entry = this.#runs.get(runId);
    if (entry === undefined) return noRun();
    const { run } = entry;
    if (run.snapshot().state !== 'ended') await run.changedAfter(version, maxWaitMs, signal);
    return ok({ run: run.snapshot(), items: run.itemsSince(version) });
  }

  cancel(runId: string): Result<BulkRunSnapshot> {
    const entry = this.#runs.get(runId);
    if (entry === undefined) return noRun();
    entry.run.cancel();
    return ok(entry.run.snapshot());
  }

  /** Errors: not-found, conflict (it still runs, or nothing can be tried again). */
  retry(runId: string): Result<BulkRunSnapshot> {
    const entry = this.#runs.get(runId);
    if (entry === undefined) return noRun();
    return entry.run.retry()
      ? ok(entry.run.snapshot())
      : fail('conflict', 'There is nothing to try again.', 'What may have been done is not sent a second time.');
  }

  /** The result of a run, device by device. Errors: not-found. */
  report(runId: string, format: 'csv' | 'json'): Result<{ readonly name: string; readonly text: string }> {
    const entry = this.#runs.get(runId);
    if (entry === undefined) return noRun();
    const account = (id: string): string => this.#deps.accounts.get(id)?.label ?? 'a removed account';
    const snapshot = entry.run.snapshot();
    const lines: readonly ReportLine[] = [
      ...entry.run.itemsSince(0).map((item) => ({
        device: item.row.device.name,
        id: item.row.device.id,
        account: account(item.row.device.accountId),
        result: item.state,
        before: item.row.before ?? '',
        after: item.row.after,
        attempts: item.attempts,
        tookMs: item.tookMs,
        reason: item.error === undefined ? '' : `${item.error.message} ${item.error.hint}`,
      })),
      ...entry.plan.leftOut.map(({ device, reason }) => ({
        device: device.name,
        id: device.id,
        account: account(device.accountId),
        result: 'left out' as const,
        before: '',
        after: '',
        attempts: 0,
        tookMs: undefined,
        reason,
      })),
    ];
    const startedAt = new Date(snapshot.startedAt).toISOString();
    const stem = `${snapshot.title} ${startedAt.slice(0, 16)}`.replace(/[^\p{L}\p{N}]+/gu, '-').toLowerCase();
    return ok({
      name: `${stem}.${format}`,
      text:
        format === 'csv'
          ? reportCsv(lines)
          : `${JSON.stringify({ title: snapshot.title, startedAt, devices: lines }, undefined, 2)}\n`,
    });
  }

  /** Deletes the passwords of an account's devices; call it while the devices are still known. */
  async forgetAccount(accountId: string): Promise<void> {
    for (const device of this.#deps.inventory.devices.values())
      if (device.accountId === accountId && this.#takesPasswords(device)) await this.#deps.secrets.forget(device.key);
  }

  dispose(): void {
    for (const { run } of this.#runs.values()) run.dispose();
    this.#plans.clear();
  }

  #takesPasswords({ vendor }: Device): boolean {
    const edit = this.#deps.accounts.vendor(vendor)?.edits.password;
    return edit !== undefined && isOffered(edit);
  }

  #withPassword(row: PlanRow, protocol: PasswordProtocol, password: string): PlanRow {
    const edit = this.#deps.accounts.vendor(row.device.vendor)?.edits.password;
    // This action has rows only where the vendor accepts passwords.
    if (edit === undefined || !isOffered(edit)) return row;
    return { ...row, input: { ...row.input, [edit.input(protocol)]: password } };
  }

  #operation(row: PlanRow, id: string): Operation | undefined {
    return this.#deps.accounts.vendor(row.device.vendor)?.operations.find((operation) => operation.id === id);
  }

  /** The operations that a row may call. */
  #operations(row: PlanRow): readonly (Operation | undefined)[] {
    return [row, ...(row.otherwise === undefined ? [] : [row.otherwise])].map((call) =>
      this.#operation(row, call.operation),
    );
  }

  /** The most dangerous effect of a row, and the sentences that say so. */
  #dangerOf(rows: readonly PlanRow[]): Pick<BulkPlan, 'danger' | 'confirm'> {
    const losses = new Map<Extract<Danger, { level: 'destroys' }>, number>();
    let danger: BulkPlan['danger'] = 'none';
    for (const operation of rows.flatMap((row) => this.#operations(row))) {
      const level = operation?.danger;
      if (level?.level === 'destroys') losses.set(level, (losses.get(level) ?? 0) + 1);
      else if (level?.level === 'changes') danger = 'changes';
    }
    if (losses.size === 0) return { danger };
    const sentences = [...losses].map(([{ confirm, confirmMany }, count]) =>
      count === 1 ? confirm : (confirmMany ?? `For each of these ${count} devices: ${confirm}`),
    );
    return { danger: 'destroys', confirm: sentences.join(' ') };
  }

  async #call(
    row: PlanRow,
    firsts: Map<string, Promise<Result<unknown>>>,
    signal: AbortSignal,
  ): Promise<Result<unknown>> {
    const connector = await this.#deps.accounts.connector(row.device.accountId);
    if (!connector.ok) return connector;
    const { first } = row;
    if (first !== undefined) {
      const key = `${row.device.accountId}\n${JSON.stringify(first)}`;
      const before = this.#operation(row, first.operation);
      const known = firsts.get(key) ?? (before && connector.value.call(before, first.input, signal));
      if (known !== undefined) {
        firsts.set(key, known);
        const done = await known;
        if (!done.ok && !isThere(done)) {
          firsts.delete(key);
          return { ok: false, error: { ...done.error, refused: true } };
        }
      }
    }
    return sendEdit(row, (call) => this.#send(row, call, connector.value, signal));
  }

  async #send(row: PlanRow, call: OperationCall, connector: Connector, signal: AbortSignal): Promise<Result<unknown>> {
    const operation = this.#operation(row, call.operation);
    if (operation === undefined)
      return fail('unsupported', `There is no operation ${call.operation}.`, 'Choose another action.');
    const { accountId, key } = row.device;
    const answer = await (operation.keep === undefined
      ? connector.call(operation, call.input, signal)
      : this.#deps.deviceLogs.call(accountId, operation, call.input));
    this.#deps.activity.recordOperation(accountId, operation.id, answer.ok ? undefined : answer.error, key);
    return answer;
  }

  /** The list of devices should show the changes. Failures of the listing show beside each account. */
  #refresh(rows: readonly PlanRow[]): void {
    for (const accountId of new Set(rows.map((row) => row.device.accountId)))
      void this.#deps.inventory.refresh(accountId, AbortSignal.timeout(refreshMs));
  }

  #forgetOldRuns(): void {
    for (const [id, { run }] of this.#runs) {
      if (this.#runs.size <= maxRuns) return;
      if (run.snapshot().state === 'ended') this.#runs.delete(id);
    }
  }
}
