import { format } from 'node:util';
import { refuseSecrets } from './plain.js';

const METHODS = ['debug', 'info', 'log', 'warn', 'error'] as const;

/**
 * Runs some work while what it writes to the console is heard: logs are kept and shared, so no secret may stand there. What is
 * passed on has them covered: the log of a test run is one of those.
 */
export async function overheard(secrets: ReadonlySet<string>, work: () => Promise<void>): Promise<void> {
  const real = { ...console };
  const said: string[] = [];
  for (const method of METHODS) {
    console[method] = (...words: unknown[]) => {
      const text = format(...words);
      said.push(text);
      real[method](covered(text, secrets));
    };
  }
  try {
    await work();
  } finally {
    for (const method of METHODS) console[method] = real[method];
  }
  refuseSecrets(said, secrets, 'what is written to the console');
}

function covered(text: string, secrets: ReadonlySet<string>): string {
  return [...secrets].reduce((left, secret) => left.replaceAll(secret, '[secret]'), text);
}
