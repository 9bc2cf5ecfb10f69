import type { DeviceRecord } from '../fleet/device.ts';
import type { PasswordProtocol } from './bulk-action.ts';

/** A call of one operation of a vendor. */
export interface OperationCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The call that makes a change of a device. */
export interface EditCall extends OperationCall {
  /** A call that must be made first. Many devices of one account need it once, and it may have been made before. */
  readonly first?: OperationCall;
  /** The alternative call, if the account's kind of credentials may not make this one. */
  readonly otherwise?: OperationCall;
}

/** Why this device cannot be changed so, as a sentence. */
export interface Refusal {
  readonly reason: string;
}

/** Why a vendor's API cannot make a change on any device. It follows the vendor's name: `has no groups`. */
export interface NotOffered {
  readonly not: string;
}

/** A change that a vendor's API makes, or why it does not. */
export type Edit<T> = T | NotOffered;

/** True if the vendor's API makes the change. */
export const isOffered = <T extends object>(edit: Edit<T>): edit is T => !('not' in edit);

export interface RenameEdit {
  /** Whether the call sets a description, too. One that is left out stays as it is. */
  readonly description: boolean;
  call(device: DeviceRecord, name: string, description?: string): EditCall;
}

export interface GroupEdit {
  /** What the vendor calls a group. */
  readonly called: 'Group' | 'Home';
  /** What names a group in the call. A number is not among the names that a device shows. */
  readonly by: 'name' | 'number';
  /** Where the user finds it and what it needs, in one or two sentences. */
  readonly help?: string;
  /** `isKnown`: the account has this group already. */
  call(device: DeviceRecord, group: string, isKnown: boolean): EditCall | Refusal;
}

export interface TagEdit {
  /** Whether a device has any number of tags; else it has one or none. */
  readonly many: boolean;
  /** The calls that leave the device with these tags; none if it has them already. */
  calls(device: DeviceRecord, tags: readonly string[]): readonly EditCall[];
}

/** A way to delete a device, with what is lost. */
export interface Deletion extends EditCall {
  /** Unique among the ways of the vendor. */
  readonly id: string;
  /** For a person: `Delete this device`. */
  readonly title: string;
  readonly loss: string;
  /** `Delete device`. */
  readonly verb: string;
  /** What happened to the device, in two or three words. */
  readonly after: string;
  /** It takes more than the other way does. */
  readonly isHard: boolean;
  /** Why it cannot be done now. */
  readonly reason?: string;
}

export interface DeleteEdit {
  /** What chooses the harder way, where there are two: `At Acme, erase them for ever`. */
  readonly hardLabel?: string;
  /** The gentler way first. */
  deletions(device: DeviceRecord): readonly Deletion[];
}

export interface CustomFieldEdit {
  call(device: DeviceRecord, field: string, value: string): EditCall;
  /** How present values are read. */
  readonly read: {
    readonly operation: string;
    /** The maximum of devices in one call. */
    readonly atOnce: number;
    input(field: string, deviceIds: readonly string[]): OperationCall['input'];
    /** Values by the ids of devices. */
    values(answer: unknown): ReadonlyMap<string, string>;
  };
}

/** A job: a command or the name of a script. */
export interface JobOrder {
  readonly name: string;
  readonly work: { readonly command: string } | { readonly script: string };
  /** GMT, `2017-05-19 00:00:00`. */
  readonly time: string;
}

export interface UploadOrder {
  readonly file: { readonly name: string; readonly base64: string };
  readonly folder: string;
}

export interface CommandOrder {
  readonly action: string;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

export interface PasswordEdit {
  /** The call without the password. */
  call(device: DeviceRecord, protocol: PasswordProtocol, user: string | undefined): EditCall | Refusal;
  /** Which input of the call is the password. */
  input(protocol: PasswordProtocol): string;
}

/** What can be changed on a device of a vendor, as calls of its operations. Bulk and the device page both ask it. */
export interface DeviceEdits {
  readonly rename: Edit<RenameEdit>;
  readonly group: Edit<GroupEdit>;
  readonly tag: Edit<TagEdit>;
  readonly delete: Edit<DeleteEdit>;
  readonly customField: Edit<CustomFieldEdit>;
  readonly job: Edit<{ call(device: DeviceRecord, job: JobOrder): EditCall }>;
  readonly upload: Edit<{ call(device: DeviceRecord, upload: UploadOrder): EditCall }>;
  readonly command: Edit<{ call(device: DeviceRecord, command: CommandOrder): EditCall | Refusal }>;
  readonly password: Edit<PasswordEdit>;
}

/** The input of an operation that names a device. */
export interface DeviceParameter {
  readonly parameter: string;
  readonly form: 'id' | 'ids';
  /** What the id is of. */
  readonly of: 'device' | 'service';
  /** Where only some devices fit: those that have a service of this id, or those that lack it. `reason`: why not others. */
  readonly only?: { readonly service: string; readonly has: boolean; readonly reason: string };
}

/** What of an operation tells which input names a device. */
export interface OperationShape {
  readonly id: string;
  readonly path: string;
  /** Names of its inputs. */
  readonly inputs: readonly string[];
}

/** An input with the device filled in. */
export const withDevice = (
  { parameter, form }: Pick<DeviceParameter, 'parameter' | 'form'>,
  deviceId: string,
  input: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({ ...input, [parameter]: form === 'ids' ? [deviceId] : deviceId });
