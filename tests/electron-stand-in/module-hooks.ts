/** Makes `import ... from 'electron'` and `require('electron')` give the stand-in. */
import { registerHooks } from 'node:module';

const NAMES = new Set(['electron', 'electron/main', 'electron/common']);
const HOLDER = Symbol.for('electron-stand-in');

export function provideElectron(electron: object): void {
  Object.assign(globalThis, { [HOLDER]: electron });
  const holder = `globalThis[Symbol.for(${JSON.stringify(HOLDER.description)})]`;
  const names = Object.keys(electron);
  const sources: Record<string, { format: 'module' | 'commonjs'; source: string }> = {
    'stand-in:import': {
      format: 'module',
      source: `const electron = ${holder};\nexport default electron;\n${names.map((name) => `export const ${name} = electron.${name};`).join('\n')}`,
    },
    'stand-in:require': { format: 'commonjs', source: `module.exports = ${holder};` },
  };
  registerHooks({
    resolve(specifier, context, next) {
      if (!NAMES.has(specifier)) return next(specifier, context);
      const kind = context.conditions.includes('require') ? 'require' : 'import';
      return { url: `stand-in:${kind}`, format: kind === 'require' ? 'commonjs' : 'module', shortCircuit: true };
    },
    load(url, context, next) {
      const found = sources[url];
      return found ? { ...found, shortCircuit: true } : next(url, context);
    },
  });
}
