import { type AutotaskSimulatorOptions, startAutotaskSimulator } from '../../simulators/autotask/index.js';

/** A simulated PSA in a process of its own. Is told its world, tells its address, serves until it is killed. */
process.once('message', async (options: AutotaskSimulatorOptions) => {
  const { url, discoveryUrl, adminUrl } = await startAutotaskSimulator(options);
  process.send?.({ url, discoveryUrl, adminUrl });
});
process.once('disconnect', () => process.exit(0));
