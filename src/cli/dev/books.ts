import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Simulation, World, WorldLine } from '../../connectors/kit/index.js';

/**
 * What the simulated PSA bills, kept while its process is replaced: its memory is gone then, and the gateway would find lines
 * missing that it has written. They are read from its database by `billed`, and seeded again with the world.
 */
export async function readBooks(file: string): Promise<readonly WorldLine[]> {
  const text = await readFile(file, 'utf8').catch(() => '[]');
  return JSON.parse(text) as readonly WorldLine[];
}

/** Written aside and renamed over, so that a killed process leaves the old file or the new one. */
export async function writeBooks(file: string, world: World, simulation: Simulation): Promise<void> {
  const lines: WorldLine[] = [];
  for (const { key: contract, endDate } of world.contracts) {
    for (const { key: service } of world.services) {
      const { units } = await simulation.billed({ contract, service }, endDate);
      if (units > 0) lines.push({ contract, service, units });
    }
  }
  await writeFile(`${file}.tmp`, JSON.stringify(lines));
  await rename(`${file}.tmp`, file);
}
