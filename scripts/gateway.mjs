#!/usr/bin/env node
// The bin "connector-gateway": scripts/run.mjs with the command line as its program.
process.argv.splice(2, 0, 'src/cli.ts');
await import('./run.mjs');
