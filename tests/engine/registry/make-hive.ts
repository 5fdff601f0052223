/** A registry hive laid out by hand: small, whole, and every cell in a place that tests know. Sizes in bytes. */
export class HiveMaker {
  #bytes = Buffer.alloc(64 * 1024);
  #at = 32;
  readonly #security: number;

  constructor() {
    // One security descriptor, empty, for all keys: hivex gives it to those that it adds.
    const cell = Buffer.alloc(40);
    cell.write('sk', 0, 'latin1');
    for (const at of [4, 8]) cell.writeUInt32LE(this.#at, at);
    cell.writeUInt32LE(1000, 12);
    cell.writeUInt32LE(20, 16);
    this.#security = this.cell(cell);
  }

  /** Takes room for a cell in use and returns its offset from the end of the base block. */
  cell(content: Buffer): number {
    const size = Math.ceil((content.length + 4) / 8) * 8;
    while (this.#at + size > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    const offset = this.#at;
    this.#bytes.writeInt32LE(-size, offset);
    content.copy(this.#bytes, offset + 4);
    this.#at += size;
    return offset;
  }

  value(name: string, type: number, data: Buffer): number {
    const cell = Buffer.alloc(20 + name.length);
    cell.write('vk', 0, 'latin1');
    cell.writeUInt16LE(name.length, 2);
    cell.writeUInt32LE(data.length <= 4 ? (data.length | 0x80000000) >>> 0 : data.length, 4);
    if (data.length <= 4) data.copy(cell, 8);
    else cell.writeUInt32LE(this.#data(data), 8);
    cell.writeUInt32LE(type, 12);
    cell.writeUInt16LE(1, 16);
    cell.write(name, 20, 'latin1');
    return this.cell(cell);
  }

  key(name: string, values: readonly number[] = [], children: readonly number[] = [], list: 'lf' | 'lh' | 'li' | 'ri' = 'lf'): number {
    const cell = Buffer.alloc(0x4c + name.length);
    cell.write('nk', 0, 'latin1');
    cell.writeUInt16LE(0x20, 2);
    cell.writeUInt32LE(children.length, 0x14);
    cell.writeUInt32LE(children.length > 0 ? this.#listOf(children, list) : 0xffffffff, 0x1c);
    cell.writeUInt32LE(0xffffffff, 0x20);
    cell.writeUInt32LE(values.length, 0x24);
    cell.writeUInt32LE(values.length > 0 ? this.cell(words(values)) : 0xffffffff, 0x28);
    cell.writeUInt32LE(this.#security, 0x2c);
    cell.writeUInt32LE(0xffffffff, 0x30);
    cell.writeUInt16LE(name.length, 0x48);
    cell.write(name, 0x4c, 'latin1');
    const own = this.cell(cell);
    for (const child of children) this.#bytes.writeUInt32LE(own, child + 4 + 0x10);
    return own;
  }

  /** The file, with `root` as its root key. */
  finish(root: number, options: { readonly dirty?: boolean } = {}): Buffer {
    // The rest of the bin is one free cell, for those who check that.
    const used = Math.ceil((this.#at + 8) / 4096) * 4096;
    const bin = Buffer.alloc(used);
    this.#bytes.copy(bin, 0, 0, this.#at);
    bin.write('hbin', 0, 'latin1');
    bin.writeUInt32LE(used, 8);
    bin.writeInt32LE(used - this.#at, this.#at);
    const base = Buffer.alloc(4096);
    base.write('regf', 0, 'latin1');
    base.writeUInt32LE(7, 4);
    base.writeUInt32LE(options.dirty ? 6 : 7, 8);
    base.writeUInt32LE(1, 0x14);
    base.writeUInt32LE(5, 0x18);
    base.writeUInt32LE(1, 0x20);
    base.writeUInt32LE(root, 0x24);
    base.writeUInt32LE(used, 0x28);
    base.writeUInt32LE(1, 0x2c);
    let sum = 0;
    for (let at = 0; at < 0x1fc; at += 4) sum = (sum ^ base.readUInt32LE(at)) >>> 0;
    base.writeUInt32LE(sum, 0x1fc);
    return Buffer.concat([base, bin]);
  }

  #data(data: Buffer): number {
    if (data.length <= 16_344) return this.cell(data);
    const segments: number[] = [];
    for (let at = 0; at < data.length; at += 16_344) segments.push(this.cell(Buffer.concat([data.subarray(at, at + 16_344), Buffer.alloc(4)])));
    const head = Buffer.alloc(8);
    head.write('db', 0, 'latin1');
    head.writeUInt16LE(segments.length, 2);
    head.writeUInt32LE(this.cell(words(segments)), 4);
    return this.cell(head);
  }

  #listOf(children: readonly number[], list: 'lf' | 'lh' | 'li' | 'ri'): number {
    if (list === 'ri') {
      const half = Math.ceil(children.length / 2);
      return this.#list('ri', [this.#list('lh', children.slice(0, half)), this.#list('li', children.slice(half))]);
    }
    return this.#list(list, children);
  }

  #list(magic: string, cells: readonly number[]): number {
    const wide = magic === 'lf' || magic === 'lh';
    const list = Buffer.alloc(4 + cells.length * (wide ? 8 : 4));
    list.write(magic, 0, 'latin1');
    list.writeUInt16LE(cells.length, 2);
    cells.forEach((cell, i) => list.writeUInt32LE(cell, 4 + i * (wide ? 8 : 4)));
    return this.cell(list);
  }
}

const words = (values: readonly number[]): Buffer => {
  const list = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => list.writeUInt32LE(value, i * 4));
  return list;
};

export const sz = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');
export const dword = (value: number): Buffer => words([value]);

export interface WindowsState {
  readonly imageState?: string;
  readonly hiberboot?: number;
  readonly rebootPending?: boolean;
  readonly renames?: readonly string[];
  readonly dirty?: boolean;
}

/** The two hives of a Windows as far as checks look into them; constructed, not recorded. */
export function windowsHives(state: WindowsState): { readonly software: Buffer; readonly system: Buffer } {
  const path = (maker: HiveMaker, names: readonly string[], leaf: () => { values: number[]; children?: number[] }): number => {
    const [name = '', ...rest] = names;
    if (rest.length === 0) {
      const { values, children = [] } = leaf();
      return maker.key(name, values, children);
    }
    return maker.key(name, [], [path(maker, rest, leaf)]);
  };
  const software = new HiveMaker();
  const setup = software.key('Setup', [], [software.key('State', [software.value('ImageState', 1, sz(state.imageState ?? 'IMAGE_STATE_COMPLETE'))])]);
  const servicing = software.key('Component Based Servicing', [], state.rebootPending ? [software.key('RebootPending')] : []);
  const windows = software.key('Windows', [], [software.key('CurrentVersion', [], [servicing, setup])]);
  const nt = software.key('Windows NT', [], [software.key('CurrentVersion', [software.value('ProductName', 1, sz('Windows 11 Pro'))])]);
  const root = software.key('ROOT', [], [software.key('Microsoft', [], [windows, nt], 'ri')]);

  const system = new HiveMaker();
  const renames = (state.renames ?? []).map((file) => `\\??\\${file}\0\0`).join('');
  const manager = system.key('Session Manager', renames === '' ? [] : [system.value('PendingFileRenameOperations', 7, Buffer.from(`${renames}\0`, 'utf16le'))], [
    system.key('Power', [system.value('HiberbootEnabled', 4, dword(state.hiberboot ?? 0))]),
  ]);
  const names = path(system, ['ComputerName', 'ComputerName'], () => ({ values: [system.value('ComputerName', 1, sz('BALIE-7'))] }));
  const control = system.key('ControlSet001', [], [system.key('Control', [], [names, manager])], 'li');
  const select = system.key('Select', [system.value('Current', 4, dword(1))]);
  const setupKey = system.key('Setup', [system.value('OOBEInProgress', 4, dword(0))]);
  return { software: software.finish(root, { dirty: state.dirty ?? false }), system: system.finish(system.key('ROOT', [], [control, select, setupKey], 'lh')) };
}
