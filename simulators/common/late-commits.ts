/** Requests whose client is gone and which are carried out later, as a busy server does. */
export interface LateCommits {
  schedule(ms: number, work: () => Promise<void>): void;
  /** Carries out what is still waiting, now. */
  flush(): Promise<number>;
  cancel(): void;
}

export function createLateCommits(): LateCommits {
  const waiting = new Map<NodeJS.Timeout, () => Promise<void>>();
  return {
    schedule(ms, work) {
      const timer = setTimeout(() => {
        waiting.delete(timer);
        void work();
      }, ms);
      waiting.set(timer, work);
    },
    async flush() {
      const all = [...waiting];
      waiting.clear();
      for (const [timer, work] of all) {
        clearTimeout(timer);
        await work();
      }
      return all.length;
    },
    cancel() {
      for (const timer of waiting.keys()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
