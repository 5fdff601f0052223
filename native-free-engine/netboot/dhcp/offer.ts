import { DHCP_COOKIE, DhcpHeader, MESSAGE_TYPE, OPTION } from './structs.ts';

/** A server's answer to DHCPDISCOVER. Addresses as people write them, empty where there is none. */
export interface Offer {
  readonly transaction: number;
  /** What the server calls itself: option 54. */
  readonly server: string;
  /** What it offers; empty from a server that hands out no addresses (proxyDHCP). */
  readonly address: string;
  /** It says what to start: a file, or that it is a boot server. */
  readonly boots: boolean;
  readonly bootFile: string;
}

/** More than fits into any datagram. */
const MOST = 65_507;
const PXE = 'PXEClient';
/** Option 52: which fields of the header hold options as well. */
const FILE_HOLDS_OPTIONS = 1;
const NAME_HOLDS_OPTIONS = 2;

/** A DHCPOFFER; null for whatever else comes by, cut short and made up messages too. RFC 2131, 4.1 and 4.3.1. */
export function decodeOffer(message: Uint8Array): Offer | null {
  if (message.length < DhcpHeader.size || message.length > MOST) return null;
  const header = DhcpHeader.read(message.subarray(0, DhcpHeader.size));
  if (header.op !== 2 || header.cookie !== DHCP_COOKIE) return null;
  const options = new Map<number, Uint8Array>();
  if (!readOptions(message.subarray(DhcpHeader.size), options)) return null;
  const overload = options.get(OPTION.overload)?.[0] ?? 0;
  // RFC 2131, 4.1: first those of the file field, then those of the name.
  if (overload & FILE_HOLDS_OPTIONS && !readOptions(header.bootFile, options)) return null;
  if (overload & NAME_HOLDS_OPTIONS && !readOptions(header.serverName, options)) return null;
  if (options.get(OPTION.messageType)?.[0] !== MESSAGE_TYPE.offer) return null;

  const file = text(options.get(OPTION.bootFile)) || (overload & FILE_HOLDS_OPTIONS ? '' : text(header.bootFile));
  return {
    transaction: header.transaction,
    server: address(options.get(OPTION.serverId)),
    address: address(header.yourAddress),
    boots: file !== '' || text(options.get(OPTION.vendorClass)).startsWith(PXE),
    bootFile: file,
  };
}

/**
 * Adds options to those read before; one that comes again goes on with its value (RFC 3396, 7).
 * @returns false when one of them reaches past its field
 */
function readOptions(field: Uint8Array, into: Map<number, Uint8Array>): boolean {
  for (let at = 0; at < field.length;) {
    const code = field[at++];
    if (code === OPTION.end) return true;
    if (code === OPTION.pad || code === undefined) continue;
    const length = field[at++];
    if (length === undefined || at + length > field.length) return false;
    const before = into.get(code) ?? new Uint8Array(0);
    const whole = new Uint8Array(before.length + length);
    whole.set(before);
    whole.set(field.subarray(at, at + length), before.length);
    into.set(code, whole);
    at += length;
  }
  return true;
}

/** Up to the first zero; whatever is no printable ASCII is not shown. */
function text(bytes: Uint8Array | undefined): string {
  if (!bytes) return '';
  const end = bytes.indexOf(0);
  return [...bytes.subarray(0, end < 0 ? bytes.length : end)].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?')).join('');
}

const address = (bytes: Uint8Array | undefined): string => (bytes?.length === 4 && bytes.some((byte) => byte !== 0) ? bytes.join('.') : '');
