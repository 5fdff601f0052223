import { describe, expect, test } from 'vitest';
import { decodeOffer, encodeDiscover } from '../../../native-free-engine/index.ts';

const MAC = Uint8Array.of(0x02, 0x00, 0x5e, 0x10, 0x20, 0x30);

/** A field of a message at the offset that RFC 2131, figure 1 gives it. */
const at = (message: Uint8Array, offset: number, length: number): number[] => [...message.subarray(offset, offset + length)];

/** The options of a message, read without the code that is tested: RFC 2131, 3 and RFC 2132, 2. */
function optionsOf(message: Uint8Array): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let i = 240; message[i] !== 255;) {
    const length = message[i + 1] ?? 0;
    found.set(message[i] ?? 0, at(message, i + 2, length));
    i += 2 + length;
  }
  return found;
}

describe('DHCPDISCOVER', () => {
  const message = encodeDiscover({ transaction: 0x3903f326, hardwareAddress: MAC, architecture: 'uefi' });

  test('has every field of RFC 2131, figure 1 and table 5 where it belongs', () => {
    expect(message.length, 'what BOOTP relays expect at least').toBeGreaterThanOrEqual(300);
    expect(at(message, 0, 4), 'op BOOTREQUEST, htype Ethernet, hlen 6, hops 0').toEqual([1, 1, 6, 0]);
    expect(at(message, 4, 4), 'xid').toEqual([0x39, 0x03, 0xf3, 0x26]);
    expect(at(message, 8, 2), 'secs').toEqual([0, 0]);
    expect(at(message, 10, 2), 'flags: broadcast').toEqual([0x80, 0]);
    expect(at(message, 12, 16), 'ciaddr, yiaddr, siaddr, giaddr').toEqual(Array<number>(16).fill(0));
    expect(at(message, 28, 16), 'chaddr').toEqual([...MAC, ...Array<number>(10).fill(0)]);
    expect(at(message, 44, 192), 'sname, file').toEqual(Array<number>(192).fill(0));
    expect(at(message, 236, 4), 'magic cookie').toEqual([99, 130, 83, 99]);
  });

  test('asks as a machine that starts from the network: RFC 4578', () => {
    const options = optionsOf(message);
    expect(options.get(53)).toEqual([1]);
    expect(String.fromCharCode(...(options.get(60) ?? []))).toBe('PXEClient:Arch:00007:UNDI:003016');
    expect(options.get(93)).toEqual([0, 7]);
    expect(options.get(94)).toEqual([1, 3, 16]);
    expect(options.get(97)).toHaveLength(17);
    expect(options.get(55)).toEqual(expect.arrayContaining([54, 60, 66, 67]));
    expect(optionsOf(encodeDiscover({ transaction: 1, hardwareAddress: MAC, architecture: 'bios' })).get(93)).toEqual([0, 0]);
  });

  test('is no offer itself', () => {
    expect(decodeOffer(message)).toBeNull();
  });
});

interface Said {
  readonly options?: readonly (readonly number[])[];
  readonly file?: readonly number[];
  readonly sname?: readonly number[];
  readonly yiaddr?: readonly number[];
}

/** A DHCPOFFER put together by hand from RFC 2131, figure 1 and table 3. Constructed. */
function offer({ options = [[53, 1, 2], [54, 4, 192, 168, 0, 1]], file = [], sname = [], yiaddr = [192, 168, 0, 50] }: Said = {}): Uint8Array {
  const message = new Uint8Array(240);
  message.set([2, 1, 6, 0, 0x39, 0x03, 0xf3, 0x26, 0, 0, 0x80, 0]);
  message.set(yiaddr, 16);
  message.set(MAC, 28);
  message.set(sname, 44);
  message.set(file, 108);
  message.set([99, 130, 83, 99], 236);
  return Uint8Array.from([...message, ...options.flat(), 255]);
}
const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
const PXE = [60, 9, ...ascii('PXEClient')];

