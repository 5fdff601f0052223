import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeOffer, encodeDiscover, errnoOf, type DhcpServer } from '../../../native-free-engine/index.ts';
import { NotHere } from './attempt.ts';

/** RFC 2131, 4.1. */
const SERVER_PORT = 67;
const CLIENT_PORT = 68;
const EVERYBODY = '255.255.255.255';
/** Servers look whether an address is free before they offer it: dnsmasq for three seconds, ISC's for one. */
const LISTEN_MS = 4_000;
/** All of it together. */
export const DHCP_MS = 8_000;
/** A datagram may get lost: each question is put once more. */
const REPEAT_MS = 700;
const MOST_INTERFACES = 16;
const MOST_SERVERS = 50;

/** What one interface asks, and by which number its answers are known. */
interface Question {
  readonly via: string;
  readonly from: string;
  readonly message: Uint8Array;
  readonly transaction: number;
}

/**
 * Asks every network of this computer which DHCP servers there are: sends DHCPDISCOVER as a machine would that starts from
 * the network, by BIOS and by UEFI, and takes up no offer. Nothing else of this program sends anything to a network unasked.
 * @throws NotHere without an interface that has an IPv4 address; the system's error where port 68 may not be had
 */
export async function dhcpServers(signal: AbortSignal, listenMs = LISTEN_MS): Promise<DhcpServer[]> {
  const questions = questionsOf(networkInterfaces());
  if (questions.length === 0) throw new NotHere('no network interface with an IPv4 address');
  const found = new Map<string, DhcpServer>();
  const sockets: Socket[] = [];
  const hear = (message: Uint8Array, sender: string): void => {
    const offer = decodeOffer(message);
    const asked = offer && questions.find(({ transaction }) => transaction === offer.transaction);
    if (!asked) return;
    const address = offer.server || sender;
    const key = `${address} ${asked.via}`;
    // A network that answers with thousands of servers is not listened to for long.
    if (found.has(key) || found.size < MOST_SERVERS) found.set(key, { address, via: asked.via, boots: offer.boots || (found.get(key)?.boots ?? false) });
  };
  const open = async (address: string): Promise<Socket> => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    sockets.push(socket);
    socket.on('message', (message, { address: sender }) => hear(message, sender));
    socket.bind({ port: CLIENT_PORT, address });
    await once(socket, 'listening', { signal });
    socket.on('error', () => undefined);
    socket.setBroadcast(true);
    return socket;
  };
  try {
    // What is sent to everybody arrives at the one that is bound to no address; the bound ones choose the interface that is sent from.
    await open('0.0.0.0').catch(rethrow);
    const senders = new Map<string, Socket>();
    for (const { from } of questions) if (!senders.has(from)) senders.set(from, await open(from).catch(rethrow));
    const send = async (): Promise<(Error | null)[]> => Promise.all(questions.map(({ from, message }) => sent(senders.get(from), message)));
    const faults = await send();
    await sleep(Math.min(REPEAT_MS, listenMs), undefined, { signal });
    await send();
    await sleep(Math.max(0, listenMs - REPEAT_MS), undefined, { signal });
    const [fault] = faults.filter((each) => each !== null);
    // Where not every network could be asked, that nobody answered says nothing.
    if (fault && found.size === 0) throw fault;
    return [...found.values()];
  } finally {
    for (const socket of sockets) socket.close();
  }
}

function questionsOf(interfaces: ReturnType<typeof networkInterfaces>): Question[] {
  return Object.entries(interfaces).flatMap(([via, addresses]) => {
    // An interface without a hardware address is a tunnel: nobody starts a machine through it.
    const own = addresses?.find(({ family, internal, mac }) => family === 'IPv4' && !internal && /[1-9a-f]/i.test(mac));
    return own ? [{ via, from: own.address, mac: Uint8Array.from(own.mac.split(':'), (byte) => Number.parseInt(byte, 16)) }] : [];
  }).slice(0, MOST_INTERFACES).flatMap(({ via, from, mac }) => (['bios', 'uefi'] as const).map((architecture): Question => {
    const transaction = randomInt(2 ** 32);
    return { via, from, transaction, message: encodeDiscover({ transaction, hardwareAddress: mac, architecture }) };
  }));
}

const sent = (socket: Socket | undefined, message: Uint8Array): Promise<Error | null> =>
  new Promise((resolve) => (socket ? socket.send(message, SERVER_PORT, EVERYBODY, (error) => resolve(error)) : resolve(null)));

/** The port of clients is the system's own client's as well. */
function rethrow(error: unknown): never {
  if (errnoOf(error) === 'EADDRINUSE') throw new Error('UDP port 68 is held by another program', { cause: error });
  throw error;
}
