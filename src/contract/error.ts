import { z } from 'zod';

/** An error as it crosses process borders; texts are looked up by `code` in the `errors` locale files. */
export const plainErrorSchema = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  retryable: z.boolean(),
  place: z.object({ struct: z.string().optional(), field: z.string().optional(), offset: z.number().optional() }).nullable(),
  detail: z.string(),
});

export type PlainError = z.infer<typeof plainErrorSchema>;
