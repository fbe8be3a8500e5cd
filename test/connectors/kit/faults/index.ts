import { conductFaults } from './conduct.js';
import { lookUpFaults } from './look-ups.js';
import type { PlantedFault } from './plant.js';
import { thoughtFaults } from './thoughts.js';
import { writeFaults } from './writes.js';

/** Everything that an author can get wrong and that the suite must find, one at a time. */
export const plantedFaults: readonly PlantedFault[] = [
  ...lookUpFaults,
  ...thoughtFaults,
  ...writeFaults,
  ...conductFaults,
];
