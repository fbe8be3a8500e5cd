// Writes .env.example from the configuration's own description.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { envExample } from '../src/config.js';
import { builtInOptions } from '../src/connectors/index.js';

const text = envExample(builtInOptions);
writeFileSync(join(import.meta.dirname, '../.env.example'), text);
