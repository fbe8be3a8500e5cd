import { runBatch } from './batch.js';
import { profileOf } from './profile.js';

/** What the parent process asks of one of its shards. */
export interface ShardTask {
  readonly profile: string;
  readonly instances: number;
  readonly seed: number;
  readonly schedules: number;
  readonly from: number;
  readonly step: number;
}

/** One process of a run: every core takes every n-th schedule. Errors are answers here; their stacks cost too much. */
Error.stackTraceLimit = 0;
process.once('message', (task: ShardTask) => {
  const onProgress = (done: number) => process.send?.({ done });
  runBatch({ ...task, profile: profileOf(task.profile), onProgress }).then(
    (tally) => process.send?.({ tally }, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(2);
    },
  );
});
