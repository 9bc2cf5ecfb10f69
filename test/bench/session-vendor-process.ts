import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';

// A vendor whose tunnels all lead to one port, in a process of its own: its relay is as much in everybody's way as the
// vendor's would be. Arguments: token, port. Prints its base URL, and ends with its standard input.
const [token = '', port = ''] = process.argv.slice(2);
const vendor = new RemoteIotSimulator({ token, devices: 1, target: () => ({ host: '127.0.0.1', port: Number(port) }) });
await vendor.listen();
console.log(vendor.baseUrl);
process.stdin.resume();
process.stdin.once('end', () => void vendor.dispose());
