import type { BlockSource } from '../../io/types.ts';
import { layOut } from './layout.ts';
import type { Wim } from './open.ts';
import { inFileOrder } from './split.ts';
import { WIM_FLAG } from './structs.ts';

/**
 * The one WIM that a split one was, as a source: resources move as they are. Closing it leaves the parts open.
 * Room that a WIM lost to changes is not in it.
 */
export function planJoin(wim: Wim): BlockSource {
  const { header, table, xmlData, files } = wim;
  return layOut({
    header: { ...header, flags: header.flags & ~WIM_FLAG.spanned, partNumber: 1, partCount: 1 },
    xmlData,
    streams: [...table.metadata, ...inFileOrder(wim)],
    bootStream: header.bootIndex > 0 ? header.bootIndex - 1 : null,
  }, files.map(({ source }) => source));
}
