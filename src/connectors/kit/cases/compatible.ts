import { breakingChanges } from '../compatibility.js';
import { CaseSkipped, must } from '../failure.js';
import type { ConformanceCase } from './case.js';

export const compatibleCases: readonly ConformanceCase[] = [
  {
    id: 'descriptor.compatible',
    level: 'Compatible',
    capability: 'descriptor',
    title: 'Nothing that the published version had is taken away without a new major version',
    async run({ subject, descriptor }) {
      if (!subject.published) throw new CaseSkipped('no published descriptor was given to compare with');
      const changes = breakingChanges(subject.published, descriptor);
      must(changes.length === 0, `It breaks what version ${subject.published.version} had: ${changes.join(' ')}`);
    },
  },
];
