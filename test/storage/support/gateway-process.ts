// A gateway that only starts the embedded database: arguments are the module to load and the data folder. Says one line of
// JSON, then waits to be killed, or stops the database when its input ends.
import { pathToFileURL } from 'node:url';

const [, , module, dataDir] = process.argv;
try {
  const { startEmbeddedPostgres } = await import(pathToFileURL(module!).href);
  const { url, home, pid, adopted, stop } = await startEmbeddedPostgres({ dataDir });
  process.stdout.write(`${JSON.stringify({ url, home, pid, adopted })}\n`);
  process.stdin.resume().once('end', async () => {
    await stop();
    process.exit(0);
  });
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
}
