import { expect, test } from 'vitest';
import { sessionBusPaths, socketPaths } from './dbus-address.ts';

test('an address of the bus names sockets, by path or beside the file system', () => {
  expect(socketPaths('unix:path=/run/user/1000/bus')).toEqual(['/run/user/1000/bus']);
  expect(socketPaths('unix:abstract=/tmp/dbus-x,guid=12;unix:guid=1,path=/tmp/a%20b')).toEqual([
    '\0/tmp/dbus-x',
    '/tmp/a b',
  ]);
  expect(socketPaths('autolaunch:;tcp:host=localhost,port=1;unix:path=%')).toEqual([]);
  expect(socketPaths('disabled')).toEqual([]);
});

test('without an address the usual socket counts only where it is', () => {
  expect(sessionBusPaths({ XDG_RUNTIME_DIR: '/nonexistent' })).toEqual([]);
  expect(sessionBusPaths({ DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: 'relative' })).toEqual([]);
  expect(sessionBusPaths({})).toEqual([]);
});
