// Who may import whom: the table of docs/ARCHITECTURE.md, enforced.
const ENGINE = '^native-free-engine/';

/** Everything in `from` may import only what `to` lists, besides itself. */
const only = (name, from, to, comment) => ({
  name, comment, severity: 'error',
  from: { path: from },
  to: { pathNot: [from, ...to], path: '^(native-free-engine|src|resources)/' },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', comment: 'Two modules that need each other are one module or three.', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    { name: 'no-unresolved', comment: 'A name that leads nowhere.', severity: 'error', from: { pathNot: '^tests/layers/' }, to: { couldNotResolve: true, pathNot: ['^virtual:', '^electron$'] } },

    only('engine-base', `${ENGINE}base/`, [], 'base is the ground floor'),
    only('engine-struct', `${ENGINE}struct/`, [`${ENGINE}base/`], 'struct stands on base'),
    only('engine-io', `${ENGINE}io/`, [`${ENGINE}base/`, `${ENGINE}struct/`], 'io stands on base'),
    only('engine-codecs', `${ENGINE}codecs/`, [`${ENGINE}(base|io|struct)/`], 'codecs unpack what io reads'),
    only('engine-formats', `${ENGINE}(partitions|filesystems|images|registry)/`, [`${ENGINE}(base|struct|io|codecs)/`], 'formats stand on io and codecs'),
    only('engine-layout', `${ENGINE}layout/`, [`${ENGINE}(base|struct|io|codecs|partitions|filesystems)/`], 'a layout is a table and its file systems'),
    only('engine-preflight', `${ENGINE}preflight/`, [`${ENGINE}(base|struct|io|codecs|partitions|filesystems|images|layout)/`], 'verdicts stand on facts, and do no I/O'),
    only('engine-pipeline', `${ENGINE}pipeline/`, [`${ENGINE}(base|struct|io|codecs|partitions|filesystems|images|layout)/`], 'the pipeline moves what the formats describe'),
    only('engine-netboot', `${ENGINE}netboot/`, [`${ENGINE}(base|struct|io|codecs)/`], 'what machines that start from the network are told'),
    only('engine-deploy', `${ENGINE}deploy/`, [`${ENGINE}(base|struct|io|codecs)/`], 'answer files and profiles are texts and trees of files'),
    only('engine-media', `${ENGINE}media/`, [`${ENGINE}(base|struct|io|codecs|partitions|filesystems|images|registry|layout|pipeline|deploy)/`], 'media are made of everything the engine knows'),
    {
      name: 'formats-are-siblings', comment: 'A format knows no other; gpt uses mbr for its protective table, and Clonezilla keeps its partitions as partclone images.', severity: 'error',
      from: { path: `${ENGINE}(partitions|filesystems|images)/([^/]+)/` },
      to: { path: `${ENGINE}(partitions|filesystems|images)/[^/]+/`, pathNot: [`${ENGINE}$1/$2/`, `${ENGINE}partitions/mbr/`, `${ENGINE}images/partclone/`] },
    },
    {
      name: 'engine-has-no-surroundings', comment: 'The engine is pure: no Electron, no window, no host.', severity: 'error',
      from: { path: ENGINE }, to: { path: '^src/' },
    },
    {
      name: 'node-only-at-the-edges', comment: 'Inside the engine Node stands in codecs, io, netboot and files named node-*.', severity: 'error',
      from: { path: ENGINE, pathNot: [`${ENGINE}(codecs|io|netboot)/`, '/node-[^/]*$'] }, to: { dependencyTypes: ['core'] },
    },
    {
      name: 'engine-by-its-index', comment: 'The engine has one public entry.', severity: 'error',
      from: { path: '^src/' }, to: { path: ENGINE, pathNot: `${ENGINE}index.ts$` },
    },

    only('contract', '^src/contract/', [], 'the contract knows nobody'),
    only('texts', '^src/texts/', ['^src/contract/', '^resources/locales/'], 'texts stand on the contract'),
    only('host', '^src/host/', [ENGINE, '^src/contract/'], 'the host serves the jobs'),
    only('library', '^src/library/', [ENGINE, '^src/contract/'], 'the library knows images, not disks'),
    only('history', '^src/history/', [ENGINE, '^src/(contract|host|jobs|texts)/'], 'the history knows reports, not jobs'),
    only('jobs', '^src/jobs/', [ENGINE, '^src/(contract|host|library|texts)/'], 'jobs join engine and host'),
    only('cli', '^src/cli/', [ENGINE, '^src/(contract|history|host|jobs|library|texts)/', '^resources/'], 'the terminal runs jobs'),
    only('engine-host', '^src/main/engine-host/', [ENGINE, '^src/(contract|host|jobs|library|texts)/'], 'the engine host runs jobs'),
    only('services', '^src/main/services/', [ENGINE, '^src/(contract|history|host|jobs|library|texts)/', '^src/main/engine-host/'], 'services know no Electron'),
    only('preload', '^src/preload/', ['^src/contract/'], 'the preload script carries the contract'),
    only('renderer', '^src/renderer/', ['^src/contract/', '^resources/'], 'the window knows the contract only'),
    { name: 'renderer-is-a-page', comment: 'The window has no rights: no Node, no Electron.', severity: 'error', from: { path: '^src/renderer/' }, to: { dependencyTypes: ['core'] } },
    {
      name: 'electron-in-one-place', comment: 'Only two places know Electron.', severity: 'error',
      from: { path: '^(src|native-free-engine)/', pathNot: ['^src/main/electron/', '^src/preload/preload.ts$'] }, to: { path: '(^|/)node_modules/electron/|^electron$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: require('node:path').join(__dirname, 'tsconfig.json') },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
};
