import type { Bridge, CallName } from '../../../src/contract/index.ts';
import { appAnswers } from './answers/app.ts';
import { checkAnswers } from './answers/checks.ts';
import { imagingAnswers } from './answers/imaging.ts';
import { jobAnswers } from './answers/jobs.ts';
import { mediaAnswers } from './answers/media.ts';
import { stickAnswers } from './answers/sticks.ts';
import { harness, listen } from './harness.ts';
import { Refusal } from './refusal.ts';

type Answers = { [Name in CallName]?: (input: never) => unknown };

const answers: Answers = { ...appAnswers, ...stickAnswers, ...mediaAnswers, ...imagingAnswers, ...checkAnswers, ...jobAnswers };

const bridge: Bridge = {
  call: async (name, input) => {
    harness.calls.push({ name, input });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const failure = harness.failures[name];
    if (failure) return { ok: false, error: failure };
    if (name in harness.given) return { ok: true, value: harness.given[name] };
    try {
      // Through JSON, as a process border would do it.
      return { ok: true, value: JSON.parse(JSON.stringify(await answers[name]!(input as never))) };
    } catch (thrown) {
      if (thrown instanceof Refusal) return { ok: false, error: thrown.plain };
      throw thrown;
    }
  },
  listen,
  pathOf: (file) => `/home/anna/Downloads/${(file as File).name}`,
};

Object.assign(window, { werkbank: bridge, harness });
