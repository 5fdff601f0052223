import { crc32 } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  /** As stored. */
  readonly data: Buffer;
  readonly method?: number;
  readonly flags?: number;
  /** Unpacked; what size and crc are taken from unless they are given. */
  readonly content?: Buffer;
  readonly size?: number;
  readonly crc?: number;
}

/** A zip file made by hand, so that it can lie: constructed from documentation (APPNOTE.TXT 6.3.10). */
export function zipFile(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, data, method = 0, flags = 0, content = data, size = content.length, crc = crc32(content) } of entries) {
    const common = Buffer.alloc(26);
    [20, flags, method, 0, 0].forEach((value, index) => common.writeUInt16LE(value, index * 2));
    [crc, data.length, size].forEach((value, index) => common.writeUInt32LE(value, 10 + index * 4));
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** `printf 'hello hello hello\n' | bzip2 -9` */
export const bzip2Sample = {
  content: Buffer.from('hello hello hello\n'),
  packed: Buffer.from('425a6839314159265359e5b5f3090000045100001040000244a00021b5180c029069c2a30bb9229c284872daf98480', 'hex'),
};
