import packageJson from '../../package.json' with { type: 'json' };
import { run } from './program.ts';
import { systemTerminal } from './terminal.ts';

const exitCode = await run(process.argv.slice(2), systemTerminal(), async (practiceFolder) => {
  const [{ createHost }, { createJobService }, { historyFolder, openHistory }] = await Promise.all([import('../host/index.ts'), import('../jobs/index.ts'), import('../history/index.ts')]);
  const host = createHost({ practiceFolder });
  return { host, jobs: createJobService(host, { version: packageJson.version }), history: openHistory(await historyFolder()) };
});

// Watchers and pooled connections may still be open; what has been said goes out first.
await new Promise<void>((resolve) => {
  if (process.stdout.writable) process.stdout.write('', () => resolve());
  else resolve();
});
process.exit(exitCode);
