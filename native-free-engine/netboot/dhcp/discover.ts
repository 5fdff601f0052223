import { BROADCAST_FLAG, DHCP_COOKIE, DhcpHeader, MESSAGE_TYPE, OPTION } from './structs.ts';

/** What a machine that starts from the network is: RFC 4578, 2.1, as corrected by the registry of processor architectures. */
export const PXE_ARCHITECTURES = { bios: 0, uefi: 7 } as const;

export interface Discover {
  /** Chosen at random: answers repeat it. 32 bits. */
  readonly transaction: number;
  /** The interface's own, six bytes: a server that knows it offers the address that it has, and takes none out of its stock. */
  readonly hardwareAddress: Uint8Array;
  readonly architecture: keyof typeof PXE_ARCHITECTURES;
}

const ETHERNET = 1;
/** What BOOTP relays and old servers expect at least; RFC 1542, 2.1. Bytes. */
const LEAST = 300;
/** Of an Ethernet frame. */
const MTU = 1500;
/** Version 3.16 of the network driver interface, which UEFI has. */
const UNDI = [1, 3, 16] as const;

/**
 * DHCPDISCOVER as a machine sends it that wants to start from the network: ordinary servers answer it, and so do those that
 * only tell machines what to start. An offer is not taken up; what was offered is free again when the server gives it up.
 * RFC 2131, 4.4.1; RFC 4578.
 */
export function encodeDiscover({ transaction, hardwareAddress, architecture }: Discover): Uint8Array {
  const arch = PXE_ARCHITECTURES[architecture];
  const header = DhcpHeader.write({
    op: 1, hardwareType: ETHERNET, hardwareLength: hardwareAddress.length, hops: 0, transaction, seconds: 0, flags: BROADCAST_FLAG,
    clientAddress: new Uint8Array(4), yourAddress: new Uint8Array(4), nextServer: new Uint8Array(4), relayAddress: new Uint8Array(4),
    hardwareAddress: padded(hardwareAddress, 16), serverName: new Uint8Array(64), bootFile: new Uint8Array(128), cookie: DHCP_COOKIE,
  });
  const options = [
    [OPTION.messageType, MESSAGE_TYPE.discover],
    [OPTION.parameterList, 1, 3, 6, OPTION.vendorData, OPTION.serverId, OPTION.vendorClass, OPTION.bootServer, OPTION.bootFile],
    [OPTION.maximumSize, MTU >> 8, MTU & 0xff],
    [OPTION.vendorClass, ...new TextEncoder().encode(`PXEClient:Arch:${String(arch).padStart(5, '0')}:UNDI:003016`)],
    [OPTION.architecture, arch >> 8, arch & 0xff],
    [OPTION.networkInterface, ...UNDI],
    // Type 0, a GUID; of all zeros, because none is known.
    [OPTION.machineId, ...new Uint8Array(17)],
  ].flatMap(([code = 0, ...value]) => [code, value.length, ...value]);
  const message = new Uint8Array(Math.max(LEAST, header.length + options.length + 1));
  message.set(header);
  message.set(options, header.length);
  message[header.length + options.length] = OPTION.end;
  return message;
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(bytes.subarray(0, length));
  return whole;
}
