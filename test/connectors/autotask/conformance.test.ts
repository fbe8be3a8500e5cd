import { afterAll, describe, test } from 'vitest';
import { conformanceSuite } from '../../../src/connectors/kit/index.js';
import { conformance } from './conformance.js';

conformanceSuite({ describe, test, afterAll }, conformance);
