import { z } from 'zod';
import { windowsEditionSchema } from './windows-media.ts';

/** A WIM file, or all parts of a split one, looked at without unpacking. */
export const wimInfoSchema = z.object({
  path: z.string(),
  /** How many files it is split into; 1: it is whole. */
  parts: z.int(),
  /** Bytes of all of them. */
  size: z.number(),
  compression: z.enum(['none', 'xpress', 'lzx', 'lzms']),
  /** Packed as one block, as an ESD is. */
  solid: z.boolean(),
  /** The image that boots, from 1; 0: none. */
  bootIndex: z.int(),
  images: z.array(windowsEditionSchema),
});

export type WimInfo = z.infer<typeof wimInfoSchema>;
