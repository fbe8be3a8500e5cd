import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/connectors/autotask/doctor/access.js';
import { right } from '../../../src/connectors/autotask/permissions.js';

const adjustments = right('permission.contractServiceAdjustments');

describe('the judgement of a right', () => {
  it('fails only where the user lacks what the entity offers', () => {
    const judged = (access: 'none' | 'all' | 'restricted' | 'unknown', offered: boolean) =>
      judge(
        adjustments,
        () => access,
        () => offered,
      ).status;
    expect(judged('none', true)).toBe('fail');
    expect(judged('none', false)).toBe('warn');
    expect(judged('all', false)).toBe('warn');
    expect(judged('all', true)).toBe('pass');
    expect(judged('restricted', true)).toBe('warn');
    expect(judged('unknown', true)).toBe('unverified');
  });

  it('never fails for a right that is only good to have', () => {
    const items = right('permission.billingItems');
    const found = judge(
      items,
      () => 'none',
      () => true,
    );
    expect(found.status).toBe('warn');
  });
});
