import { bytes, struct, u16be, u32be, u8 } from '../../struct/index.ts';

/** The fixed part of a DHCP message, the magic cookie of its options included; they follow. */
export const DhcpHeader = struct('DhcpHeader', 240, 'RFC 2131, 2 "Protocol Summary", figure 1; RFC 2131, 3 for the magic cookie', {
  /** 1 a request, 2 a reply. */
  op: u8(0),
  /** As in "Assigned Numbers": 1 is Ethernet. */
  hardwareType: u8(1),
  hardwareLength: u8(2, { unit: 'bytes' }),
  hops: u8(3),
  transaction: u32be(4),
  seconds: u16be(8, { unit: 'seconds' }),
  /** Bit 15: answers are to be broadcast. */
  flags: u16be(10),
  /** Address that the client has. */
  clientAddress: bytes(12, 4),
  /** Address that it is offered. */
  yourAddress: bytes(16, 4),
  /** Server to start from. */
  nextServer: bytes(20, 4),
  relayAddress: bytes(24, 4),
  hardwareAddress: bytes(28, 16),
  /** Ended by a zero; or options, see option 52. */
  serverName: bytes(44, 64),
  /** Ended by a zero; or options, see option 52. */
  bootFile: bytes(108, 128),
  cookie: u32be(236),
});

export const DHCP_COOKIE = 0x63825363;
export const BROADCAST_FLAG = 0x8000;

/** RFC 2132 and, from 93 on, RFC 4578. */
export const OPTION = {
  pad: 0, end: 255, vendorData: 43, overload: 52, messageType: 53, serverId: 54, parameterList: 55, maximumSize: 57, vendorClass: 60, bootServer: 66, bootFile: 67,
  architecture: 93, networkInterface: 94, machineId: 97,
} as const;

/** RFC 2132, 9.6: option 53. */
export const MESSAGE_TYPE = { discover: 1, offer: 2 } as const;