describe('DHCPOFFER', () => {
  test('who offers what', () => {
    expect(decodeOffer(offer())).toEqual({ transaction: 0x3903f326, server: '192.168.0.1', address: '192.168.0.50', boots: false, bootFile: '' });
  });

  test.each<[string, Said, Partial<ReturnType<typeof decodeOffer>>]>([
    ['a file in its field', { file: ascii('pxelinux.0') }, { boots: true, bootFile: 'pxelinux.0' }],
    ['a file as option 67, which counts before the field', { file: ascii('other'), options: [[53, 1, 2], [67, 5, ...ascii('a.efi')]] }, { boots: true, bootFile: 'a.efi', server: '' }],
    ['a proxy offers no address and says that it is a boot server', { yiaddr: [0, 0, 0, 0], options: [[53, 1, 2], [54, 4, 10, 0, 0, 2], PXE] }, { boots: true, address: '', server: '10.0.0.2' }],
    ['pads between options', { options: [[0, 0, 53, 1, 2, 0], [54, 4, 10, 0, 0, 3]] }, { server: '10.0.0.3' }],
    ['options in the file field: RFC 2132, 9.3', { options: [[53, 1, 2], [52, 1, 1]], file: [54, 4, 10, 0, 0, 4, 255] }, { server: '10.0.0.4', boots: false }],
    ['options in both fields', { options: [[53, 1, 2], [52, 1, 3]], file: [54, 4, 10, 0, 0, 5, 255], sname: [...PXE, 255] }, { server: '10.0.0.5', boots: true }],
    ['a value in two pieces: RFC 3396', { options: [[53, 1, 2], [67, 2, ...ascii('a.')], [67, 3, ...ascii('efi')]] }, { bootFile: 'a.efi' }],
    ['what is no text is not shown as it is', { file: [0x1b, 0x5b, 0x32, 0x4a] }, { bootFile: '?[2J' }],
    ['a server identifier of the wrong length is none', { options: [[53, 1, 2], [54, 3, 1, 2, 3]] }, { server: '' }],
  ])('%s', (_what, said, expected) => {
    expect(decodeOffer(offer(said))).toMatchObject(expected ?? {});
  });

  test.each<[string, Uint8Array]>([
    ['another kind of message: DHCPACK', offer({ options: [[53, 1, 5]] })],
    ['BOOTP without DHCP', offer({ options: [] })],
    ['a request', Uint8Array.from(offer(), (byte, i) => (i === 0 ? 1 : byte))],
    ['another cookie', Uint8Array.from(offer(), (byte, i) => (i === 236 ? 98 : byte))],
    ['an option that reaches past the end', offer({ options: [[53, 1, 2], [54, 200, 1]] })],
    ['an overloaded field whose options reach past it', offer({ options: [[53, 1, 2], [52, 1, 1]], file: [...Array<number>(126).fill(0), 54, 4] })],
    ['nothing', new Uint8Array(0)],
    ['longer than any datagram', Uint8Array.from([...offer(), ...new Uint8Array(65_600)])],
  ])('%s is none', (_what, message) => {
    expect(decodeOffer(message)).toBeNull();
  });

  test('cut short at any byte, and with any bit flipped, it is an offer or none: never an error', () => {
    const whole = offer({ options: [[53, 1, 2], [54, 4, 10, 0, 0, 1], PXE, [52, 1, 3]], file: [67, 3, ...ascii('x.0'), 255], sname: [66, 1, 65, 255] });
    expect(decodeOffer(whole)).toMatchObject({ server: '10.0.0.1', bootFile: 'x.0' });
    for (let length = 0; length < whole.length; length++) {
      const cut = decodeOffer(whole.subarray(0, length));
      if (length < 240) expect(cut).toBeNull();
    }
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = Uint8Array.from(whole, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      const found = decodeOffer(flipped);
      if (found) expect(found.bootFile.length).toBeLessThanOrEqual(128);
    }
  });
});
