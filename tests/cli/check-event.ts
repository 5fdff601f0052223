import { z } from 'zod';
import { checkIdSchema, checkResultSchema, checkVerdictSchema } from '../../src/contract/index.ts';

const text = z.string();

/** The line that `--json` has for each check. */
export const checkEvent = z.strictObject({
  event: z.literal('check'), check: checkIdSchema, verdict: checkVerdictSchema, name: text, accepted: z.boolean(), overridable: z.boolean(), remedy: text.nullable(),
  subject: checkResultSchema.shape.subject, finding: checkResultSchema.shape.finding.extend({ text }),
  evidence: z.array(checkResultSchema.shape.evidence.element.extend({ text })), remedies: checkResultSchema.shape.remedies,
});
