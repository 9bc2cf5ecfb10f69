import { completeTypes, type DBusMessage, type DBusValue } from './dbus-wire.ts';

export interface DBusMethod {
  /** The signatures of its arguments and results. A call with another signature never reaches `run`. */
  readonly takes: string;
  readonly gives: string;
  /** Returns the results; undefined if the arguments name nothing. `sender` is the caller's unique name. */
  readonly run: (args: readonly DBusValue[], sender: string) => readonly DBusValue[] | undefined;
}

export interface DBusProperty {
  readonly type: string;
  readonly read: () => DBusValue;
}

/** One interface of an object: anybody on the session bus can read and call it. */
export interface DBusInterface {
  readonly methods: Readonly<Record<string, DBusMethod>>;
  readonly properties: Readonly<Record<string, DBusProperty>>;
  /** The signature of each. */
  readonly signals: Readonly<Record<string, string>>;
}

/** The interfaces of an object by their names. */
export type DBusInterfaces = Readonly<Record<string, DBusInterface>>;

/** The reply to a call. */
export type DBusReply =
  | { readonly ok: true; readonly signature: string; readonly body: readonly DBusValue[] }
  | { readonly ok: false; readonly name: string; readonly text: string };

const errors = 'org.freedesktop.DBus.Error';
const refused = (name: string, text: string): DBusReply => ({ ok: false, name: `${errors}.${name}`, text });
const given = (signature: string, ...body: readonly DBusValue[]): DBusReply => ({ ok: true, signature, body });

const own = <T>(record: Readonly<Record<string, T>> | undefined, name: DBusValue | undefined): T | undefined =>
  record !== undefined && typeof name === 'string' && Object.hasOwn(record, name) ? record[name] : undefined;

/** The description of an object, for debuggers and some panels. */
const describe = (interfaces: DBusInterfaces, children: readonly string[]): string => {
  const argument = (type: string, direction: string): string => `<arg type="${type}"${direction}/>`;
  const lines = Object.entries(interfaces).map(([name, { methods, properties, signals }]) =>
    [
      `<interface name="${name}">`,
      ...Object.entries(methods).map(([method, { takes, gives }]) =>
        [
          `<method name="${method}">`,
          ...completeTypes(takes).map((type) => argument(type, ' direction="in"')),
          ...completeTypes(gives).map((type) => argument(type, ' direction="out"')),
          '</method>',
        ].join(''),
      ),
      ...Object.entries(properties).map(
        ([property, { type }]) => `<property name="${property}" type="${type}" access="read"/>`,
      ),
      ...Object.entries(signals).map(
        ([signal, signature]) =>
          `<signal name="${signal}">${completeTypes(signature)
            .map((type) => argument(type, ''))
            .join('')}</signal>`,
      ),
      '</interface>',
    ].join(''),
  );
  return `<node>${lines.join('')}${children.map((child) => `<node name="${child}"/>`).join('')}</node>`;
};

const childrenOf = (objects: ReadonlyMap<string, unknown>, path: string): readonly string[] => {
  const prefix = path === '/' ? '/' : `${path}/`;
  const below = [...objects.keys()].filter((other) => other !== path && other.startsWith(prefix));
  return [...new Set(below.map((other) => other.slice(prefix.length).split('/')[0] ?? ''))];
};

const answerProperties = (interfaces: DBusInterfaces, call: DBusMessage): DBusReply => {
  const [interfaceName, name] = call.body;
  const found = own(interfaces, interfaceName);
  if (found === undefined) return refused('UnknownInterface', 'This object has no such interface.');
  const property = own(found.properties, name);
  if (call.member === 'GetAll' && call.signature === 's')
    return given(
      'a{sv}',
      Object.entries(found.properties).map(([key, { type, read }]) => [key, { signature: type, value: read() }]),
    );
  if (property === undefined) return refused('UnknownProperty', 'This interface has no such property.');
  if (call.member === 'Get' && call.signature === 'ss')
    return given('v', { signature: property.type, value: property.read() });
  return refused('PropertyReadOnly', 'This property cannot be set.');
};

/** Answers a call to one of our objects, including the calls that every object answers. */
export const answerCall = (objects: ReadonlyMap<string, DBusInterfaces>, call: DBusMessage): DBusReply => {
  if (call.interface === 'org.freedesktop.DBus.Peer' && call.member === 'Ping') return given('');
  const interfaces = objects.get(call.path ?? '');
  if (call.interface === 'org.freedesktop.DBus.Introspectable' && call.member === 'Introspect')
    return given('s', describe(interfaces ?? {}, childrenOf(objects, call.path ?? '')));
  if (interfaces === undefined) return refused('UnknownObject', 'There is no such object here.');
  if (call.interface === 'org.freedesktop.DBus.Properties') return answerProperties(interfaces, call);
  // The interface may be missing in a call.
  const candidates = call.interface === undefined ? Object.values(interfaces) : [own(interfaces, call.interface)];
  const method = candidates.map((entry) => own(entry?.methods, call.member)).find((entry) => entry !== undefined);
  if (method === undefined) return refused('UnknownMethod', 'This object has no such method.');
  if (method.takes !== call.signature) return refused('InvalidArgs', `This method takes ${method.takes || 'nothing'}.`);
  const body = method.run(call.body, call.sender ?? '');
  return body === undefined
    ? refused('InvalidArgs', 'The arguments name nothing here.')
    : { ok: true, signature: method.gives, body };
};
