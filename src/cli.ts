/** `npm run gateway -- ...` and the bin `connector-gateway`: the command line. Its commands are in src/cli. */
import { join } from 'node:path';
import { runCommandLine } from './cli/program.js';

process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  root: join(import.meta.dirname, '..'),
});
